/* collect.h - this machine's TPM and files -> evidence. */
#ifndef ATTEST_COLLECT_H
#define ATTEST_COLLECT_H

#include "appraise/evidence.h"
#include "appraise/machine_view.h"

#define COLLECT_EVENT_LOG "sys/kernel/security/tpm0/binary_bios_measurements" /* below the root */

struct collect_sources {
	int root_fd;
	/* path from the caller's working directory; NULL: COLLECT_EVENT_LOG below root_fd */
	const char *event_log;
};

/* The whole log; ret is made anew. ERR_NO_EVENT_LOG, ERR_EVENT_LOG_EMPTY, ERR_EVENT_LOG_UNREADABLE,
 * ERR_EVENT_LOG_MALFORMED (too large). */
int collect_read_log(
	const struct collect_sources *sources, struct buf *ret, struct err *err) err_check;

/* Eight TPM commands (nine if the certificate takes two reads). The encryption key stays loaded in
 * `tpm`. The log is read before the PCRs, so that a later measurement shows as a mismatch and never
 * as a clean log. ERR_NO_EVENT_LOG, ERR_EVENT_LOG_EMPTY, ERR_EVENT_LOG_UNREADABLE, ERR_PCR_CHANGED,
 * ERR_TPM_FAILED (also if the machine slept in between), and what edge/tpm.h lists. */
int collect_evidence(struct tpm *tpm, const struct collect_sources *sources, struct evidence *ret,
	struct err *err) err_check;

/* What the machine says beside it: one more command, for the PCRs behind the quoted ones. What
 * cannot be read stays unknown and is no failure, and so does the firmware's variable if the log
 * was given by its path; but a TPM that answers no more is one: ERR_TPM_SILENT. */
int collect_observed(struct tpm *tpm, const struct collect_sources *sources,
	struct machine_view *ret, struct err *err) err_check;

#endif
