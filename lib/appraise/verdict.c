#include "appraise/verdict.h"

#include <string.h>
#include "base/text.h"

const char *health_name(enum health health)
{
	static const char *const names[] = {
		[HEALTH_UNKNOWN] = "Unknown",
		[HEALTH_HEALTHY] = "Healthy",
		[HEALTH_UNHEALTHY] = "Unhealthy",
	};

	return names[health];
}

struct verdict verdict_of_err(const struct err *err)
{
	bool is_against_vm = err_info(err->code)->is_against_vm;

	return (struct verdict){
		.health = is_against_vm ? HEALTH_UNHEALTHY : HEALTH_UNKNOWN, .reason = *err};
}

int verdict_check_secureboot(const struct secureboot *facts, struct err *err)
{
	if (!facts->is_enabled)
		return err_set(err, ERR_SECURE_BOOT_OFF, 0, "This VM booted with Secure Boot off.");
	if (facts->has_unbound_event)
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"Event %u of the event log extends PCR 7 with something that the log does not tell.",
			facts->unbound_event);
	if (facts->is_firmware_debug)
		return err_set(
			err, ERR_FIRMWARE_DEBUG, 0, "This VM's firmware booted in debug mode.");
	if (facts->is_shim_lenient)
		return err_set(err, ERR_SHIM_LENIENT, 0,
			"The boot loader shim did not verify what it started: its validation is switched off.");
	return 0;
}

static int open_log(const struct evidence *evidence, struct appraisal *ret, struct err *err)
{
	if (evidence->event_log.len == 0)
		return err_set(err, ERR_EVENT_LOG_EMPTY, 0, "The evidence holds no event log.");
	if (eventlog_open(buf_bytes(&evidence->event_log), &ret->log, err) < 0)
		return -1;
	ret->has_log = true;
	return 0;
}

/* What the log says, against what the TPM signed. */
static int appraise_log(const struct evidence *evidence, struct appraisal *ret, struct err *err)
{
	const struct eventlog *log = &ret->log;

	ret->event_count = log->event_count;
	ret->unmeasured_count = log->unmeasured_count;
	if (replay_sha256(log, &ret->led_to, err) < 0 ||
		replay_compare_values(log, &ret->led_to, &evidence->pcrs, err) < 0)
		return -1;
	ret->is_replayed = true;
	if (replay_check_evidence_data(log, evidence, err) < 0)
		return -1;
	if (secureboot_read(log, &ret->secureboot, err) < 0 ||
		authority_read(log, &ret->authorities, err) < 0)
		return -1;
	ret->has_secureboot = true;
	if (evidence->redacted.len) /* PCR 6 may be among it, and then its event tells nothing */
		ret->secureboot.vm_id[0] = '\0';
	return verdict_check_secureboot(&ret->secureboot, err);
}

void appraise_evidence(
	const struct evidence *evidence, enum binding_hierarchy allowed, struct appraisal *ret)
{
	struct err err, unreadable;

	*ret = (struct appraisal){.verdict.health = HEALTH_HEALTHY};
	(void)!open_log(evidence, ret, &unreadable);
	ret->is_bound = binding_check(evidence, allowed, &ret->binding, &err) == 0;
	if (!ret->is_bound)
		ret->verdict = verdict_of_err(&err);
	else if (!ret->has_log)
		ret->verdict = verdict_of_err(&unreadable);
	else if (appraise_log(evidence, ret, &err) < 0)
		ret->verdict = verdict_of_err(&err);
}

/* The default policy of Azure's shared providers denies if any of these is false. Own policies may
 * leave claims out; without `secureboot` there is no verdict. */
static const char *const claims_not_false[] = {
	"x-ms-azurevm-default-securebootkeysvalidated",
	"x-ms-azurevm-debuggersdisabled",
	"x-ms-azurevm-signingdisabled",
	"x-ms-azurevm-dbvalidated",
	"x-ms-azurevm-dbxvalidated",
};

/* false with *err if the claim is there and is not true. */
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

static struct verdict with_remark(const struct verdict *verdict, const char *remark)
{
	struct verdict ret = *verdict;

	(void)text_format(
		ret.reason.msg, sizeof(ret.reason.msg), "%s %s", verdict->reason.msg, remark);
	return ret;
}

struct verdict verdict_combine(const struct verdict *local, const struct verdict *remote)
{
	if (local->health == HEALTH_UNHEALTHY && remote->health == HEALTH_HEALTHY)
		return with_remark(local, "The provider did not object.");
	if (local->health == HEALTH_UNHEALTHY)
		return *local;
	if (remote->health == HEALTH_UNHEALTHY && local->health == HEALTH_HEALTHY)
		return with_remark(remote, "The VM's own check found nothing wrong.");
	if (remote->health == HEALTH_UNHEALTHY)
		return *remote;
	return local->health == HEALTH_UNKNOWN ? *local : *remote;
}
