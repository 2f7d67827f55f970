#include "service/status_report.h"

#include <string.h>
#include "appraise/renewal_facts.h"
#include "base/clock.h"
#include "base/text.h"

#define DAY_S 86400
/* the platform renews 90 days before, so this deserves a warning */
#define CERT_SOON_S (30 * DAY_S)
#define MESSAGE     STATUS_MESSAGE_SIZE

/* The provider gave no answer about this VM, neither for nor against it. */
static bool is_out_of_reach(const struct err *reason)
{
	const struct err_info *info = err_info(reason->code);

	return info->kind == ERR_KIND_NETWORK || info->place == ERR_PLACE_BUSY;
}

/* The oldest incident that the owner did not acknowledge; NULL: none, or the owner does not want to
 * know. */
static const struct chronicle_entry *incident_of(const struct status_report_inputs *inputs)
{
	const struct chronicle *chronicle = inputs->chronicle;

	return chronicle && chronicle->open_count && inputs->settings->latch != LATCH_OFF
		       ? &chronicle->open[0]
		       : NULL;
}

/* "Incident .. is not acknowledged. ", or "". */
static void incident_note(const struct status_report_inputs *inputs, char ret[MESSAGE])
{
	const struct chronicle_entry *incident = incident_of(inputs);
	char text[CHRONICLE_FAULT_SIZE], more[32] = "";

	ret[0] = '\0';
	if (!incident)
		return;
	chronicle_incident_text(incident, text);
	if (inputs->chronicle->open_count > 1)
		(void)text_format(
			more, sizeof(more), " (and %zu more)", inputs->chronicle->open_count - 1);
	(void)text_format(ret, MESSAGE, "Incident %s is not acknowledged%s. ", text, more);
}

/* Puts news first, because the portal shows little more than the beginning. */
static void set_healthy(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct comparison *change = inputs->change;
	const char *news = change ? change->note : "";
	const struct outlook *outlook = inputs->outlook;
	const struct settings *settings = inputs->settings;
	char now[CLOCK_TEXT_SIZE], note[MESSAGE] = "", warning[MESSAGE] = "", incident[MESSAGE];

	if (outlook && outlook->finding.code)
		(void)text_format(warning, sizeof(warning), "Do not restart it yet: %s ",
			outlook->finding.msg);
	/* the substatus Settings lists all */
	if (settings->warning_count)
		(void)text_format(note, sizeof(note),
			settings->warning_count > 1 ? " Note: %s (and %zu more)" : " Note: %s",
			settings->warnings[0], settings->warning_count - 1);
	clock_text(inputs->now.time.wall_s, now);
	incident_note(inputs, incident);
	ret->state = STATUS_SUCCESS;
	(void)text_format(ret->message, sizeof(ret->message),
		"Healthy: this VM proved its boot to %s at %s. %s%s%s%s.%s",
		inputs->round->provider, now, warning, incident,
		news[0]                     ? "New in this boot: "
		: change && change->is_lost ? "The baseline of earlier boots was lost. "
					    : "",
		news[0] ? news : "Secure Boot is on, and the TPM confirms the boot's event log",
		note);
}

static void set_unhealthy(const struct status_report_inputs *inputs, struct status *ret)
{
	char reason[MESSAGE];

	status_message(&inputs->verdict->reason, reason);
	ret->state = inputs->settings->alerts_disabled ? STATUS_SUCCESS : STATUS_ERROR;
	ret->code = (int)inputs->verdict->reason.code;
	(void)text_format(ret->message, sizeof(ret->message), "Unhealthy: %s%s", reason,
		inputs->settings->alerts_disabled
			? " (Alerts are switched off by the setting disableAlerts.)"
			: "");
}

static bool is_proven(const struct status_report_inputs *inputs)
{
	return proof_judge(&inputs->history->proof, &inputs->now, NULL) == PROOF_COUNTS;
}

static void set_unknown(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct err *cause = &inputs->verdict->reason;
	const struct history *history = inputs->history;
	char reason[MESSAGE], earlier[PROOF_TEXT_SIZE];
	char healthy[CLOCK_TEXT_SIZE], since[CLOCK_TEXT_SIZE];

	status_message(cause, reason);
	ret->code = (int)cause->code;
	if (is_out_of_reach(cause) && is_proven(inputs)) {
		clock_text(history->healthy_s, healthy);
		clock_text(history->failing_since_s, since);
		ret->state = STATUS_SUCCESS;
		(void)text_format(ret->message, sizeof(ret->message),
			"Healthy at %s. No new proof since %s: %s", healthy, since, reason);
	} else if (is_out_of_reach(cause) && history_budget_left_s(history, &inputs->now)) {
		ret->state = STATUS_TRANSITIONING;
		(void)text_format(ret->message, sizeof(ret->message),
			"Not attested yet, trying again in %u s: %s", inputs->wait_s, reason);
	} else {
		proof_text(
			&history->proof, proof_judge(&history->proof, &inputs->now, NULL), earlier);
		ret->state = STATUS_ERROR;
		(void)text_format(ret->message, sizeof(ret->message), "Not attested: %s%s%s",
			reason, earlier[0] ? " " : "", earlier);
	}
}

static void add_health(const struct status_report_inputs *inputs, struct status *ret)
{
	static const enum status_state states[] = {
		[HEALTH_UNKNOWN] = STATUS_WARNING, [HEALTH_HEALTHY] = STATUS_SUCCESS, [HEALTH_UNHEALTHY] = STATUS_ERROR};
	const struct verdict *verdict = inputs->verdict;
	char text[MESSAGE], time[CLOCK_TEXT_SIZE];

	clock_text(inputs->now.time.wall_s, time);
	if (verdict->health == HEALTH_HEALTHY)
		(void)text_format(text, sizeof(text),
			"Healthy at %s: the provider and this VM's own check agree.", time);
	else
		(void)text_format(text, sizeof(text), "%s at %s: %s", health_name(verdict->health),
			time, verdict->reason.msg);
	status_add(ret, STATUS_HEALTH_ITEM, states[verdict->health], (int)verdict->reason.code, text);
}

static void add_attestation(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct round_result *round = inputs->round;
	char text[MESSAGE], expiry[CLOCK_TEXT_SIZE];

	if (round->stage == ROUND_VERIFIED) {
		clock_text(round->token_expires_s, expiry);
		(void)text_format(text, sizeof(text),
			"Token of %s verified: signature, issuer, times, nonce and this TPM's key. Valid until %s.",
			round->provider, expiry);
		status_add(ret, "Attestation", STATUS_SUCCESS, 0, text);
		return;
	}
	status_message(&round->remote.reason, text);
	status_add(ret, "Attestation",
		is_out_of_reach(&round->remote.reason) && is_proven(inputs) ? STATUS_WARNING
									    : STATUS_ERROR,
		(int)round->remote.reason.code, text);
}

static void add_endpoint(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct round_result *round = inputs->round;
	char who[MESSAGE], text[MESSAGE], clock[EXCHANGE_CLOCK_SIZE];

	(void)text_format(who, sizeof(who), round->provider_reason[0] ? "%s (%s)" : "%s",
		round->provider[0] ? round->provider : "No provider", round->provider_reason);
	if (round->stage >= ROUND_ANSWERED) {
		exchange_clock_text(&round->exchange, clock, sizeof(clock));
		(void)text_format(text, sizeof(text), "%s answered%s%s.%s", who,
			round->provider_proxy[0] ? " by proxy " : "", round->provider_proxy, clock);
		status_add(ret, "Endpoint", STATUS_SUCCESS, 0, text);
	} else {
		(void)text_format(text, sizeof(text), "%s: %s", who, round->remote.reason.msg);
		status_add(ret, "Endpoint", STATUS_WARNING, (int)round->remote.reason.code, text);
	}
}

/* " (CN=.. for .., ..)" */
static void list_authorities(const struct authorities *authorities, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < authorities->count; i++) {
		const struct authority *authority = &authorities->items[i];
		char name[CRYPTO_NAME_SIZE];

		authority_label(authority->common_name, authority->subject, name);
		(void)text_format(ret + len, size - len, "%s%s for %s%s", i ? ", " : " (",
			authority->has_cert ? name : "a hash",
			authority->program[0] ? authority->program : "no file",
			i + 1 == authorities->count ? ")" : "");
		len = strlen(ret);
	}
}

/* "Certificates of 2023: db missing since .. . What is missing. What to do. " */
static void describe_certificates(const struct status_report_inputs *inputs,
	const struct renewal *renewal, char *ret, size_t size)
{
	char since[CLOCK_TEXT_SIZE] = "", missing[RENEWAL_TEXT_SIZE] = "",
	     remedy[RENEWAL_TEXT_SIZE] = "";

	ret[0] = '\0';
	if (renewal->state == RENEWAL_UNKNOWN)
		return;
	if (inputs->history->renewal_since_s)
		clock_text(inputs->history->renewal_since_s, since);
	if (inputs->settings->renewal != RENEWAL_IGNORE) {
		renewal_text(renewal, missing);
		renewal_remedy(renewal, remedy);
	}
	(void)text_format(ret, size, "Certificates of 2023: %s%s%s.%s%s%s%s ",
		renewal_state_text(renewal->state), since[0] ? " since " : "", since,
		missing[0] ? " " : "", missing, remedy[0] ? " " : "", remedy);
}

static void add_secure_boot(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct appraisal *local = &inputs->round->local;
	const struct secureboot *facts = &local->secureboot;
	const struct renewal renewal = renewal_of_appraisal(local);
	bool is_due = renewal.is_due && inputs->settings->renewal != RENEWAL_IGNORE;
	char text[MESSAGE], vouched[MESSAGE / 2], certificates[MESSAGE / 2],
		level[RENEWAL_LEVEL_SIZE];

	if (!local->has_secureboot)
		return;
	list_authorities(&local->authorities, vouched, sizeof(vouched));
	describe_certificates(inputs, &renewal, certificates, sizeof(certificates));
	renewal_dbx_text(&facts->renewal.dbx_level, level);
	(void)text_format(text, sizeof(text),
		"%s, as measured in PCR 7. %sCertificates: PK %zu, KEK %zu, db %zu; hashes in dbx: %zu%s%s; shim's revocation level (SBAT): %s; authorities that vouched for this boot: %zu%s.",
		facts->is_enabled ? "On" : "Off", certificates, facts->keys[UEFI_PK].cert_count,
		facts->keys[UEFI_KEK].cert_count, facts->keys[UEFI_DB].cert_count,
		facts->keys[UEFI_DBX].hash_count, level[0] ? ", " : "", level,
		facts->sbat.date[0] ? facts->sbat.date : "none", facts->authority_count, vouched);
	if (!facts->is_enabled)
		status_add(ret, "SecureBoot", STATUS_ERROR, ERR_SECURE_BOOT_OFF, text);
	else
		status_add(ret, "SecureBoot", is_due ? STATUS_WARNING : STATUS_SUCCESS,
			is_due ? ERR_CERTIFICATES_2011 : 0, text);
}

/* Puts remarks first, because they deserve attention. */
static void add_tpm(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct appraisal *local = &inputs->round->local;
	const struct verdict *verdict = &inputs->round->own;
	char text[MESSAGE], list[UNQUOTED_TEXT_SIZE], reason[MESSAGE];
	size_t len = 0;
	uint32_t good;

	if (verdict->health == HEALTH_HEALTHY) {
		good = unquoted_proven(&local->unquoted);
		for (size_t i = 0; i < local->remark_count; i++) {
			status_message(&local->remarks[i], reason);
			(void)text_format(text + len, sizeof(text) - len, "%s ", reason);
			len = strlen(text);
		}
		unquoted_text(good, list);
		(void)text_format(text + len, sizeof(text) - len,
			"Quote of PCRs 0 to 7 verified against %u logged events; TPM reset count %u.%s%s%s",
			local->event_count - local->unmeasured_count,
			local->binding.quote.reset_count,
			good ? " Read, not quoted, and as logged: PCR " : "", list, good ? "." : "");
		status_add(ret, "VirtualTpm", local->remark_count ? STATUS_WARNING : STATUS_SUCCESS,
			local->remark_count ? (int)local->remarks[0].code : 0, text);
	} else if (verdict->reason.code != ERR_SECURE_BOOT_OFF) { /* not a fault of the TPM */
		status_message(&verdict->reason, text);
		status_add(ret, "VirtualTpm", STATUS_ERROR, (int)verdict->reason.code, text);
	}
}

static void add_key(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct crypto_cert_info *cert = &inputs->round->local.binding.cert;
	int64_t left_s = cert->not_after_s - inputs->now.time.wall_s;
	bool is_soon = left_s < CERT_SOON_S;
	const char *trouble = is_soon && inputs->cert_trouble ? inputs->cert_trouble : "";
	char text[MESSAGE], expiry[CLOCK_TEXT_SIZE], left[128] = "";

	if (!cert->subject[0])
		return;
	clock_text(cert->not_after_s, expiry);
	if (left_s >= 0)
		(void)text_format(left, sizeof(left), ", %lld days left%s",
			(long long)(left_s / DAY_S),
			is_soon ? ": the platform has not renewed it, though each attestation reads it"
				: "");
	(void)text_format(text, sizeof(text), "Certificate of %s, issued by %s, %s %s%s.%s%s",
		cert->subject, cert->issuer, left_s < 0 ? "expired on" : "valid until", expiry,
		left, trouble[0] ? " Nor could the service renew it: " : "", trouble);
	status_add(ret, "AttestationKey", is_soon ? STATUS_WARNING : STATUS_SUCCESS,
		trouble[0] ? ERR_AK_CERT_NOT_RENEWED
		: is_soon  ? ERR_AK_CERT_ENDS
			   : ERR_OK,
		text);
}

static void add_baseline(const struct status_report_inputs *inputs, struct status *ret)
{
	static const enum status_state states[] = {
		[COMPARISON_UNKNOWN] = STATUS_WARNING,
		[COMPARISON_NONE] = STATUS_SUCCESS,
		[COMPARISON_LEARNED] = STATUS_SUCCESS,
		[COMPARISON_SAME] = STATUS_SUCCESS,
		[COMPARISON_ACCEPTED] = STATUS_SUCCESS,
		[COMPARISON_NOTED] = STATUS_WARNING,
		[COMPARISON_SERIOUS] = STATUS_ERROR,
	};
	const struct comparison *change = inputs->change;
	enum status_state state = change ? states[change->state] : STATUS_SUCCESS;
	enum err_code code = change ? change->trouble.code : ERR_OK;

	if (!change || !change->text[0])
		return;
	if (change->state == COMPARISON_SERIOUS)
		code = change->finding.code;
	else if (change->is_lost && code == ERR_OK)
		code = ERR_BASELINE_LOST;
	if (state == STATUS_SUCCESS && code != ERR_OK)
		state = STATUS_WARNING;
	status_add(ret, "Baseline", state, (int)code, change->text);
}

/* A warning at most: it speaks neither for nor against the boot that runs. */
static void add_next_boot(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct outlook *outlook = inputs->outlook;
	char text[MESSAGE];

	if (!outlook || !outlook->is_known)
		return;
	(void)text_format(text, sizeof(text), "%s%s%s", outlook->text,
		outlook->finding.code ? " " : "",
		outlook->finding.code ? err_info(outlook->finding.code)->remedy : "");
	status_add(ret, "NextBoot", outlook->finding.code ? STATUS_WARNING : STATUS_SUCCESS,
		(int)outlook->finding.code, text);
}

/* The head's hash leaves the VM with the status and proves the history later. */
static void add_history(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct chronicle *chronicle = inputs->chronicle;
	const struct chronicle_entry *change = chronicle ? chronicle_last_change(chronicle) : NULL;
	char text[MESSAGE], incident[MESSAGE], since[CLOCK_TEXT_SIZE], head[CHRONICLE_HEX_SIZE];
	bool is_open = incident_of(inputs) != NULL;

	if (!change)
		return;
	incident_note(inputs, incident);
	clock_text(change->at_s, since);
	chronicle_head(chronicle, head);
	(void)text_format(text, sizeof(text),
		"%s%s since %s. Entry %lld of the history has the hash %s.", incident, change->what,
		since, (long long)chronicle->entries[chronicle->count - 1].number, head);
	status_add(ret, "History", is_open ? STATUS_WARNING : STATUS_SUCCESS,
		is_open ? ERR_INCIDENT : 0, text);
}

static void add_schedule(const struct status_report_inputs *inputs, struct status *ret)
{
	uint32_t period_s = inputs->settings->period_s;
	bool in_hours = period_s % 3600 == 0;
	char text[MESSAGE], next[CLOCK_TEXT_SIZE];

	clock_text(inputs->now.time.wall_s + inputs->wait_s, next);
	(void)text_format(text, sizeof(text),
		"Next attestation at about %s; every %u %s and after every boot.", next,
		in_hours ? period_s / 3600 : period_s / 60, in_hours ? "h" : "min");
	status_add(ret, "Schedule", STATUS_SUCCESS, 0, text);
}

/* Adds the item only if there are warnings. */
static void add_settings(const struct status_report_inputs *inputs, struct status *ret)
{
	const struct settings *settings = inputs->settings;
	char text[MESSAGE] = "";

	for (size_t i = 0; i < settings->warning_count && i < SETTINGS_MAX_WARNINGS; i++)
		(void)text_format(text + strlen(text), sizeof(text) - strlen(text),
			i ? " %s" : "%s", settings->warnings[i]);
	if (settings->warning_count > SETTINGS_MAX_WARNINGS)
		(void)text_format(text + strlen(text), sizeof(text) - strlen(text),
			" And %zu more.", settings->warning_count - SETTINGS_MAX_WARNINGS);
	if (settings->warning_count)
		status_add(ret, "Settings", STATUS_WARNING, 0, text);
}

typedef void part(const struct status_report_inputs *inputs, struct status *ret);

static part *const set_top[] = {
	[HEALTH_UNKNOWN] = set_unknown, [HEALTH_HEALTHY] = set_healthy, [HEALTH_UNHEALTHY] = set_unhealthy};

/* In the order of the status. */
static const struct {
	part *add;
	bool needs_evidence;
} parts[] = {
	{add_health, false},
	{add_attestation, true},
	{add_endpoint, true},
	{add_secure_boot, true},
	{add_tpm, false},
	{add_key, true},
	{add_baseline, true},
	{add_next_boot, false},
	{add_history, false},
	{add_schedule, false},
	{add_settings, false},
};

void status_report_make(const struct status_report_inputs *inputs, struct status *ret)
{
	bool has_evidence = inputs->round->stage >= ROUND_COLLECTED;

	status_init("Enable", STATUS_ERROR, ret);
	ret->applied_at_s = inputs->enabled_at_s;
	set_top[inputs->verdict->health](inputs, ret);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (has_evidence || !parts[i].needs_evidence)
			parts[i].add(inputs, ret);
}
