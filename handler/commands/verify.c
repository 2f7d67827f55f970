/* guest-attest verify: what evidence proves, anywhere: no TPM, no network, nobody else's word. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "appraise/anchors.h"
#include "base/clock.h"
#include "commands.h"
#include "verify.h"

#define COMMAND "guest-attest verify"

#define EXIT_REFUSED    1
#define EXIT_UNREADABLE 2

#define MAX_CA_FILES 16
#define MAX_TIME_S   253402300799 /* the end of the year 9999 */

static const char usage[] =
	"Usage: guest-attest verify FILE [OPTION...]\n"
	"\n"
	"Checks the evidence of a boot, on any machine: needs neither the VM nor a TPM nor a network.\n"
	"FILE is what 'guest-attest attest --save-evidence' wrote, or a request's whole body; '-' is "
	"standard "
	"input.\n"
	"\n"
	"  --ca PEM    who may vouch for the attestation key: self-signed certificates are trusted, others "
	"link\n"
	"              the key's certificate to them; may be given 16 times. Without it nothing shows that "
	"the\n"
	"              key is in a platform's TPM, only that all parts fit together\n"
	"  --now UNIX  the time at which certificates must be valid (default: now)\n"
	"  --json      print the result as JSON\n"
	"  --help      this text\n"
	"\n"
	"Exit code: 0 Verified, 1 Refused, 2 the evidence or a CA file is unreadable, 64 wrong usage.\n"
	"Evidence does not say when it was made.\n";

struct options {
	const char *file;
	const char *ca[MAX_CA_FILES];
	size_t ca_count;
	int64_t now_s;
	bool is_json, is_help;
};

static const char *parse_time(const char *text, int64_t *ret)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number > MAX_TIME_S)
		return "takes a time in seconds since 1970";
	*ret = number;
	return NULL;
}

static const char *add_ca(struct options *options, const char *path)
{
	if (options->ca_count == MAX_CA_FILES)
		return "is one --ca too many: 16 can be given";
	options->ca[options->ca_count++] = path;
	return NULL;
}

static const char *take_option(int option, struct options *ret)
{
	switch (option) {
	case 'c':
		return add_ca(ret, optarg);
	case 'n':
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

static void verify_result_cleanup(struct verify_result *result)
{
	request_done(&result->request);
}

static int read_anchors(const struct options *options, struct anchors *ret, struct err *err)
{
	for (size_t i = 0; i < options->ca_count; i++) {
		auto_cleanup(buf) struct buf pem = buf_with_max(ANCHORS_MAX_BYTES);

		if (read_input(options->ca[i], &pem, err) < 0) {
			err->code = err->code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_CA_FILE;
			return err_wrap(err, "%s", options->ca[i]);
		}
		if (anchors_add(ret, buf_bytes(&pem), err) < 0)
			return err_wrap(err, "%s", options->ca[i]);
	}
	if (options->ca_count && !anchors_have_root(ret))
		return err_set(err, ERR_CA_FILE, 0, "No --ca file holds a self-signed certificate to trust.");
	return 0;
}

static int read_request(const char *path, struct request *ret, struct err *err)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(REQUEST_MAX_BODY);

	if (read_input(path, &bytes, err) < 0)
		return -1;
	return request_parse(buf_bytes(&bytes), ret, err) < 0 ? err_wrap(err, "'%s' holds no evidence", path)
							      : 0;
}

static void read_cert(struct verify_result *result)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct err ignored; /* the binding's check says it */

	if (crypto_cert_parse(buf_bytes(&result->request.evidence.ak_cert), &cert, &ignored) < 0)
		return;
	result->has_cert = true;
	crypto_cert_info(cert, &result->cert);
}

/* The VM cannot help that its certificate is not from those whom the caller trusts: another remedy than on the VM itself. */
static int check_issuer(const struct anchors *anchors, const struct verify_result *result, struct err *err)
{
	if (anchors_check_ak_cert(
		    anchors, buf_bytes(&result->request.evidence.ak_cert), result->now_s, err) == 0)
		return 0;
	if (err->code == ERR_AK_CERT_INVALID)
		err->code = ERR_AK_CERT_UNTRUSTED;
	return -1;
}

static void judge(const struct anchors *anchors, struct verify_result *result)
{
	const struct evidence *evidence = &result->request.evidence;
	struct err *next = result->reasons;

	read_cert(result);
	appraise_evidence(evidence, BINDING_NULL_OR_OWNER, &result->appraisal);
	if (result->appraisal.verdict.health != HEALTH_HEALTHY)
		*next++ = result->appraisal.verdict.reason;
	result->is_issuer_checked = result->has_cert && anchors_have_root(anchors);
	if (result->is_issuer_checked && check_issuer(anchors, result, next) < 0)
		next++;
	result->reason_count = (size_t)(next - result->reasons);
}

static int verify(const struct options *options)
{
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(verify_result) struct verify_result result = {.now_s = options->now_s};
	struct err err;

	if (read_anchors(options, &anchors, &err) < 0 ||
		read_request(options->file, &result.request, &err) < 0) {
		(void)print_err(&err);
		return EXIT_UNREADABLE;
	}
	judge(&anchors, &result);
	for (size_t i = 0; i < result.reason_count; i++)
		if (result.reasons[i].code == ERR_NO_MEMORY) { /* no fault of the evidence */
			(void)print_err(&result.reasons[i]);
			return EXIT_UNREADABLE;
		}
	if (!options->is_json)
		verify_print_text(&result);
	else if (verify_print_json(&result, &err) < 0) {
		(void)print_err(&err);
		return EXIT_UNREADABLE;
	}
	return result.reason_count ? EXIT_REFUSED : 0;
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
