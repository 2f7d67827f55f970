/* attestation_bundle.c - makes the bundle of an attestation. */
#include "attestation_bundle.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "bundle/redact.h"
#include "bundle/guessable.h"
#include "bundles.h"

#define UNQUOTED_PCR_MASK (0xFFFFFFu & ~TPM_BOOT_PCR_MASK)

/* What a bundle holds besides the evidence; owned here. */
struct surroundings {
	struct machine machine;
	struct tpm_pcrs unquoted;
	struct buf chain;
};

static void surroundings_cleanup(struct surroundings *around)
{
	buf_done(&around->chain);
}

/* Reads machine, unquoted PCRs and chain. The PCRs prove nothing, so a bundle may lack them. */
static int read_surroundings(const struct attestation_options *options, int root_fd,
	struct surroundings *ret, struct err *err)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	struct err ignored;

	machine_read(root_fd, &ret->machine);
	if (tpm_open(options->tcti ? options->tcti : tpm_machine_tcti(root_fd), &tpm, &ignored) == 0 &&
		tpm_read_pcrs(tpm, UNQUOTED_PCR_MASK, &ret->unquoted, &ignored) < 0)
		ret->unquoted = (struct tpm_pcrs){0};
	ret->chain = buf_with_max(BUNDLE_MAX_CHAIN);
	/* the certificates are checked at once, since an unreadable chain would help no reader */
	return options->chain ? read_anchor(options->chain, &ret->chain, &anchors, err) : 0;
}

int attestation_redact(struct bundle *bundle, struct err *err)
{
	char rests[GUESSABLE_SENTENCE_SIZE];

	if (redact_bundle(bundle, err) < 0)
		return -1;
	guessable_sentence(&bundle->request.evidence, rests);
	if (rests[0])
		print_aside("Redacted. %s\n", rests);
	return 0;
}

int attestation_bundle(const struct attestation_options *options, struct attestation *attestation,
	struct bundle *ret, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(surroundings) struct surroundings around = {0};
	struct bundle_extras extras = {.verdict = &attestation->verdict,
		.made_s = clock_now_s(),
		.program = VERSION,
		.machine = &around.machine,
		.unquoted = &around.unquoted,
		.with_token = options->with_token};

	if (open_root(options->root, &root_fd, err) < 0 ||
		read_surroundings(options, root_fd, &around, err) < 0)
		return -1;
	extras.chain = buf_bytes(&around.chain);
	if (bundle_of_round(attestation->round, &extras, ret, err) < 0)
		return -1;
	return options->redact ? attestation_redact(ret, err) : 0;
}

int attestation_save(const char *path, const struct bundle *bundle, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);

	if (bundle->info.len == 0)
		return err_set(
			err, ERR_IO, 0, "There is no evidence to save: it could not be collected.");
	if (bundle_print(bundle, &text, err) < 0)
		return -1;
	if (strcmp(path, "-") != 0)
		return write_private(path, buf_bytes(&text), err);
	print_format("%s", (const char *)text.data);
	return 0;
}

int attestation_save_round(const struct attestation_options *options,
	struct attestation *attestation, const char *path, struct err *err)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;

	if (attestation_bundle(options, attestation, &bundle, err) < 0)
		return -1;
	return attestation_save(path, &bundle, err);
}
