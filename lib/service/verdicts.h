/* verdicts.h - the verdict of all: the VM's own check, the provider, and this boot beside the
 * accepted ones. Every command and the service make it here and nowhere else, so that they cannot
 * disagree about one boot.
 *
 * Each of the three was either not due, or it has a verdict. One that was due and could not be made
 * is Unknown, with the reason: without it no boot is Healthy. The provider is not due for who only
 * looks at evidence. The comparison is not due where the extension is not enabled, and for another
 * machine's TPM; the first boot is learned. */
#ifndef SERVICE_VERDICTS_H
#define SERVICE_VERDICTS_H

#include "attest/round.h"
#include "appraise/comparison.h"

/* NULL: not due. Healthy only if all are. An Unhealthy one wins over Unknown, and the VM's own
 * check is named first; if VM and provider contradict each other the message says so. */
struct verdict verdicts_combine(
	const struct verdict *own, const struct verdict *provider, const struct err *change);

/* After a round, with all that the comparison needs but the round's own. ret_change: zeroed, and
 * comparison_done's. */
void verdicts_judge(const struct comparison_inputs *kept, const struct round_result *round,
	struct comparison *ret_change, struct verdict *ret);

/* The same for those who look on and write nothing: finds what the enabled extension keeps below
 * this root directory. tcti: of the TPM that was asked; NULL if it is this machine's. */
void verdicts_look_on(int root_fd, const char *tcti, const struct round_result *round,
	struct comparison *ret_change, struct verdict *ret);

#endif
