/* collect.h - collects evidence from this machine's TPM and files. */
#ifndef ATTEST_COLLECT_H
#define ATTEST_COLLECT_H

#include "appraise/evidence.h"
#include "appraise/machine_view.h"

#define COLLECT_EVENT_LOG "sys/kernel/security/tpm0/binary_bios_measurements" /* below the root */

struct collect_sources {
	int root_fd;
	/* path of a log, relative to the working directory; NULL: COLLECT_EVENT_LOG below
	 * root_fd */
	const char *event_log;
	/* the attestation key's certificate (DER) to present in place of the TPM's; empty: that */
	struct bytes ak_cert;
};

/* Reads the whole log. ret is overwritten and owned by the caller. ERR_NO_EVENT_LOG,
 * ERR_EVENT_LOG_EMPTY, ERR_EVENT_LOG_UNREADABLE, ERR_EVENT_LOG_MALFORMED (too large). */
int collect_read_log(
	const struct collect_sources *sources, struct buf *ret, struct err *err) err_check;

/* The part of the evidence that lies ready: the attestation key's public part and certificate, by
 * two TPM commands (more if the certificate takes several reads), and the event log. The log is
 * read before the PCRs, so that a later measurement shows as a mismatch and never as a clean log.
 * The caller owns ret: evidence_done(). The errors of collect_read_log() and tpm/tpm.h. */
int collect_stored(struct tpm *tpm, const struct collect_sources *sources, struct evidence *ret,
	struct err *err) err_check;
/* Completes it by what the TPM makes for it: the quote, and the encryption key, which takes the
 * longest time. The key stays loaded in `tpm`. On failure the evidence is emptied. ERR_PCR_CHANGED,
 * ERR_TPM_FAILED (also if the machine slept meanwhile), and the errors of tpm/tpm.h. */
int collect_signed(struct tpm *tpm, struct evidence *evidence, struct err *err) err_check;

/* Reads what is compared with the evidence: the firmware's variables and, with one more TPM
 * command, the PCRs that are not quoted. A value that cannot be read stays unknown, which is no
 * failure; so do the variables if sources->event_log is set. ERR_TPM_SILENT: the TPM no longer
 * answers. */
int collect_machine_view(struct tpm *tpm, const struct collect_sources *sources,
	struct machine_view *ret, struct err *err) err_check;

#endif
