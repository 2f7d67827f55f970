#include "service/drift_verdict.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"

#define REMARK_SIZE 160

struct judging {
	const struct drift_verdict_inputs *inputs;
	struct round_result *round;
	struct baseline *baseline;
	struct drift_verdict *change;
	bool is_damaged;
};

static void say(struct drift_verdict *change, const char *text)
{
	size_t len = strlen(change->text);

	(void)text_format(
		change->text + len, sizeof(change->text) - len, "%s%s", len ? " " : "", text);
}

/* What the boot is compared by is believed only if the log led to the quoted PCRs. */
static bool is_comparable(const struct round_result *round)
{
	return round->stage >= ROUND_COLLECTED && round->local.has_secureboot &&
	       round->components.count > 0;
}

static bool may_write(const struct judging *judging)
{
	return !judging->inputs->is_observer && judging->inputs->may_learn &&
	       judging->round->verdict.health == HEALTH_HEALTHY;
}

static void say_when(const struct judging *judging, const char *what, const char *when)
{
	char text[REMARK_SIZE];

	(void)text_format(text, sizeof(text), "%s: %s", what,
		judging->inputs->may_learn
			? when
			: "a boot that was Unhealthy once is accepted only by 'guest-attest baseline accept'.");
	say(judging->change, text);
}

/* Trouble is told and changes no verdict: what is not kept is judged anew in the next round. */
static void save(struct judging *judging)
{
	struct drift_verdict *change = judging->change;
	struct err err;

	judging->is_damaged = false;
	if (baseline_save(judging->inputs->state_fd, judging->baseline, &err) == 0) {
		change->baseline_s = judging->inputs->now_s;
		return;
	}
	change->trouble = err;
	say(change, "It could not be saved:");
	say(change, err.msg);
}

static void accept(struct judging *judging, enum baseline_how how, const char *text)
{
	struct baseline_variant as = {.accepted_s = judging->inputs->now_s, .how = how};
	struct err err;

	(void)text_format(as.boot_id, sizeof(as.boot_id), "%s", judging->inputs->boot_id);
	(void)text_format(as.text, sizeof(as.text), "%s", text);
	if (baseline_accept(judging->baseline, &judging->round->components, &as, &err) < 0) {
		judging->change->trouble = err;
		say(judging->change, err.msg);
		return;
	}
	save(judging);
}

/* A baseline that vanished is not passed over in silence: whoever removes it gets a new one, and
 * everybody sees it. */
static void say_why_none(const struct judging *judging)
{
	struct drift_verdict *change = judging->change;
	char time[CLOCK_TEXT_SIZE], text[REMARK_SIZE];

	if (judging->baseline->count == 0 && judging->baseline->forgotten_s) {
		clock_text(judging->baseline->forgotten_s, time);
		(void)text_format(text, sizeof(text),
			"The earlier one was forgotten by the owner at %s.", time);
		say(change, text);
	}
	clock_text(judging->baseline->lost_s, time);
	if (change->is_lost)
		(void)text_format(text, sizeof(text),
			"An earlier baseline was found %s at %s (baseline-lost): what changed before cannot be told.",
			judging->is_damaged ? "damaged" : "missing or damaged", time);
	if (change->is_lost)
		say(change, text);
}

/* A bad boot is not good because the boots to compare it with are gone. */
static bool lost_its_measure(const struct judging *judging)
{
	return judging->change->is_lost && !judging->inputs->may_learn;
}

static void learn(struct judging *judging)
{
	struct drift_verdict *change = judging->change;
	struct err lost;
	char text[96];

	if (lost_its_measure(judging)) {
		err_fill(&lost, ERR_BASELINE_LOST, 0,
			"they are lost, and this boot was Unhealthy before or may have been.");
		drift_verdict_unclear(&lost, judging->round, change);
		return;
	}
	change->state = DRIFT_NONE;
	if (!may_write(judging)) {
		say_when(judging, "There is no baseline yet",
			"it is learned at the first Healthy attestation.");
		say_why_none(judging);
		return;
	}
	change->state = DRIFT_LEARNED;
	change->is_news = true;
	(void)text_format(text, sizeof(text), "Learned from this boot: %zu components.",
		judging->round->components.count);
	say(change, text);
	say_why_none(judging);
	accept(judging, BASELINE_LEARNED, "");
}

static int64_t latest_acceptance(const struct baseline *baseline)
{
	int64_t latest_s = 0;

	for (size_t i = 0; i < baseline->count; i++)
		if (baseline->variants[i].accepted_s > latest_s)
			latest_s = baseline->variants[i].accepted_s;
	return latest_s;
}

/* A boot as before, perhaps an older one: rolling back to what was accepted is no change, but worth
 * knowing. */
static void say_same(const struct judging *judging, const struct baseline_variant *variant)
{
	static const char *const hows[] = {
		[BASELINE_LEARNED] = "learned",
		[BASELINE_EXPLAINED] = "accepted by itself",
		[BASELINE_OWNER] = "accepted by the owner",
	};
	int64_t latest_s = latest_acceptance(judging->baseline);
	char time[CLOCK_TEXT_SIZE], latest[CLOCK_TEXT_SIZE], text[REMARK_SIZE];

	clock_text(variant->accepted_s, time);
	clock_text(latest_s, latest);
	if (variant->accepted_s == latest_s)
		(void)text_format(
			text, sizeof(text), "This boot is as %s at %s.", hows[variant->how], time);
	else
		(void)text_format(text, sizeof(text),
			"This boot is as %s at %s, and not the latest of %zu accepted boots (%s).",
			hows[variant->how], time, judging->baseline->count, latest);
	say(judging->change, text);
}

static bool learns_more(const struct components *known, const struct components *boot)
{
	return boot->believed & ~known->believed;
}

static void judge_same(struct judging *judging, size_t index)
{
	struct baseline_variant variant = judging->baseline->variants[index];
	struct drift_verdict *change = judging->change;

	change->state = DRIFT_SAME;
	say_same(judging, &variant);
	say_why_none(judging);
	if (variant.boot_id[0] && strcmp(variant.boot_id, judging->inputs->boot_id) == 0)
		(void)text_format(change->note, sizeof(change->note), "%s", variant.text);
	if (!may_write(judging))
		return;
	if (baseline_use(judging->baseline, index) ||
		learns_more(&variant.components, &judging->round->components))
		change->is_news = true;
	if (learns_more(&variant.components, &judging->round->components)) { /* more PCRs than were
										believed then */
		struct baseline_variant *last =
			&judging->baseline->variants[judging->baseline->count - 1];
		struct err err;

		if (baseline_replace(last, &judging->round->components, &err) < 0) {
			change->trouble = err;
			return;
		}
		say(change, "PCRs that could not be compared then were learned.");
	}
	if (change->is_news)
		save(judging);
}

/* The appraisal's own reason stays, unless it is the same in fewer words. */
static void set_own(struct judging *judging, const struct drift_judgement *judgement)
{
	const struct verdict *local = &judging->round->local.verdict;

	if (local->health == HEALTH_HEALTHY ||
		(local->reason.code == ERR_SECURE_BOOT_OFF &&
			judgement->verdict.reason.code == ERR_DRIFT_SECURE_BOOT))
		judging->change->own = judgement->verdict;
}

static bool has_unexplained(const struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++)
		if (!drift_is_explained(&drift->differences[i]))
			return true;
	return false;
}

static void explain(const struct judging *judging, struct drift *drift)
{
	const struct drift_verdict_inputs *inputs = judging->inputs;

	baseline_recall(judging->baseline, inputs->boot_id, drift);
	if (inputs->explain && has_unexplained(drift))
		inputs->explain(inputs->context, drift);
}

static void say_changed(struct drift_verdict *change, const char *what)
{
	char text[DRIFT_TEXT_SIZE + 64];

	(void)text_format(text, sizeof(text), "Since the last good boot: %s.",
		what[0] ? what : "only what the rules ignore changed");
	say(change, text);
}

static void judge_changed(struct judging *judging, struct drift *drift)
{
	struct drift_verdict *change = judging->change;
	struct drift_judgement judgement;
	bool is_new;

	explain(judging, drift);
	drift_judge(judging->inputs->rules, &judging->round->components, drift, &judgement);
	is_new = !judging->inputs->is_observer &&
		 baseline_remember(judging->baseline, judging->inputs->boot_id, drift);
	(void)text_format(change->note, sizeof(change->note), "%s", judgement.text);
	if (judgement.verdict.health != HEALTH_HEALTHY)
		set_own(judging, &judgement);
	judging->round->verdict = verdict_combine(&change->own, &judging->round->remote);
	change->state = judgement.verdict.health != HEALTH_HEALTHY ? DRIFT_SERIOUS
			: judgement.is_acceptable                  ? DRIFT_ACCEPTED
								   : DRIFT_NOTED;
	say_changed(change, judgement.text);
	if (change->state == DRIFT_ACCEPTED && may_write(judging)) {
		change->is_news = true;
		say(change, judgement.is_explained
				    ? "All of it is explained: accepted from now on."
				    : "Nothing of it is serious: accepted from now on.");
		accept(judging, BASELINE_EXPLAINED, judgement.text);
		return;
	}
	if (change->state == DRIFT_ACCEPTED)
		say_when(judging, "Nothing of it is serious",
			"accepted at the next Healthy attestation.");
	else
		say(change,
			"Not accepted by itself; if it is right, run 'guest-attest baseline accept'.");
	say_why_none(judging);
	if (is_new)
		save(judging);
}

/* False if the file cannot be read: then nothing is known, and nothing may be learned over it. */
static bool load(struct judging *judging)
{
	struct drift_verdict *change = judging->change;
	struct err err;
	enum state_found found = baseline_load(judging->inputs->state_fd, judging->baseline, &err);

	if (found == STATE_UNREADABLE) {
		drift_verdict_unclear(&err, judging->round, judging->change);
		return false;
	}
	judging->is_damaged = found == STATE_DAMAGED;
	if (found == STATE_LOADED)
		change->baseline_s = judging->inputs->now_s;
	else if (judging->is_damaged || judging->inputs->baseline_s)
		judging->baseline->lost_s = judging->inputs->now_s;
	change->is_lost = judging->baseline->lost_s != 0;
	return true;
}

static void compare(struct judging *judging)
{
	auto_cleanup(drift) struct drift drift = {0};
	struct err err;

	if (!load(judging))
		return;
	if (judging->baseline->count == 0) {
		learn(judging);
		return;
	}
	if (baseline_compare(judging->baseline, &judging->round->components, &drift, &err) < 0) {
		drift_verdict_unclear(&err, judging->round, judging->change);
		return;
	}
	if (drift.count == 0 && !drift.not_compared)
		judge_same(judging, drift.variant);
	else
		judge_changed(judging, &drift);
}

struct verdict drift_verdict_unclear_verdict(const struct err *cause)
{
	struct err reason = *cause;

	reason.code = ERR_CHANGE_UNCLEAR;
	err_push(&reason, "This boot could not be compared with the accepted ones");
	return verdict_of_err(&reason);
}

void drift_verdict_unclear(
	const struct err *cause, struct round_result *round, struct drift_verdict *change)
{
	struct verdict unclear = drift_verdict_unclear_verdict(cause);

	change->state = DRIFT_UNKNOWN;
	change->trouble = unclear.reason;
	say(change, unclear.reason.msg);
	if (change->own.health == HEALTH_HEALTHY)
		change->own = unclear;
	round->verdict = verdict_combine(&change->own, &round->remote);
}

/* What went wrong with us is no fault of the log. */
static void say_not_compared(const struct round_result *round, struct drift_verdict *change)
{
	const struct verdict *local = &round->local.verdict;
	bool is_ours = local->health == HEALTH_UNKNOWN && local->reason.code;

	say(change, "Not compared:");
	say(change, is_ours ? local->reason.msg : "this boot's event log cannot be believed.");
}

void drift_verdict_judge(const struct drift_verdict_inputs *inputs, struct round_result *round,
	struct drift_verdict *ret)
{
	auto_cleanup(baseline) struct baseline baseline = {0};
	struct judging judging = {
		.inputs = inputs, .round = round, .baseline = &baseline, .change = ret};

	*ret = (struct drift_verdict){.state = DRIFT_UNKNOWN,
		.own = round->local.verdict,
		.baseline_s = inputs->baseline_s};
	if (round->uncompared.code)
		drift_verdict_unclear(&round->uncompared, round, ret);
	else if (is_comparable(round))
		compare(&judging);
	else
		say_not_compared(round, ret);
}
