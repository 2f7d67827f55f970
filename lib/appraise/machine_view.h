/* machine_view.h - what this machine says about its boot beside the evidence: read, not signed. It
 * can add a deviation or a remark to an appraisal, never take one away. */
#ifndef APPRAISE_MACHINE_VIEW_H
#define APPRAISE_MACHINE_VIEW_H

#include "appraise/verdict.h"

enum machine_view_switch { MACHINE_VIEW_UNKNOWN, MACHINE_VIEW_OFF, MACHINE_VIEW_ON };

struct machine_view {
	struct tpm_pcrs pcrs; /* those of UNQUOTED_MASK; mask 0 if they could not be read */
	/* the firmware's variable SecureBoot as the system shows it now */
	enum machine_view_switch secure_boot;
};

/* Nothing is compared with a log that does not lead to the quoted PCRs. Deviations:
 * ERR_LOG_NOT_MEASURED, ERR_LOG_DATA_MISMATCH in a PCR that is as logged, ERR_SECURE_BOOT_DIFFERS.
 * Remark: ERR_PCR_BEYOND_LOG. */
void machine_view_compare(const struct machine_view *observed, struct appraisal *appraisal);

/* vm_id: what the cloud's metadata service calls this VM, "" if it said nothing. Remark:
 * ERR_VM_ID_DIFFERS; no deviation, since nobody proves what the service says, and since a VM keeps
 * its identifier when it is moved. Either byte order of the first three fields is the same
 * identifier: hosts print both (WALinuxAgent, osutil/default.py, _correct_instance_id and
 * is_valid_uuid). */
void machine_view_compare_vm_id(const char *vm_id, struct appraisal *appraisal);

#endif
