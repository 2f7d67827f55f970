/* guest-attest evidence: writes the evidence of an attestation as a bundle that others can verify.
 * Uses no provider without --attest. */
#include "attestation_bundle.h"

struct options {
	struct attestation_options attestation;
	const char *out;
	bool is_attesting;
};

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;
	const struct attestation_options *attestation = &options->attestation;

	if (!options->out || !options->out[0])
		return err_set(err, ERR_USAGE, 0, "--out is needed: the file for the evidence");
	if (!options->is_attesting && attestation_has_provider_options(attestation))
		return err_set(err, ERR_USAGE, 0, "a provider's options need --attest");
	return attestation_check_options(attestation, err);
}

/* Without evidence, the round's reason is the error. */
static int run(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(attestation) struct attestation attestation = {0};
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;

	(void)ret_exit_code;
	if ((options->is_attesting ? attestation_run : attestation_check)(
		    &options->attestation, &attestation, err) < 0)
		return -1;
	if (attestation.round->info.len == 0) {
		*err = attestation.verdict.reason;
		return -1;
	}
	if (attestation_bundle(&options->attestation, &attestation, &bundle, err) < 0)
		return -1;
	return attestation_save(options->out, &bundle, err);
}

static const struct option_row rows[] = {
	OPTION(struct options, out, "out", "FILE", "where to put the bundle; '-' is standard output"),
	OPTION(struct options, is_attesting, "attest", NULL,
		"ask a provider too, and put in what it answers"),
	PROVIDER_OPTIONS(struct options),
	EVIDENCE_OPTIONS(struct options),
	NONCE_OPTION(struct options,
		"is put into the evidence; the TPM does not sign it (default: none, with --attest random)"),
	BUNDLE_OPTIONS(struct options),
	OPTION(struct options, attestation.root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	{0},
};

const struct command evidence_command = {
	.name = "evidence",
	.summary = "collect the evidence of this VM's boot, for others to verify",
	.words = "--out FILE [OPTION...]",
	.about = "Collects the evidence of this VM's boot in one file, for 'guest-attest verify' on another machine.",
	.notes = "Exit code: 0 collected, whatever it proves; 2 could not collect, 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.check = check_options,
	.run = run,
};
