#include "service/loop_parts.h"

#include <stdlib.h>
#include <string.h>
#include "appraise/renewal_facts.h"
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto.h"
#include "memory/lapse.h"
#include "memory/chronicle.h"
#include "service/journal.h"
#include "service/verdicts.h"

/* A copy that says success, and why. NULL: no memory, and the truth is reported. */
static struct status *suppress(const struct suppress *suppress, const struct status *status)
{
	struct status *ret = malloc(sizeof(*ret));
	char until[CLOCK_TEXT_SIZE];
	size_t len;

	if (!ret)
		return NULL;
	*ret = *status;
	ret->state = STATUS_SUCCESS;
	clock_text(suppress->until_s, until);
	(void)text_format(ret->message, sizeof(ret->message), "%.700s", status->message);
	len = strlen(ret->message);
	(void)text_format(ret->message + len, sizeof(ret->message) - len,
		" (Shown as success until %s by the setting suppress: %s)", until, suppress->reason);
	return ret;
}

int loop_write_status(struct loop *loop, const struct status *status, int64_t now_s, struct err *err)
{
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(free) struct status *suppressed = NULL;
	bool is_due = loop->has_settings && status->state == STATUS_ERROR &&
		      suppress_left_s(&loop->settings.suppress, now_s) > 0;

	if (loop_find_end(loop) == RUNNING_FORBIDDEN)
		return 0; /* the agent's own status stays */
	if (environment_make_folder(
		    loop->root_fd, loop->service.environment.status_folder, &folder, err) < 0)
		return -1;
	if (is_due)
		suppressed = suppress(&loop->settings.suppress, status);
	loop->is_suppressed = suppressed != NULL;
	return status_write(folder, loop->service.environment.sequence,
		suppressed ? suppressed : status, now_s, err);
}

void loop_log(const struct loop *loop, enum log_level level, const char *text)
{
	journal_service_line(loop->root_fd, &loop->service.environment, level, text);
}

void loop_log_err(const struct loop *loop, const struct err *err)
{
	journal_service_err(loop->root_fd, &loop->service.environment, err);
}

enum running_end loop_find_end(const struct loop *loop)
{
	return running_find_end(loop->root_fd, &loop->service, loop->lock_fd);
}

struct moment loop_moment(const struct loop *loop)
{
	return (struct moment){.boot_id = loop->boot_id, .time = clock_read()};
}

void loop_look_ahead(const struct loop *loop, struct outlook *ret)
{
	outlook_look(&(struct outlook_inputs){.root_fd = loop->root_fd,
			     .state_fd = loop->state_fd,
			     .boot_id = loop->boot_id,
			     .now_s = clock_now_s()},
		ret);
}

/* Drawn before a round, so that nothing in the round can fail for lack of it. */
struct randomness {
	uint8_t attempt[20], schedule[4], alert[ALERT_RANDOM_SIZE];
};

static void judge_round(const struct loop *loop, const struct history *history,
	const struct round_result *round, struct comparison *ret_change, struct verdict *ret)
{
	verdicts_judge(&(struct comparison_inputs){.root_fd = loop->root_fd,
			       .state_fd = loop->state_fd,
			       .rules = &loop->settings.rules,
			       .may_learn = !loop->was_unhealthy &&
					    history_trusts_boot(history, loop->boot_id),
			       .boot_id = loop->boot_id,
			       .now_s = clock_now_s(),
			       .baseline_s = history->baseline_s},
		loop->settings.renewal, round, ret_change, ret);
	if (ret_change->is_news)
		loop_log(loop, ret_change->is_lost ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE,
			ret_change->text);
}

static uint32_t wait_until_next_s(struct loop *loop, const struct randomness *random,
	const struct status_report_inputs *report)
{
	uint32_t proof_left_s;

	(void)proof_judge(&report->history->proof, &report->now, &proof_left_s);
	loop->schedule = (struct schedule_inputs){.verdict = *report->verdict,
		.was_sent = report->round->exchange.tries > 0,
		.failures = loop->failures,
		.period_s = loop->settings.period_s,
		.retry_after_s = report->round->retry_after_s,
		.budget_left_s = history_budget_left_s(report->history, &report->now),
		.proof_left_s = proof_left_s,
		.phase = loop->attempt.phase,
		.now_s = report->now.time.wall_s,
		.random = round_random(random->schedule)};
	return schedule_wait_s(&loop->schedule);
}

void loop_send_alerts(struct loop *loop, const struct attempt_news *news)
{
	const struct moment now = loop_moment(loop);
	struct status *status = &loop->status;
	struct alert_outcome outcome;
	char told[STATUS_MESSAGE_SIZE];
	struct err err;

	if (attempt_alerts(&loop->attempt, &now, news, &outcome, &err) == 0)
		err.code = ERR_OK;
	loop->alerts_boot_s = outcome.held_s ? now.time.boot_s + outcome.held_s : 0;
	if (outcome.sent)
		loop_log(loop, LOG_LEVEL_NOTICE, "the change of health was told to alertWebhook.");
	if (err.code == ERR_OK)
		return;
	status_message(&err, told);
	loop_log(loop, LOG_LEVEL_WARNING, told);
	status_add(status, "Alerts", STATUS_WARNING, (int)err.code, told);
	if (loop_write_status(loop, status, clock_now_s(), &err) < 0)
		loop_log_err(loop, &err);
}

/* A damaged history is replaced by an empty one, which is logged. An unreadable one may contain
 * anything, so the round fails. */
static int load_history(const struct loop *loop, struct history *ret, struct err *err)
{
	enum state_found found = history_take(loop->state_fd, loop->boot_id, ret, err);

	if (found == STATE_DAMAGED)
		loop_log_err(loop, err);
	return found == STATE_UNREADABLE ? -1 : 0;
}

static void add_trouble(struct status *status, const struct err *trouble)
{
	char told[STATUS_MESSAGE_SIZE];

	if (trouble->code == ERR_OK)
		return;
	status_message(trouble, told);
	status_add(status, "State", STATUS_WARNING, (int)trouble->code, told);
}

/* Saves the history for the next round. A failure changes no verdict and is added to the status. */
static int save_history(const struct loop *loop, const struct history *history,
	struct status *status, struct err *err)
{
	if (history_save(loop->state_fd, history, err) == 0)
		return 0;
	add_trouble(status, err);
	return -1;
}

/* Adds the round that began at `started` to the history and to the counters. */
static void remember_round(struct loop *loop, const struct moment *started,
	const struct status_report_inputs *report, struct history *history)
{
	const struct round_result *round = report->round;
	const struct renewal renewal = renewal_of_appraisal(&round->local);
	const struct proof proof =
		proof_of_token(started, round->token_issued_s, round->token_expires_s);

	*history = history_after(
		history, &(struct history_round){.health = report->verdict->health,
				 .provider = loop->settings.endpoint[0] ? loop->settings.endpoint
									: round->provider,
				 .proof = &proof,
				 .enabled_at_s = report->enabled_at_s,
				 .renewal = renewal.is_measured ? renewal.state : RENEWAL_UNKNOWN,
				 .now = report->now});
	history->baseline_s = report->change->baseline_s;
	loop->was_unhealthy |= report->verdict->health == HEALTH_UNHEALTHY;
	loop->failures = report->verdict->health == HEALTH_UNKNOWN ? loop->failures + 1 : 0;
}

/* Is it Healthy, or shown so because an earlier proof counts while the provider is out of reach? */
static bool is_shown_healthy(
	const struct verdict *verdict, const struct history *history, const struct moment *now)
{
	return verdict->health == HEALTH_HEALTHY ||
	       (verdict->health == HEALTH_UNKNOWN &&
		       proof_judge(&history->proof, now, NULL) == PROOF_COUNTS);
}

/* What the owner wants of an incident that is not acknowledged: "unhealthy" keeps a VM that is
 * Healthy again Unhealthy, and one of which that is not known is Unknown. */
static void apply_latch(const struct chronicle *chronicle, bool is_read, const struct err *trouble,
	struct verdict *verdict)
{
	const struct chronicle_entry *worst = chronicle_worst(chronicle);
	char incident[CHRONICLE_FAULT_SIZE];

	if (!is_read) {
		verdict->health = HEALTH_UNKNOWN;
		verdict->reason = *trouble;
	} else if (worst && worst->code == ERR_HISTORY_ALTERED) {
		verdict->health = HEALTH_UNKNOWN;
		err_fill(&verdict->reason, ERR_HISTORY_ALTERED, 0,
			"Incidents may be forgotten: incident %lld is not acknowledged. %s",
			(long long)worst->number, worst->text);
	} else if (worst) {
		chronicle_incident_text(worst, incident);
		verdict->health = HEALTH_UNHEALTHY;
		err_fill(&verdict->reason, ERR_INCIDENT, 0,
			"The VM is Healthy again, but incident %s is not acknowledged.", incident);
	}
}

/* 0: it is not known, or the provider is not to be sent another request now. */
static int64_t cert_end_s(const struct round_result *round)
{
	return round->stage >= ROUND_ANSWERED && !round->retry_after_s
		       ? round->local.binding.cert.not_after_s
		       : 0;
}

int loop_attest(struct loop *loop, uint32_t *ret_wait_s, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();
	const struct moment started = loop_moment(loop);
	struct status *status = &loop->status;
	struct randomness random;
	struct history history;
	auto_cleanup(comparison) struct comparison change = {0};
	struct verdict verdict;
	struct err untold;
	auto_cleanup(round_result) struct round_result *round = NULL;
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	bool is_read;
	uint32_t lapse_s;
	struct status_report_inputs report = {.verdict = &verdict,
		.history = &history,
		.settings = &loop->settings,
		.change = &change,
		.outlook = &loop->outlook,
		.cert_trouble = loop->cert_trouble,
		.enabled_at_s = loop->service.enabled_at_s};

	loop->lapse_boot_s = loop->alerts_boot_s = 0;
	if (round_new(&round, err) < 0 || chronicle_new(&chronicle, err) < 0 ||
		load_history(loop, &history, err) < 0 ||
		crypto_random((uint8_t *)&random, sizeof(random), err) < 0)
		return -1;
	attempt_round(&loop->attempt, random.attempt, &started.time, round);
	report.round = round;
	loop->cert_end_s = cert_end_s(round);
	report.chronicle = chronicle;
	judge_round(loop, &history, round, &change, &verdict);
	report.now = loop_moment(loop);
	remember_round(loop, &started, &report, &history);
	is_read = chronicle_remember(loop->state_fd, &verdict, &report.now,
		&history.chronicle_number, chronicle, &untold);
	if (untold.code != ERR_OK)
		loop_log_err(loop, &untold);
	if (loop->settings.latch == LATCH_UNHEALTHY &&
		is_shown_healthy(&verdict, &history, &report.now))
		apply_latch(chronicle, is_read, &untold, &verdict);
	journal_service_outcome(loop->root_fd, &loop->service.environment, &verdict,
		&round->exchange, started_ms, loop->call->version);
	*ret_wait_s = report.wait_s = wait_until_next_s(loop, &random, &report);
	loop_look_ahead(loop, &loop->outlook);
	if (loop_find_end(loop) != RUNNING_GOES_ON)
		return 0; /* from now on another service reports, or none */
	status_report_make(&report, status);
	add_trouble(status, &untold);
	lapse_s = lapse_left_s(status->state, verdict.health, &history, &report.now);
	loop->lapse_boot_s = lapse_s ? report.now.time.boot_s + lapse_s : 0;
	log_line(status->state == STATUS_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "%s",
		status->message);
	if (save_history(loop, &history, status, &untold) < 0) {
		loop_log_err(loop, &untold);
		*ret_wait_s = LOOP_TROUBLE_WAIT_S;
	}
	if (loop_write_status(loop, status, report.now.time.wall_s, err) < 0)
		return -1;
	loop_send_alerts(loop, &(struct attempt_news){&report, status->state, random.alert});
	return 0;
}
