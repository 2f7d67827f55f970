/* The options of the commands that take nothing else. */
#include <getopt.h>
#include <string.h>
#include "attest/round.h"
#include "base/text.h"
#include "net/proxy.h"
#include "commands.h"

#define MAX_OPTIONS 16
#define FIRST_CODE  256 /* past every short option's character */

/* NULL, or what is wrong. */
static const char *take(const struct command_option *option)
{
	size_t before = 0;

	if (option->is_given)
		*option->is_given = true;
	if (!option->value)
		return NULL;
	while (option->is_given && option->value[before])
		before++;
	if (before == MAX_OPTION_VALUES)
		return "is one too many: 16 can be given";
	option->value[before] = optarg;
	return NULL;
}

const char *parse_command_options(
	int argc, char **argv, const struct command_option *known, const char **ret_word)
{
	struct option forms[MAX_OPTIONS + 1] = {0};
	const char *complaint = NULL;
	int code;

	for (int i = 0; i < MAX_OPTIONS && known[i].name; i++)
		forms[i] = (struct option){.name = known[i].name,
			.has_arg = known[i].value ? required_argument : no_argument,
			.val = FIRST_CODE + i};
	opterr = 0; /* the message is ours */
	while (!complaint && (code = getopt_long(argc, argv, ":h", forms, NULL)) != -1) {
		*ret_word = argv[optind - 1];
		if (code == ':')
			return "needs a value";
		if (code == '?')
			return "is no option";
		complaint = take(code == 'h' ? &known[0] : &known[code - FIRST_CODE]);
	}
	if (complaint)
		return complaint;
	*ret_word = optind < argc ? argv[optind] : "";
	return optind < argc ? "is one word too many: options are all that is taken here" : NULL;
}

const char *check_nonce(const char *nonce)
{
	if (nonce && (!nonce[0] || strlen(nonce) > ROUND_NONCE_MAX))
		return "--nonce takes 1 to 256 bytes";
	if (nonce && !text_is_utf8(bytes_of_text(nonce)))
		return "--nonce takes UTF-8 text";
	return NULL;
}

const char *check_endpoint(const char *address)
{
	struct http_origin origin;
	struct err ignored;

	if (address && http_parse_url(address, &origin, NULL, &ignored) < 0)
		return "--endpoint takes https://host or https://host:port, the address of an attestation provider";
	return NULL;
}

const char *check_metadata(const char *address)
{
	struct http_origin origin;
	struct err ignored;

	if (address && http_parse_plain_url(address, &origin, NULL, &ignored) < 0)
		return "--metadata takes http:// and an IP address";
	return NULL;
}

bool is_no_proxy(const char *proxy)
{
	return proxy && text_equal_nocase(proxy, "none");
}

/* As for the setting: programs do not agree on a port for proxies. */
static bool names_port(const char *address)
{
	const char *at = strrchr(address, '@');
	const char *port = strrchr(at ? at : address, ':');
	size_t digits = port ? strspn(port + 1, "0123456789") : 0;

	return digits && (port[1 + digits] == '\0' || port[1 + digits] == '/');
}

const char *check_proxy(const char *address)
{
	struct proxy proxy;
	struct err ignored;

	if (!address || is_no_proxy(address))
		return NULL;
	if (!names_port(address) || proxy_parse(address, "--proxy", &proxy, &ignored) < 0)
		return "--proxy takes http://HOST:PORT or none";
	return NULL;
}
