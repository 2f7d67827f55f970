/* guest-attest verify: shows what evidence proves, on any machine, without TPM or network, trusting
 * only the given authorities. */
#include "base/clock.h"
#include "bundles.h"
#include "commands.h"
#include "verify.h"

struct options {
	const char *file, *keys, *now;
	struct option_texts ca;
	bool is_json;
};

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;
	int64_t ignored;

	return read_now(options->now, &ignored, err);
}

static int verify(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	auto_cleanup(bundlecheck) struct bundlecheck *check = NULL;
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(buf) struct buf keys = {0};
	struct bundlecheck_inputs inputs = {
		.anchors = &anchors, .now_s = clock_now_s(), .is_now_given = options->now != NULL};
	struct verify_result result = {.bundle = &bundle};

	if (bundlecheck_new(&check, err) < 0 || read_bundle(options->file, &bundle, err) < 0 ||
		read_now(options->now, &inputs.now_s, err) < 0 ||
		read_anchors(&options->ca, &anchors, err) < 0 ||
		read_keys(options->keys, &keys, err) < 0)
		return -1;
	inputs.keys = buf_bytes(&keys);
	result.now_s = inputs.now_s;
	if (check_evidence(&bundle, &inputs, check, err) < 0)
		return -1;
	result.check = check;
	*ret_exit_code = answer_exit_code(check);
	return options->is_json ? verify_print_json(&result, err) : (verify_print_text(&result), 0);
}

static const struct option_row rows[] = {
	OPTION_WORD(struct options, file, "FILE", ""),
	OPTION(struct options, ca, "ca", "FILE", CA_HELP),
	OPTION(struct options, keys, "keys", "JWKS",
		"the provider's key set, fetched by yourself from its /certs: for a token in the bundle (default: the bundle's copy)"),
	NOW_OPTION(struct options,
		"the time at which certificates, and a token in it, must be valid (default: now; for a token: when the bundle was made)"),
	OPTION(struct options, is_json, "json", NULL, "print the result as JSON"),
	{0},
};

const struct command verify_command = {
	.name = "verify",
	.summary = "check saved evidence, on any machine",
	.words = "FILE [OPTION...]",
	.about = "Checks the evidence of a boot, on any machine: needs neither the VM nor a TPM nor a network. FILE is what 'guest-attest evidence' or 'attest --save-evidence' wrote, a request's whole body, or the attestation information in it; '-' is standard input.",
	.notes = "Two answers: is it genuine (Genuine; Refused; Unanchored: nothing shows whose TPM it is), and was the boot good (Healthy, Unhealthy, or not said: the evidence alone shows no comparison with other boots).\nExit code: 0 Genuine, 1 Refused or an Unhealthy boot, 2 the evidence or another file is unreadable, 3 Unanchored: nothing speaks against it, but without --ca it may be anybody's, 64 wrong usage.\nNothing in evidence proves when it was made.",
	.rows = rows,
	.size = sizeof(struct options),
	.is_for_anybody = always,
	.check = check_options,
	.run = verify,
};
