#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include "base/codec.h"

#define TOKEN_LIFE_S     28800 /* 8 hours, as Azure Attestation's tokens live */
#define MAX_TOKEN_LIFE_S 31536000
#define MAX_TIME_S       253402300799 /* the end of year 9999 */

enum option_value {
	OPTION_LISTEN = 256,
	OPTION_TLS_CERT,
	OPTION_TLS_KEY,
	OPTION_AK_CA,
	OPTION_SIGNING_KEY,
	OPTION_SIGNING_CERT,
	OPTION_ISSUER,
	OPTION_NOW,
	OPTION_TOKEN_LIFE,
	OPTION_ALLOW,
	OPTION_KEK_CERT,
	OPTION_DB_CERT,
	OPTION_HELP,
};

static const struct {
	const char *name;
	int value;
} names[] = {
	{"listen", OPTION_LISTEN},
	{"tls-cert", OPTION_TLS_CERT},
	{"tls-key", OPTION_TLS_KEY},
	{"ak-ca", OPTION_AK_CA},
	{"signing-key", OPTION_SIGNING_KEY},
	{"signing-cert", OPTION_SIGNING_CERT},
	{"issuer", OPTION_ISSUER},
	{"now", OPTION_NOW},
	{"token-life", OPTION_TOKEN_LIFE},
	{"allow", OPTION_ALLOW},
	{"kek-cert", OPTION_KEK_CERT},
	{"db-cert", OPTION_DB_CERT},
	{"help", OPTION_HELP},
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

const char *options_help(void)
{
	return "Usage: attestation-provider --listen HOST:PORT --tls-cert FILE --tls-key FILE --ak-ca FILE...\n"
	       "\n"
	       "Verifies what a VM's virtual TPM proves about its boot and answers with a signed token that only\n"
	       "this TPM can open. Prints 'listening on https://HOST:PORT' when ready; ends on SIGTERM or SIGINT.\n"
	       "\n"
	       "  --listen HOST:PORT     address; port 0 takes a free one\n"
	       "  --tls-cert FILE        certificate chain of the server, PEM\n"
	       "  --tls-key FILE         its key, PEM\n"
	       "  --ak-ca FILE           CAs of attestation key certificates, PEM; repeatable. Self-signed\n"
	       "                         certificates are trusted, others complete chains\n"
	       "  --signing-key FILE     RSA key that signs tokens, PEM (default: a new one each start)\n"
	       "  --signing-cert FILE    its certificate, PEM (default: self-signed)\n"
	       "  --issuer URL           who tokens are from (default: the address listened on)\n"
	       "  --now UNIX             pretend that it is this time\n"
	       "  --token-life SECONDS   (default: 28800)\n"
	       "  --allow RULE           give tokens although this rule fails: secureboot, dbvalidated,\n"
	       "                         dbxvalidated, default-securebootkeysvalidated, debuggersdisabled,\n"
	       "                         signingdisabled; repeatable\n"
	       "  --kek-cert SHA256      one more platform key or key exchange key; repeatable\n"
	       "  --db-cert SHA256       one more certificate in db; repeatable\n"
	       "  --help\n";
}

static int get_number(const char *text, int64_t max, int64_t *ret, struct err *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end || number < 0 || number > max)
		return err_set(err, ERR_USAGE, 0,
			"'%s' is not a number of seconds that can be used.", text);
	*ret = number;
	return 0;
}

static int add_cert(const char *text, struct policy_certs *ret, struct err *err)
{
	if (ret->count == POLICY_MAX_CERTS)
		return err_set(err, ERR_USAGE, 0, "More than %d certificates.", POLICY_MAX_CERTS);
	if (hex_decode(bytes_of_text(text), ret->sha256[ret->count], CRYPTO_SHA256_SIZE, err) < 0)
		return err_set(err, ERR_USAGE, 0, "'%s' is not a SHA-256 in hex.", text);
	ret->count++;
	return 0;
}

static int allow(const char *name, struct policy *ret, struct err *err)
{
	enum policy_rule rule = policy_rule_of(name);

	if (rule == POLICY_RULE_COUNT)
		return err_set(err, ERR_USAGE, 0, "There is no rule '%s'.", name);
	ret->is_relaxed[rule] = true;
	return 0;
}

/* Options that need more than to be kept. */
static int take_parsed(int option, const char *text, struct options *ret, struct err *err)
{
	switch (option) {
	case OPTION_NOW:
		return get_number(text, MAX_TIME_S, &ret->now_s, err);
	case OPTION_TOKEN_LIFE:
		return get_number(text, MAX_TOKEN_LIFE_S, &ret->token_life_s, err);
	case OPTION_ALLOW:
		return allow(text, &ret->policy, err);
	case OPTION_KEK_CERT:
		return add_cert(text, &ret->policy.kek, err);
	case OPTION_DB_CERT:
		return add_cert(text, &ret->policy.db, err);
	case OPTION_AK_CA:
		if (ret->ak_ca_count == OPTIONS_MAX_FILES)
			return err_set(
				err, ERR_USAGE, 0, "More than %d files of CAs.", OPTIONS_MAX_FILES);
		ret->ak_ca[ret->ak_ca_count++] = text;
		return 0;
	default:
		return err_set(err, ERR_USAGE, 0, "Unknown option.");
	}
}

static int take(int option, const char *text, struct options *ret, struct err *err)
{
	const struct {
		int option;
		const char **to;
	} kept[] = {
		{OPTION_LISTEN, &ret->listen},
		{OPTION_TLS_CERT, &ret->tls_cert},
		{OPTION_TLS_KEY, &ret->tls_key},
		{OPTION_SIGNING_KEY, &ret->signing_key},
		{OPTION_SIGNING_CERT, &ret->signing_cert},
		{OPTION_ISSUER, &ret->issuer},
	};

	if (option == OPTION_HELP) {
		ret->is_help = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (kept[i].option == option) {
			*kept[i].to = text;
			return 0;
		}
	}
	return take_parsed(option, text, ret, err);
}

static int check_complete(const struct options *options, struct err *err)
{
	if (options->is_help)
		return 0;
	if (!options->listen || !options->tls_cert || !options->tls_key || options->ak_ca_count == 0)
		return err_set(err, ERR_USAGE, 0,
			"--listen, --tls-cert, --tls-key and --ak-ca must be given.");
	if (options->signing_cert && !options->signing_key)
		return err_set(err, ERR_USAGE, 0, "--signing-cert needs --signing-key.");
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret, struct err *err)
{
	struct options options = {.now_s = -1, .token_life_s = TOKEN_LIFE_S};
	struct option longs[NAME_COUNT + 1] = {0};
	int option;

	for (size_t i = 0; i < NAME_COUNT; i++)
		longs[i] = (struct option){names[i].name,
			names[i].value == OPTION_HELP ? no_argument : required_argument, NULL,
			names[i].value};
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == '?')
			return err_set(err, ERR_USAGE, 0, "'%s' is no option or lacks its value.",
				argv[optind - 1]);
		if (take(option, optarg, &options, err) < 0)
			return -1;
	}
	if (optind < argc)
		return err_set(err, ERR_USAGE, 0, "'%s' is not expected.", argv[optind]);
	if (check_complete(&options, err) < 0)
		return -1;
	*ret = options;
	return 0;
}
