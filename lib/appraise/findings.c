#include "appraise/findings.h"

#include <string.h>

void findings_add(struct findings *findings, const struct err *err)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].code == err->code &&
			strcmp(findings->items[i].msg, err->msg) == 0)
			return;
	if (findings->count < FINDINGS_MAX)
		findings->items[findings->count++] = *err;
}

bool findings_hold(const struct findings *findings, enum err_code code)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].code == code)
			return true;
	return false;
}

static void add_binding_faults(
	const struct evidence *evidence, enum binding_hierarchy allowed, struct findings *findings)
{
	struct err faults[BINDING_MAX_FAULTS];
	size_t count = binding_faults(evidence, allowed, faults);

	for (size_t i = 0; i < count; i++)
		findings_add(findings, &faults[i]);
}

static void add_mismatches(
	const struct eventlog *log, const struct tpm_pcrs *quoted, struct findings *findings)
{
	struct err mismatches[TPM_PCR_COUNT];
	uint32_t differing = replay_compare_each(log, quoted, mismatches);

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (differing & 1u << pcr)
			findings_add(findings, &mismatches[pcr]);
}

static void add_weaknesses(const struct secureboot *facts, struct findings *findings)
{
	struct secureboot one = *facts;
	struct err err;

	/* one at a time, with the words of the judgement that stops at the first */
	for (size_t i = 0; i < 4; i++) {
		if (verdict_check_secureboot(&one, &err) == 0)
			return;
		findings_add(findings, &err);
		one.is_enabled = one.is_enabled || err.code == ERR_SECURE_BOOT_OFF;
		one.has_unbound_event = one.has_unbound_event && err.code != ERR_SECURE_BOOT_LOG;
		one.is_firmware_debug = one.is_firmware_debug && err.code != ERR_FIRMWARE_DEBUG;
		one.is_shim_lenient = one.is_shim_lenient && err.code != ERR_SHIM_LENIENT;
	}
}

/* The log's own contradictions need no quote; whether it leads to the PCRs needs values that a
 * quote proved. */
static void add_log_faults(const struct evidence *evidence, const struct appraisal *appraisal,
	struct findings *findings)
{
	struct eventlog log;
	struct err err;

	if (!appraisal->has_log) {
		if (evidence->event_log.len &&
			eventlog_open(buf_bytes(&evidence->event_log), &log, &err) < 0)
			findings_add(findings, &err);
		return;
	}
	if (appraisal->is_bound)
		add_mismatches(&appraisal->log, &evidence->pcrs, findings);
	if (replay_check_evidence_data(&appraisal->log, evidence, &err) < 0)
		findings_add(findings, &err);
	if (appraisal->has_secureboot)
		add_weaknesses(&appraisal->secureboot, findings);
}

void findings_of_evidence(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct appraisal *ret, struct findings *findings)
{
	appraise_evidence(evidence, allowed, ret);
	if (ret->verdict.health == HEALTH_HEALTHY)
		return;
	findings_add(findings, &ret->verdict.reason);
	if (!ret->is_bound)
		add_binding_faults(evidence, allowed, findings);
	add_log_faults(evidence, ret, findings);
}
