/* Addresses of proxies: what is understood must be fit for a header and a message. The same bytes
 * are a list of hosts that go without. */
#include <stdlib.h>
#include <string.h>
#include "net/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header_text(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct http_origin servers[] = {
		{"server.example", 443}, {"10.0.0.4", 443}, {"[fd00::1]", 8443}};
	char text[PROXY_URL_SIZE];
	struct proxy proxy;
	struct err err;

	if (size >= sizeof(text))
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		if (proxy_is_bypassed(text, &servers[i]) && !strpbrk(text, "*.:"))
			if (!strcasestr(text, "example"))
				abort();
	if (proxy_parse(text, "fuzzer", &proxy, &err) < 0)
		return 0;
	if (!proxy.address.host[0] || !proxy.address.port)
		abort();
	check_header_text(proxy.user);
	check_header_text(proxy.password);
	return 0;
}
