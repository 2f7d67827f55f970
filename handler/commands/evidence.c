/* guest-attest evidence: what an attestation proves with, in a bundle for others to verify; asks
 * nobody unless told to. */
#include "attestation.h"

#define COMMAND "guest-attest evidence"

#define EXIT_NOTHING 2

static const char usage[] =
	"Usage: guest-attest evidence --out FILE [OPTION...]\n"
	"\n"
	"Collects the evidence of this VM's boot in one file, for 'guest-attest verify' on another machine.\n"
	"\n"
	"  --out FILE            where to put the bundle; '-' is standard output\n"
	"  --attest              ask a provider too, and put in what it says\n" ATTESTATION_USAGE EVIDENCE_USAGE
	"  --nonce TEXT          is put into the evidence; the TPM does not sign it (default: none, with\n"
	"                        --attest random)\n" BUNDLE_USAGE
	"  --help                this text\n"
	"\n"
	"Exit code: 0 collected, whatever it proves; 2 could not collect, 64 wrong usage.\n";

struct options {
	struct attestation_options attestation;
	const char *out;
	bool is_attesting, is_help;
};

static const char *parse_options(int argc, char **argv, struct options *ret, const char **ret_word)
{
	const struct command_option known[] = {
		{"help", NULL, &ret->is_help},
		{"out", &ret->out, NULL},
		{"attest", NULL, &ret->is_attesting},
		PROVIDER_OPTIONS(&ret->attestation),
		EVIDENCE_OPTIONS(&ret->attestation),
		BUNDLE_OPTIONS(&ret->attestation),
		{0},
	};

	return parse_command_options(argc, argv, known, ret_word);
}

static const char *check_options(const struct options *options)
{
	const struct attestation_options *attestation = &options->attestation;

	if (!options->out || !options->out[0])
		return "--out is needed: the file for the evidence";
	if (!options->is_attesting && attestation_has_provider_options(attestation))
		return "a provider's options need --attest";
	return attestation_check_options(attestation);
}

/* A round that came to nothing says why. */
static int attest(const struct attestation_options *options, struct bundle *ret, struct err *err)
{
	auto_cleanup(round_result) struct round_result round = {0};

	if (attestation_run(options, &round, err) < 0)
		return -1;
	if (round.info.len == 0) {
		*err = round.verdict.reason;
		return -1;
	}
	return attestation_bundle(options, &round, ret, err);
}

static int collect(const struct options *options, struct err *err)
{
	auto_cleanup(bundle) struct bundle bundle = bundle_empty();

	if ((options->is_attesting ? attest(&options->attestation, &bundle, err)
				   : attestation_collect(&options->attestation, &bundle, err)) < 0)
		return -1;
	return attestation_save(options->out, &bundle, err);
}

int command_evidence(int argc, char **argv)
{
	struct options options = {0};
	const char *word = "";
	const char *complaint = parse_options(argc, argv, &options, &word);
	struct err err;

	if (options.is_help) {
		print_format("%s", usage);
		return 0;
	}
	if (complaint)
		return print_usage_error(COMMAND, "'%s' %s", word, complaint);
	complaint = check_options(&options);
	if (complaint)
		return print_usage_error(COMMAND, "%s", complaint);
	if (collect(&options, &err) == 0)
		return 0;
	(void)print_err(&err);
	return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_NOTHING;
}
