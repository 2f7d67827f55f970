/* machine_view.h - values that this machine shows about its boot besides the evidence: read, not
 * signed. They can add a deviation or a remark to an appraisal, never remove one. */
#ifndef APPRAISE_MACHINE_VIEW_H
#define APPRAISE_MACHINE_VIEW_H

#include "appraise/verdict.h"

enum machine_view_switch { MACHINE_VIEW_UNKNOWN, MACHINE_VIEW_OFF, MACHINE_VIEW_ON };

struct machine_view {
	struct tpm_pcrs pcrs; /* the PCRs of UNQUOTED_MASK; mask 0 if they could not be read */
	/* the firmware's variable SecureBoot as the system shows it now */
	enum machine_view_switch secure_boot;
	/* the firmware's key variables as the system shows them now; all zero if they were not read
	 */
	struct renewal_variables firmware;
};

/* Keeps the firmware's variables. Does nothing else if the log does not lead to the quoted PCRs.
 * Deviations: ERR_LOG_NOT_MEASURED, ERR_LOG_DATA_MISMATCH in a PCR that matches the log,
 * ERR_SECURE_BOOT_DIFFERS. Remark: ERR_PCR_BEYOND_LOG. */
void machine_view_compare(const struct machine_view *observed, struct appraisal *appraisal);

/* vm_id: this VM's identifier from the cloud's metadata service, "" if unknown. Remark:
 * ERR_VM_ID_DIFFERS. It is no deviation, because the service's answer is not proven, and because a
 * VM keeps its identifier when it is moved. Both byte orders of the first three fields count as the
 * same identifier: hosts print both (WALinuxAgent, osutil/default.py, _correct_instance_id and
 * is_valid_uuid). */
void machine_view_compare_vm_id(const char *vm_id, struct appraisal *appraisal);
/* security_type: "TrustedLaunch" or "ConfidentialVM" of the same service, "" if unknown. It decides
 * nothing but which remedy fits. */
void machine_view_take_security_type(const char *security_type, struct appraisal *appraisal);

#endif
