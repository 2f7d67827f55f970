/* guest-attest verify: what evidence proves, anywhere: no TPM, no network, nobody else's word. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "maa/keys.h"
#include "commands.h"
#include "verify.h"

#define COMMAND "guest-attest verify"

#define EXIT_REFUSED    1
#define EXIT_UNREADABLE 2

#define MAX_TIME_S 253402300799 /* the end of the year 9999 */

static const char usage[] =
	"Usage: guest-attest verify FILE [OPTION...]\n"
	"\n"
	"Checks the evidence of a boot, on any machine: needs neither the VM nor a TPM nor a network.\n"
	"FILE is what 'guest-attest evidence' or 'attest --save-evidence' wrote, a request's whole body, or the\n"
	"attestation information in it; '-' is standard input.\n"
	"\n"
	"  --ca PEM    who may vouch for the attestation key: self-signed certificates are trusted, others link\n"
	"              the key's certificate to them; may be given 16 times. Without it nothing shows that the\n"
	"              key is in a platform's TPM, only that all parts fit together\n"
	"              A bundle's own links are used too, but no root of it is trusted\n"
	"  --keys JWKS the provider's key set, fetched by yourself from its /certs: for a token in the bundle\n"
	"              (default: the bundle's copy)\n"
	"  --now UNIX  the time at which certificates, and a token in it, must be valid (default: now; for a\n"
	"              token: when the bundle was made)\n"
	"  --json      print the result as JSON\n"
	"  --help      this text\n"
	"\n"
	"Exit code: 0 Verified, 1 Refused, 2 the evidence or another file is unreadable, 64 wrong usage.\n"
	"Nothing in evidence proves when it was made.\n";

struct options {
	const char *file, *keys;
	struct option_values ca;
	int64_t now_s;
	bool is_now_given, is_json, is_help;
};

static const char *parse_time(const char *text, int64_t *ret)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number > MAX_TIME_S)
		return "is no time: --now takes seconds since 1970";
	*ret = number;
	return NULL;
}

static const char *add_ca(struct options *options, const char *path)
{
	size_t before = 0;

	while (options->ca.items[before])
		before++;
	if (before == MAX_OPTION_VALUES)
		return "is one --ca too many: 16 can be given";
	options->ca.items[before] = path;
	options->ca.is_given = true;
	return NULL;
}

static const char *take_option(int option, struct options *ret)
{
	switch (option) {
	case 'c':
		return add_ca(ret, optarg);
	case 'k':
		ret->keys = optarg;
		return NULL;
	case 'n':
		ret->is_now_given = true;
		return parse_time(optarg, &ret->now_s);
	case 'j':
		ret->is_json = true;
		return NULL;
	case 'h':
		ret->is_help = true;
		return NULL;
	case ':':
		return "needs a value";
	default:
		return "is no option";
	}
}

/* NULL, or what is wrong with *ret_word. */
static const char *parse_options(int argc, char **argv, struct options *ret, const char **ret_word)
{
	static const struct option known[] = {
		{"ca", required_argument, NULL, 'c'},
		{"keys", required_argument, NULL, 'k'},
		{"now", required_argument, NULL, 'n'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	opterr = 0; /* the message is ours */
	while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		const char *complaint = take_option(option, ret);

		*ret_word = argv[optind - 1];
		if (complaint || ret->is_help)
			return complaint;
	}
	*ret_word = "FILE";
	if (argc - optind != 1)
		return argc == optind ? "is missing" : "can be given only once";
	ret->file = argv[optind];
	return NULL;
}

static int read_ca(const char *path, struct anchors *ret, struct err *err)
{
	auto_cleanup(buf) struct buf pem = buf_with_max(ANCHORS_MAX_BYTES);

	if (read_pem(path, &pem, err) < 0)
		return -1;
	return anchors_add(ret, buf_bytes(&pem), err) < 0 ? err_wrap(err, "%s", path) : 0;
}

int read_anchors(const struct option_values *paths, struct anchors *ret, struct err *err)
{
	for (size_t i = 0; paths->items[i]; i++)
		if (read_ca(paths->items[i], ret, err) < 0)
			return -1;
	if (paths->is_given && !anchors_have_root(ret))
		return err_set(err, ERR_CA_FILE, 0,
			"No --ca file holds a self-signed certificate to trust.");
	return 0;
}

static int read_keys(const struct options *options, struct buf *ret, struct err *err)
{
	*ret = buf_with_max(KEYS_MAX_BYTES);
	if (!options->keys)
		return 0;
	if (read_input(options->keys, ret, err) < 0)
		return -1;
	return ret->len ? 0 : err_set(err, ERR_KEYS_INVALID, 0, "'%s' is empty.", options->keys);
}

int read_bundle(const char *path, struct bundle *ret, struct err *err)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(BUNDLE_MAX_BYTES);

	if (read_input(path, &bytes, err) < 0)
		return -1;
	return bundle_parse(buf_bytes(&bytes), ret, err) < 0
		       ? err_wrap(err, "'%s' holds no evidence", path)
		       : 0;
}

static int judge(const struct options *options, const struct bundle *bundle,
	struct bundlecheck *ret, struct err *err)
{
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(buf) struct buf keys = {0};

	if (read_anchors(&options->ca, &anchors, err) < 0 || read_keys(options, &keys, err) < 0)
		return -1;
	bundlecheck_run(bundle,
		&(struct bundlecheck_inputs){.anchors = &anchors,
			.keys = buf_bytes(&keys),
			.now_s = options->now_s,
			.is_now_given = options->is_now_given},
		ret);
	for (size_t i = 0; i < ret->findings.count; i++)
		if (ret->findings.items[i].code == ERR_NO_MEMORY) { /* no fault of the evidence */
			*err = ret->findings.items[i];
			return -1;
		}
	return 0;
}

static int verify(const struct options *options)
{
	auto_cleanup(bundle) struct bundle bundle = bundle_empty();
	auto_cleanup(free) struct bundlecheck *check = calloc(1, sizeof(*check));
	struct verify_result result = {.bundle = &bundle, .check = check, .now_s = options->now_s};
	struct err err;

	if (!check) {
		err_fill(&err, ERR_NO_MEMORY, 0, "No memory for a verification.");
		print_failure(&err, options->is_json);
		return EXIT_UNREADABLE;
	}
	if (read_bundle(options->file, &bundle, &err) < 0 ||
		judge(options, &bundle, check, &err) < 0) {
		print_failure(&err, options->is_json);
		return EXIT_UNREADABLE;
	}
	if (!options->is_json)
		verify_print_text(&result);
	else if (verify_print_json(&result, &err) < 0) {
		print_failure(&err, options->is_json);
		return EXIT_UNREADABLE;
	}
	return check->findings.count ? EXIT_REFUSED : 0;
}

int command_verify(int argc, char **argv)
{
	struct options options = {.now_s = clock_now_s()};
	const char *word = "";
	const char *complaint = parse_options(argc, argv, &options, &word);

	if (options.is_help) {
		print_format("%s", usage);
		return 0;
	}
	if (complaint)
		return print_usage_error(COMMAND, "'%s' %s", word, complaint);
	return verify(&options);
}
