#include "appraise/verdict.h"

#include <stdlib.h>
#include <string.h>
#include "base/text.h"

static const char *const health_names[] = {
	[HEALTH_UNKNOWN] = "Unknown",
	[HEALTH_HEALTHY] = "Healthy",
	[HEALTH_UNHEALTHY] = "Unhealthy",
};

const char *health_name(enum health health)
{
	return health_names[health];
}

bool health_of_name(const char *name, enum health *ret)
{
	for (enum health health = HEALTH_UNKNOWN; health <= HEALTH_UNHEALTHY; health++)
		if (strcmp(name, health_names[health]) == 0) {
			*ret = health;
			return true;
		}
	return false;
}

struct verdict verdict_of_err(const struct err *err)
{
	bool is_against_vm = err_info(err->code)->is_against_vm;

	return (struct verdict){
		.health = is_against_vm ? HEALTH_UNHEALTHY : HEALTH_UNKNOWN, .reason = *err};
}

struct verdict verdict_of_findings(const struct findings *findings)
{
	return findings->count ? verdict_of_err(&findings->first)
			       : (struct verdict){.health = HEALTH_HEALTHY};
}

int appraisal_new(struct appraisal **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for an appraisal.");
}

void appraisal_done(struct appraisal *appraisal)
{
	findings_done(&appraisal->findings);
}

void appraisal_free(struct appraisal *appraisal)
{
	if (appraisal)
		appraisal_done(appraisal);
	free(appraisal);
}

static void open_log(const struct evidence *evidence, struct appraisal *ret)
{
	struct err err;

	if (evidence->event_log.len == 0)
		finding(&ret->findings, ERR_EVENT_LOG_EMPTY, "The evidence holds no event log.");
	else if (eventlog_open(buf_bytes(&evidence->event_log), &ret->log, &err) < 0)
		findings_add(&ret->findings, &err);
	else
		ret->has_log = true;
}

/* True if the log leads to the PCR values that the TPM signed. */
static bool judge_replay(const struct evidence *evidence, struct appraisal *ret)
{
	struct err err;

	ret->event_count = ret->log.event_count;
	ret->unmeasured_count = ret->log.unmeasured_count;
	if (replay_sha256(&ret->log, &ret->led_to, &err) == 0)
		return replay_compare(&ret->log, &ret->led_to, &evidence->pcrs, &ret->findings) == 0;
	findings_add(&ret->findings, &err);
	return false;
}

/* The log's data is checked without a quote too: a contradiction within the log needs none. */
static bool judge_data(const struct evidence *evidence, struct appraisal *ret)
{
	struct err err;

	if (replay_check_evidence_data(&ret->log, evidence, &err) == 0)
		return true;
	findings_add(&ret->findings, &err);
	return false;
}

/* Secure Boot was on, and no event of PCR 7 shows, or could hide, that a check was off. */
static void judge_secureboot(const struct secureboot *facts, struct findings *found)
{
	if (!facts->is_enabled)
		finding(found, ERR_SECURE_BOOT_OFF, "This VM booted with Secure Boot off.");
	if (facts->has_unbound_event)
		finding(found, ERR_SECURE_BOOT_LOG,
			"Event %u of the event log extends PCR 7 with something that the log does not tell.",
			facts->unbound_event);
	/* it is unknown which keys firmware reads from such a list, and UEFI never stores one */
	for (size_t i = 0; i < UEFI_KEYS; i++)
		if (facts->keys[i].is_malformed)
			finding(found, ERR_SECURE_BOOT_LOG,
				"The variable %s was measured with a signature list whose sizes do not fit.",
				uefi_keys[i].name);
	if (facts->is_firmware_debug)
		finding(found, ERR_FIRMWARE_DEBUG, "This VM's firmware booted in debug mode.");
	if (facts->is_shim_lenient)
		finding(found, ERR_SHIM_LENIENT,
			"The boot loader shim did not verify what it started: its validation is switched off.");
}

static void read_facts(const struct evidence *evidence, struct appraisal *ret)
{
	struct err err;

	if (secureboot_read(&ret->log, &ret->secureboot, &err) < 0 ||
		authority_read(&ret->log, &ret->authorities, &err) < 0) {
		findings_add(&ret->findings, &err);
		return;
	}
	ret->has_secureboot = true;
	/* PCR 6's event may be redacted; its data then proves nothing */
	if (evidence->redacted.len)
		ret->secureboot.vm_id[0] = '\0';
	judge_secureboot(&ret->secureboot, &ret->findings);
}

/* The comparison of log and PCRs needs values that a quote proves; facts need a log that passed
 * it. */
void appraise_evidence(
	const struct evidence *evidence, enum binding_hierarchy allowed, struct appraisal *ret)
{
	bool is_as_measured;

	*ret = (struct appraisal){0};
	ret->is_bound = binding_check(evidence, allowed, &ret->binding, &ret->findings);
	open_log(evidence, ret);
	if (ret->has_log) {
		ret->is_replayed = ret->is_bound && judge_replay(evidence, ret);
		is_as_measured = judge_data(evidence, ret);
		if (ret->is_replayed && is_as_measured)
			read_facts(evidence, ret);
	}
	ret->verdict = verdict_of_findings(&ret->findings);
}

/* The default policy of Azure's shared providers denies if any of these is false. Own policies may
 * omit these claims; only without `secureboot` there is no verdict. */
static const char *const claims_not_false[] = {
	"x-ms-azurevm-default-securebootkeysvalidated",
	"x-ms-azurevm-debuggersdisabled",
	"x-ms-azurevm-signingdisabled",
	"x-ms-azurevm-dbvalidated",
	"x-ms-azurevm-dbxvalidated",
};

/* False, with *err set, if the claim is present and is not true. */
static bool claim_is_good(
	const json *claims, const char *name, enum err_code code_if_false, struct err *err)
{
	const json *claim = json_get(claims, name);

	if (!claim || json_true(claim))
		return true;
	if (json_is_bool(claim))
		err_fill(err, code_if_false, 0, "The provider attests that '%s' is false.", name);
	else
		err_fill(err, ERR_TOKEN_CLAIMS, 0,
			"The token's claim '%s' is neither true nor false.", name);
	return false;
}

struct verdict verdict_of_claims(const json *claims)
{
	struct err err = {0};

	if (!json_get(claims, "secureboot")) {
		err_fill(&err, ERR_TOKEN_CLAIMS, 0, "The token has no claim 'secureboot'.");
		return verdict_of_err(&err);
	}
	if (!claim_is_good(claims, "secureboot", ERR_SECURE_BOOT_OFF, &err))
		return verdict_of_err(&err);
	for (size_t i = 0; i < sizeof(claims_not_false) / sizeof(claims_not_false[0]); i++)
		if (!claim_is_good(claims, claims_not_false[i], ERR_CLAIM_FALSE, &err))
			return verdict_of_err(&err);
	return (struct verdict){.health = HEALTH_HEALTHY};
}
