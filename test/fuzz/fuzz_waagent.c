/* The guest agent's configuration: whatever is in it, the proxy is "" or an address that has no
 * more than host and port. */
#include <stdlib.h>
#include <string.h>
#include "agent/waagent.h"
#include "net/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[WAAGENT_PROXY_SIZE];
	struct proxy proxy;
	struct err err;

	waagent_parse_proxy((struct bytes){data, size}, text);
	if (strlen(text) >= sizeof(text) || strpbrk(text, "@/ \n"))
		abort();
	if (text[0] && proxy_parse(text, "waagent.conf", &proxy, &err) == 0 && proxy.user[0])
		abort();
	return 0;
}
