/* checks.c - checks the values of options that several commands share. */
#include <string.h>
#include "attest/round.h"
#include "base/text.h"
#include "net/proxy.h"
#include "commands.h"

static int refuse(const char *why, struct err *err)
{
	return err_set(err, ERR_USAGE, 0, "%s", why);
}

int check_nonce(const char *nonce, struct err *err)
{
	if (nonce && (!nonce[0] || strlen(nonce) > ROUND_NONCE_MAX))
		return refuse("--nonce takes 1 to 256 bytes", err);
	if (nonce && !text_is_utf8(bytes_of_text(nonce)))
		return refuse("--nonce takes UTF-8 text", err);
	return 0;
}

int check_endpoint(const char *address, struct err *err)
{
	struct http_origin ignored;

	if (address && http_parse_url(address, &ignored, NULL, err) < 0)
		return refuse(
			"--endpoint takes https://host or https://host:port, the address of an attestation provider",
			err);
	return 0;
}

int check_metadata(const char *address, struct err *err)
{
	struct http_origin ignored;

	if (address && http_parse_plain_url(address, &ignored, NULL, err) < 0)
		return refuse("--metadata takes http:// and an IP address", err);
	return 0;
}

bool is_no_proxy(const char *proxy)
{
	return proxy && text_equal_nocase(proxy, "none");
}

/* A port is required, as for the setting: programs disagree about a proxy's default port. */
int check_proxy(const char *address, struct err *err)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	const char *port = address ? strrchr(at ? at : address, ':') : NULL;
	size_t digits = port ? strspn(port + 1, "0123456789") : 0;
	bool has_port = digits && (port[1 + digits] == '\0' || port[1 + digits] == '/');
	struct proxy proxy;

	if (!address || is_no_proxy(address))
		return 0;
	if (!has_port || proxy_parse(address, "--proxy", &proxy, err) < 0)
		return refuse("--proxy takes http://HOST:PORT or none", err);
	return 0;
}

bool always(const void *options)
{
	(void)options;
	return true;
}
