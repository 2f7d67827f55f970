#include "service/loop_parts.h"

#include <string.h>
#include "appraise/renewal_facts.h"
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto.h"
#include "memory/chronicle.h"
#include "memory/enabled.h"
#include "memory/lapse.h"
#include "service/journal.h"
#include "service/verdicts.h"

int loop_write_status(struct loop *loop, const struct status *status, int64_t now_s, struct err *err)
{
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(free) struct status *suppressed = NULL;
	const struct suppress *suppress = &loop->settings.suppress;
	bool is_due = loop->has_settings && status->state == STATUS_ERROR &&
		      suppress_left_s(suppress, now_s) > 0;

	if (loop_find_end(loop) == RUNNING_FORBIDDEN)
		return 0; /* the agent's own status stays */
	if (environment_make_folder(
		    loop->root_fd, loop->service.environment.status_folder, &folder, err) < 0)
		return -1;
	if (is_due)
		suppressed = status_suppressed(status, suppress->until_s, suppress->reason);
	loop->is_suppressed = suppressed != NULL;
	return status_write(folder, loop->service.environment.sequence,
		suppressed ? suppressed : status, now_s, err);
}

/* E.g. on a full disk. An attestation would cost the provider a request, and record no more. */
static void await_room(struct loop *loop, const struct err *trouble)
{
	loop_log_err(loop, trouble);
	loop->record_boot_s = clock_read().boot_s + LOOP_TROUBLE_WAIT_S;
}

void loop_put_status(struct loop *loop, const struct status *status)
{
	struct err err;

	if (loop_write_status(loop, status, clock_now_s(), &err) < 0)
		await_room(loop, &err);
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

void loop_round_cleanup(struct loop_round *round)
{
	round_result_cleanup(&round->result);
	chronicle_cleanup(&round->chronicle);
	comparison_done(&round->change);
}

static void judge_round(const struct loop *loop, struct loop_round *round)
{
	const struct history *history = &round->history;

	verdicts_judge(&(struct comparison_inputs){.root_fd = loop->root_fd,
			       .state_fd = loop->state_fd,
			       .rules = &loop->settings.rules,
			       .may_learn = !loop->was_unhealthy &&
					    history_trusts_boot(history, loop->boot_id),
			       .boot_id = loop->boot_id,
			       .now_s = clock_now_s(),
			       .baseline_s = history->baseline_s},
		loop->settings.renewal, round->result, &round->change, &round->verdict);
	if (round->change.is_news)
		loop_log(loop, round->change.is_lost ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE,
			round->change.text);
}

static uint32_t wait_until_next_s(struct loop *loop, const struct loop_round *round)
{
	const struct moment *now = &round->report.now;
	uint32_t proof_left_s;

	(void)proof_judge(&round->history.proof, now, &proof_left_s);
	loop->schedule = (struct schedule_inputs){.verdict = round->verdict,
		.was_sent = round->result->exchange.tries > 0,
		.failures = loop->failures,
		.period_s = loop->settings.period_s,
		.retry_after_s = round->result->retry_after_s,
		.budget_left_s = history_budget_left_s(&round->history, now),
		.proof_left_s = proof_left_s,
		.phase = loop->attempt.phase,
		.now_s = now->time.wall_s,
		.random = round_random(round->random.schedule)};
	return schedule_wait_s(&loop->schedule);
}

static void add_trouble(struct status *status, const char *name, const struct err *trouble)
{
	char told[STATUS_MESSAGE_SIZE];

	if (trouble->code == ERR_OK)
		return;
	status_message(trouble, told);
	status_add(status, name, STATUS_WARNING, (int)trouble->code, told);
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
	loop->alert_trouble = err;
	loop->alerts_boot_s = outcome.held_s ? now.time.boot_s + outcome.held_s : 0;
	if (outcome.sent)
		loop_log(loop, LOG_LEVEL_NOTICE, "the change of health was told to alertWebhook.");
	if (err.code == ERR_OK)
		return;
	status_message(&err, told);
	loop_log(loop, LOG_LEVEL_WARNING, told);
	add_trouble(status, "Alerts", &err);
	loop_put_status(loop, status);
}

void loop_report(struct loop *loop, struct loop_round *round)
{
	struct status *status = &loop->status;
	bool has_trouble = round->reports && loop->alert_trouble.code;
	/* a receiver that refused this round's first alerts is asked again in the next round */
	bool is_undelivered = has_trouble && loop->alert_trouble.code != ERR_STATE_INVALID;
	uint8_t *random = round->random.alert[round->reports++];
	struct err err;

	status_report_make(&round->report, status);
	add_trouble(status, "State", &round->chronicle_trouble);
	add_trouble(status, "State", &round->history_trouble);
	if (has_trouble)
		add_trouble(status, "Alerts", &loop->alert_trouble);
	log_line(status->state == STATUS_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "%s",
		status->message);
	if (loop_write_status(loop, status, round->report.now.time.wall_s, &err) < 0)
		await_room(loop, &err);
	if (!is_undelivered)
		loop_send_alerts(loop, &(struct attempt_news){&round->report, status->state, random});
}

int loop_read_history(const struct loop *loop, struct history *ret, struct err *err)
{
	if (!loop->has_unsaved)
		return enabled_read_history(loop->state_fd, ret, err);
	*ret = loop->unsaved;
	return 0;
}

/* For a round. A damaged history is replaced by an empty one, which is logged. An unreadable one
 * may contain anything, so the round fails. */
static int load_history(const struct loop *loop, struct history *ret, struct err *err)
{
	enum state_found found;

	if (loop->has_unsaved)
		return loop_read_history(loop, ret, err);
	found = history_take(loop->state_fd, loop->boot_id, ret, err);
	if (found == STATE_DAMAGED)
		loop_log_err(loop, err);
	return found == STATE_UNREADABLE ? -1 : 0;
}

/* Adds the round that began at `started` to the history and to the counters. */
static void remember_round(struct loop *loop, const struct moment *started, struct loop_round *round)
{
	const struct round_result *result = round->result;
	const struct renewal renewal = renewal_of_appraisal(&result->local);
	const struct proof proof =
		proof_of_token(started, result->token_issued_s, result->token_expires_s);

	round->history = history_after(&round->history,
		&(struct history_round){.health = round->verdict.health,
			.provider = loop->settings.endpoint[0] ? loop->settings.endpoint
							       : result->provider,
			.proof = &proof,
			.enabled_at_s = loop->service.enabled_at_s,
			.renewal = renewal.is_measured ? renewal.state : RENEWAL_UNKNOWN,
			.now = round->report.now});
	round->history.baseline_s = round->change.baseline_s;
	loop->was_unhealthy |= round->verdict.health == HEALTH_UNHEALTHY;
	loop->failures = round->verdict.health == HEALTH_UNKNOWN ? loop->failures + 1 : 0;
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

static int begin_round(const struct loop *loop, struct loop_round *round, struct err *err)
{
	return round_new(&round->result, err) < 0 || chronicle_new(&round->chronicle, err) < 0 ||
			       load_history(loop, &round->history, err) < 0 ||
			       crypto_random((uint8_t *)&round->random, sizeof(round->random), err) < 0
		       ? -1
		       : 0;
}

/* Records it, after an incident that could not be. False: the chronicle cannot be read. */
static bool remember_health(struct loop *loop, struct loop_round *round)
{
	const struct moment *now = &round->report.now;
	struct verdict *earlier = &loop->unrecorded;
	const struct chronicle_news news[] = {
		{earlier, {.boot_id = now->boot_id, .time = loop->unrecorded_at}},
		{&round->verdict, *now}};
	struct err *trouble = &round->chronicle_trouble;
	bool has_earlier = earlier->health == HEALTH_UNHEALTHY;
	bool is_read = chronicle_remember(loop->state_fd, has_earlier ? news : news + 1,
		has_earlier ? 2 : 1, &round->history.chronicle_number, round->chronicle, trouble);

	if (trouble->code == ERR_OK || trouble->code == ERR_STATE_INVALID) {
		earlier->health = HEALTH_UNKNOWN;
	} else if (!has_earlier) {
		*earlier = round->verdict;
		loop->unrecorded_at = now->time;
	}
	return is_read;
}

/* A failure changes no verdict, unless the latch depends on it. */
static void note_health(struct loop *loop, struct loop_round *round)
{
	const struct moment *now = &round->report.now;
	struct err *trouble = &round->chronicle_trouble;
	bool is_read = remember_health(loop, round);

	if (trouble->code != ERR_OK)
		loop_log_err(loop, trouble);
	if (loop->settings.latch == LATCH_UNHEALTHY &&
		is_shown_healthy(&round->verdict, &round->history, now))
		apply_latch(round->chronicle, is_read, trouble, &round->verdict);
}

int loop_attest(struct loop *loop, struct loop_round *round, uint32_t *ret_wait_s, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();
	const struct moment started = loop_moment(loop);
	struct err trouble;
	uint32_t lapse_s;

	loop->lapse_boot_s = loop->alerts_boot_s = loop->record_boot_s = 0;
	loop->alert_trouble.code = ERR_OK;
	if (begin_round(loop, round, err) < 0)
		return -1;
	attempt_round(&loop->attempt, round->random.attempt, &started.time, round->result);
	loop->cert_end_s = cert_end_s(round->result);
	judge_round(loop, round);
	round->report = (struct status_report_inputs){.round = round->result,
		.verdict = &round->verdict,
		.history = &round->history,
		.settings = &loop->settings,
		.change = &round->change,
		.outlook = &loop->outlook,
		.chronicle = round->chronicle,
		.cert_trouble = loop->cert_trouble,
		.enabled_at_s = loop->service.enabled_at_s,
		.now = loop_moment(loop)};
	remember_round(loop, &started, round);
	note_health(loop, round);
	journal_service_outcome(loop->root_fd, &loop->service.environment, &round->verdict,
		&round->result->exchange, started_ms, loop->call->version);
	*ret_wait_s = round->report.wait_s = wait_until_next_s(loop, round);
	if (loop_find_end(loop) != RUNNING_GOES_ON)
		return 0; /* from now on another service reports, or none */
	loop->unsaved = round->history;
	loop->has_unsaved = history_save(loop->state_fd, &round->history, &trouble) < 0;
	if (loop->has_unsaved) {
		await_room(loop, &trouble);
		round->history_trouble = trouble;
	}
	loop_report(loop, round);
	lapse_s = lapse_left_s(
		loop->status.state, round->verdict.health, &round->history, &round->report.now);
	loop->lapse_boot_s = lapse_s ? round->report.now.time.boot_s + lapse_s : 0;
	return 0;
}
