#include "drift/drift_verdict.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "disk/bootwatch.h"
#include "disk/next_boot.h"
#include "drift/as_foretold.h"
#include "drift/explain.h"

#define REMARK_SIZE 160

struct judging {
	const struct comparison_inputs *inputs;
	const struct components *boot;
	struct baseline *baseline;
	struct comparison *change;
	bool is_damaged;
};

static void add_sentence(struct comparison *change, const char *text)
{
	size_t len = strlen(change->text);

	(void)text_format(
		change->text + len, sizeof(change->text) - len, "%s%s", len ? " " : "", text);
}

static bool may_write(const struct judging *judging)
{
	return !judging->inputs->is_observer && judging->inputs->may_learn &&
	       judging->inputs->is_healthy;
}

static void add_when_accepted(const struct judging *judging, const char *what, const char *when)
{
	char text[REMARK_SIZE];

	(void)text_format(text, sizeof(text), "%s: %s", what,
		judging->inputs->may_learn
			? when
			: "a boot that was Unhealthy once is accepted only by 'guest-attest baseline accept'.");
	add_sentence(judging->change, text);
}

/* A failure becomes a sentence and changes no verdict: the next round judges again. */
static void save(struct judging *judging)
{
	struct comparison *change = judging->change;
	struct err err;

	if (baseline_save(judging->inputs->state_fd, judging->baseline, &err) == 0) {
		change->baseline_s = judging->inputs->now_s;
		return;
	}
	change->trouble = err;
	add_sentence(change, "It could not be saved:");
	add_sentence(change, err.msg);
}

static void accept(struct judging *judging, enum baseline_how how, const char *text)
{
	struct baseline_variant as = {.accepted_s = judging->inputs->now_s, .how = how};
	struct err err;

	(void)text_format(as.boot_id, sizeof(as.boot_id), "%s", judging->inputs->boot_id);
	(void)text_format(as.text, sizeof(as.text), "%s", text);
	if (baseline_accept(judging->baseline, judging->boot, &as, &err) < 0) {
		judging->change->trouble = err;
		add_sentence(judging->change, err.msg);
		return;
	}
	save(judging);
}

/* States what became of an earlier baseline. An earlier version learned anew if it was lost. */
static void add_fate_of_earlier(const struct judging *judging)
{
	const struct baseline *baseline = judging->baseline;
	char time[CLOCK_TEXT_SIZE], text[REMARK_SIZE];

	if (baseline->count == 0 && baseline->forgotten_s) {
		clock_text(baseline->forgotten_s, time);
		(void)text_format(text, sizeof(text),
			"The earlier one was forgotten by the owner at %s.", time);
		add_sentence(judging->change, text);
	}
	if (judging->change->is_lost) {
		clock_text(baseline->lost_s, time);
		(void)text_format(text, sizeof(text),
			"An earlier baseline was found missing or damaged at %s (baseline-lost): what changed before cannot be told.",
			time);
		add_sentence(judging->change, text);
	}
}

static void learn(struct judging *judging)
{
	struct comparison *change = judging->change;
	struct err lost;
	char text[96];

	if (change->is_lost) {
		/* Learning anew would let whoever deletes them make a bad boot good, so the owner
		 * decides. */
		err_fill(&lost, ERR_BASELINE_LOST, 0, "they are %s.",
			judging->is_damaged ? "damaged" : "missing");
		comparison_unclear(&lost, change);
		return;
	}
	change->state = COMPARISON_NONE;
	if (!may_write(judging)) {
		add_when_accepted(judging, "There is no baseline yet",
			"it is learned at the first Healthy attestation.");
		add_fate_of_earlier(judging);
		return;
	}
	change->state = COMPARISON_LEARNED;
	change->is_news = true;
	(void)text_format(text, sizeof(text), "Learned from this boot: %zu components.",
		judging->boot->count);
	add_sentence(change, text);
	add_fate_of_earlier(judging);
	accept(judging, BASELINE_LEARNED, "");
}

/* Names the accepted boot that this one equals. A return to an older one is no change, but is
 * stated. */
static void add_accepted_boot(const struct judging *judging, const struct baseline_variant *variant)
{
	static const char *const hows[] = {
		[BASELINE_LEARNED] = "learned",
		[BASELINE_EXPLAINED] = "accepted by itself",
		[BASELINE_OWNER] = "accepted by the owner",
	};
	const struct baseline *baseline = judging->baseline;
	char time[CLOCK_TEXT_SIZE], latest[CLOCK_TEXT_SIZE], text[REMARK_SIZE];
	int64_t latest_s = 0;

	for (size_t i = 0; i < baseline->count; i++)
		if (baseline->variants[i].accepted_s > latest_s)
			latest_s = baseline->variants[i].accepted_s;
	clock_text(variant->accepted_s, time);
	clock_text(latest_s, latest);
	if (variant->accepted_s == latest_s)
		(void)text_format(
			text, sizeof(text), "This boot is as %s at %s.", hows[variant->how], time);
	else
		(void)text_format(text, sizeof(text),
			"This boot is as %s at %s, and not the latest of %zu accepted boots (%s).",
			hows[variant->how], time, baseline->count, latest);
	add_sentence(judging->change, text);
}

static void judge_same(struct judging *judging, size_t index)
{
	struct baseline *baseline = judging->baseline;
	struct comparison *change = judging->change;
	const struct baseline_variant *variant = &baseline->variants[index];
	struct components *known;
	bool lists_more;

	change->state = COMPARISON_SAME;
	add_accepted_boot(judging, variant);
	add_fate_of_earlier(judging);
	if (variant->boot_id[0] && strcmp(variant->boot_id, judging->inputs->boot_id) == 0)
		(void)text_format(change->note, sizeof(change->note), "%s", variant->text);
	if (!may_write(judging))
		return;
	change->is_news = baseline_use(baseline, index);
	known = &baseline->variants[baseline->count - 1].components;
	/* That PCRs are empty which the accepted boot does not list: whatever appears in them is
	 * new. A boot with components in such PCRs is not the same one (DRIFT_UNLISTED). */
	lists_more = judging->boot->listed & ~known->listed;
	known->listed |= judging->boot->listed;
	if (lists_more || change->is_news)
		save(judging);
}

static bool has_unexplained(const struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++)
		if (!drift_is_explained(&drift->differences[i]))
			return true;
	return false;
}

int drift_verdict_compare(const struct comparison_inputs *inputs, const struct baseline *baseline,
	const struct components *boot, struct drift *ret, struct drift_judgement *ret_judgement,
	struct err *err)
{
	const struct appraisal *appraisal = inputs->appraisal;
	const struct as_foretold_inputs foretold = {.root_fd = inputs->root_fd,
		.state_fd = inputs->state_fd,
		.boot_id = inputs->boot_id,
		.pcrs = appraisal->is_replayed ? &appraisal->led_to : NULL};
	const struct explain_sources disks = {.round = {.root_fd = inputs->root_fd,
						      .state_fd = inputs->state_fd,
						      .boot_id = inputs->boot_id,
						      .now_s = inputs->now_s,
						      .is_observer = inputs->is_observer},
		.secureboot = appraisal->has_secureboot ? &appraisal->secureboot : NULL,
		.boot = boot};

	if (baseline_compare(baseline, boot, ret, err) < 0)
		return -1;
	/* by what was found earlier in this boot; files and packages are costly, so only the
	 * unexplained is searched there */
	baseline_recall(baseline, inputs->boot_id, ret);
	if (has_unexplained(ret))
		as_foretold_explain(&foretold, ret);
	if (inputs->root_fd >= 0 && has_unexplained(ret))
		explain_drift(&disks, ret);
	drift_judge(inputs->rules, boot, ret, ret_judgement);
	return 0;
}

static void judge_changed(struct judging *judging)
{
	struct comparison *change = judging->change;
	const struct drift_judgement *judgement = &change->details->judgement;
	bool is_new = !judging->inputs->is_observer &&
		      baseline_remember(
			      judging->baseline, judging->inputs->boot_id, &change->details->drift);
	char text[DRIFT_TEXT_SIZE + 64];

	(void)text_format(change->note, sizeof(change->note), "%s", judgement->text);
	change->finding = judgement->verdict.reason;
	change->state = judgement->verdict.health != HEALTH_HEALTHY ? COMPARISON_SERIOUS
			: judgement->is_acceptable                  ? COMPARISON_ACCEPTED
								    : COMPARISON_NOTED;
	(void)text_format(text, sizeof(text), "Since the last good boot: %s.",
		judgement->text[0] ? judgement->text : "only what the rules ignore changed");
	add_sentence(change, text);
	if (change->state == COMPARISON_ACCEPTED && may_write(judging)) {
		change->is_news = true;
		add_sentence(change, judgement->is_explained
					     ? "All of it is explained: accepted from now on."
					     : "Nothing of it is serious: accepted from now on.");
		accept(judging, BASELINE_EXPLAINED, judgement->text);
		return;
	}
	if (change->state == COMPARISON_ACCEPTED)
		add_when_accepted(judging, "Nothing of it is serious",
			"accepted at the next Healthy attestation.");
	else
		add_sentence(change,
			"Not accepted by itself. 'guest-attest baseline diff' shows all of it; if it is right, run 'guest-attest baseline accept'.");
	add_fate_of_earlier(judging);
	if (is_new)
		save(judging);
}

/* False if the file cannot be read. It may hold accepted boots, so it must not be replaced. */
static bool load_baseline(struct judging *judging)
{
	struct comparison *change = judging->change;
	struct err err;
	enum state_found found = baseline_load(judging->inputs->state_fd, judging->baseline, &err);

	if (found == STATE_UNREADABLE) {
		comparison_unclear(&err, judging->change);
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

static void compare_or_learn(struct judging *judging)
{
	struct comparison *change = judging->change;
	const struct baseline *baseline = judging->baseline;
	struct err err;

	if (!load_baseline(judging))
		return;
	if (baseline->count == 0) {
		learn(judging);
		return;
	}
	change->details = calloc(1, sizeof(*change->details));
	if (!change->details)
		err_fill(&err, ERR_NO_MEMORY, 0, "No memory for the differences.");
	if (!change->details ||
		drift_verdict_compare(judging->inputs, baseline, judging->boot,
			&change->details->drift, &change->details->judgement, &err) < 0) {
		comparison_done(change);
		comparison_unclear(&err, change);
		return;
	}
	change->differences = change->details->drift.count;
	change->details->compared =
		judging->boot->listed &
		baseline->variants[change->details->drift.variant].components.listed;
	if (change->details->drift.count == 0)
		judge_same(judging, change->details->drift.variant);
	else
		judge_changed(judging);
}

int comparison_check_baseline(int state_fd, int64_t baseline_s, struct err *err)
{
	auto_cleanup(baseline_ptr) struct baseline *baseline = NULL;
	enum state_found found = STATE_UNREADABLE;
	struct err cause;

	if (baseline_new(&baseline, &cause) == 0)
		found = baseline_load(state_fd, baseline, &cause);
	if (found == STATE_LOADED || (found == STATE_ABSENT && !baseline_s))
		return 0;
	if (found == STATE_ABSENT)
		err_fill(&cause, ERR_BASELINE_LOST, 0, "they are lost.");
	comparison_set_unclear(&cause, err);
	return -1;
}

int drift_verdict_components(
	const struct appraisal *appraisal, struct components *ret, struct err *err)
{
	const uint32_t proven = unquoted_proven(&appraisal->unquoted);

	if (!appraisal->has_secureboot)
		return 0;
	if (components_read(&appraisal->log, appraisal->binding.quote.pcr_mask | proven, ret, err) < 0)
		return -1;
	ret->hidden = appraisal->unquoted.compared & ~proven;
	return 0;
}

void comparison_done(struct comparison *change)
{
	if (change->details)
		drift_done(&change->details->drift);
	free(change->details);
	change->details = NULL;
}

void comparison_judge(const struct comparison_inputs *inputs, struct comparison *ret)
{
	auto_cleanup(baseline_ptr) struct baseline *baseline = NULL;
	auto_cleanup(components) struct components boot = components_empty();
	const struct verdict *verdict = inputs->appraisal ? &inputs->appraisal->verdict : NULL;
	struct err err;

	*ret = (struct comparison){.state = COMPARISON_UNKNOWN, .baseline_s = inputs->baseline_s};
	if (baseline_new(&baseline, &err) < 0 ||
		(inputs->appraisal && drift_verdict_components(inputs->appraisal, &boot, &err) < 0))
		comparison_unclear(&err, ret);
	else if (inputs->appraisal && boot.count)
		compare_or_learn(&(struct judging){
			.inputs = inputs, .boot = &boot, .baseline = baseline, .change = ret});
	else {
		add_sentence(ret, "Not compared:");
		/* a failure of this program, such as lack of memory, is not blamed on the log */
		add_sentence(ret, verdict && verdict->health == HEALTH_UNKNOWN && verdict->reason.code
					  ? verdict->reason.msg
					  : "this boot's event log cannot be believed.");
	}
}

int comparison_watch_boot_files(int root_fd, int *ret_fd, struct err *err)
{
	return bootwatch_open(root_fd, ret_fd, err);
}
