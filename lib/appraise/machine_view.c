#include "appraise/machine_view.h"

#include <string.h>
#include "appraise/replay.h"
#include "base/text.h"

static void add_remark(struct appraisal *appraisal, const struct err *remark)
{
	if (appraisal->remark_count < APPRAISAL_MAX_REMARKS)
		appraisal->remarks[appraisal->remark_count++] = *remark;
}

static void compare_unquoted(const struct machine_view *observed, struct appraisal *appraisal)
{
	const struct eventlog *log = &appraisal->log;
	struct err err;

	if (unquoted_compare(log, &appraisal->led_to, &observed->pcrs, &appraisal->unquoted, &err) <
		0) {
		if (err.code == ERR_PCR_BEYOND_LOG)
			add_remark(appraisal, &err);
		else
			findings_add(&appraisal->findings, &err);
	}
	if (replay_check_data(log, unquoted_proven(&appraisal->unquoted), &err) < 0)
		findings_add(&appraisal->findings, &err);
}

static void compare_secure_boot(const struct machine_view *observed, struct appraisal *appraisal)
{
	bool is_on = observed->secure_boot == MACHINE_VIEW_ON;

	if (observed->secure_boot == MACHINE_VIEW_UNKNOWN || is_on == appraisal->secureboot.is_enabled)
		return;
	finding(&appraisal->findings, ERR_SECURE_BOOT_DIFFERS,
		"This VM booted with Secure Boot %s, as PCR 7 proves, but its system shows it as %s.",
		is_on ? "off" : "on", is_on ? "on" : "off");
}

void machine_view_compare(const struct machine_view *observed, struct appraisal *appraisal)
{
	appraisal->firmware = observed->firmware;
	if (!appraisal->is_replayed)
		return;
	compare_unquoted(observed, appraisal);
	if (appraisal->has_secureboot)
		compare_secure_boot(observed, appraisal);
	/* an earlier finding stays the reason: later ones may follow from it */
	appraisal->verdict = verdict_of_findings(&appraisal->findings);
}

/* Reverses the bytes of the first three fields of 01234567-0123-0123-... */
static void swap_fields(char id[SECUREBOOT_VM_ID_SIZE])
{
	static const struct {
		uint8_t at, bytes;
	} fields[] = {{0, 4}, {9, 2}, {14, 2}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (size_t low = 0, high = fields[i].bytes - 1u; low < high; low++, high--) {
			char *a = id + fields[i].at + 2 * low;
			char *b = id + fields[i].at + 2 * high;
			const char kept[2] = {a[0], a[1]};

			memcpy(a, b, 2);
			memcpy(b, kept, 2);
		}
}

void machine_view_compare_vm_id(const char *vm_id, struct appraisal *appraisal)
{
	char swapped[SECUREBOOT_VM_ID_SIZE];
	const char *measured = appraisal->secureboot.vm_id;
	struct err err;

	if (!vm_id[0] || !appraisal->has_secureboot || !measured[0])
		return;
	memcpy(swapped, measured, sizeof(swapped));
	swap_fields(swapped);
	if (text_equal_nocase(vm_id, measured) || text_equal_nocase(vm_id, swapped)) {
		appraisal->is_vm_id_confirmed = true;
		return;
	}
	err_fill(&err, ERR_VM_ID_DIFFERS, 0,
		"The firmware measured this VM's identifier as %s (PCR 6), but the metadata service says %s.",
		measured, vm_id);
	add_remark(appraisal, &err);
}

void machine_view_take_security_type(const char *security_type, struct appraisal *appraisal)
{
	appraisal->vm = text_equal_nocase(security_type, "ConfidentialVM") ? RENEWAL_VM_CONFIDENTIAL
			: text_equal_nocase(security_type, "TrustedLaunch")
				? RENEWAL_VM_TRUSTED_LAUNCH
				: RENEWAL_VM_UNKNOWN;
}
