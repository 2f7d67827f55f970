/* verdicts.h - combines three verdicts into one: the VM's own check, the provider's, and the
 * comparison of this boot with the accepted ones. The service and all commands use only this
 * module, so that they cannot disagree about one boot.
 *
 * A verdict that was due and could not be made is Unknown, with the reason, so that the boot is not
 * Healthy without it. The provider is not due for commands that only examine evidence. The
 * comparison is not due if the extension is not enabled, or for the TPM of another machine; the
 * first boot is learned. */
#ifndef SERVICE_VERDICTS_H
#define SERVICE_VERDICTS_H

#include "attest/round.h"
#include "appraise/comparison.h"

/* provider, change: NULL if not due. The result is Healthy only if all are. Unhealthy takes
 * precedence over Unknown, and the VM's own check over the provider. If these two contradict each
 * other, the message mentions it. */
struct verdict verdicts_combine(
	const struct verdict *own, const struct verdict *provider, const struct err *change);

/* For the service, after a round. state: the inputs of the comparison except those from the round.
 * renewal: what missing certificates of 2023 mean. ret_change: zeroed by the caller, who calls
 * comparison_done. */
void verdicts_judge(const struct comparison_inputs *state, enum renewal_action renewal,
	const struct round_result *round, struct comparison *ret_change, struct verdict *ret);

/* The same for commands. Reads the state of the enabled extension below this root directory and
 * writes nothing. tcti: of the TPM that was used; NULL for this machine's. */
void verdicts_judge_read_only(int root_fd, const char *tcti, const struct round_result *round,
	struct comparison *ret_change, struct verdict *ret);

#endif
