#include "memory/history.h"

#include <errno.h>
#include <string.h>
#include "base/text.h"
#include "edge/members.h"

static struct history continue_with_provider(const struct history *before, const char *provider)
{
	struct history after = {0};

	if (!provider[0] || strcmp(before->provider, provider) == 0)
		return *before;
	(void)text_format(after.provider, sizeof(after.provider), "%s", provider);
	/* these belong to the machine and its boot, not to the provider */
	after.baseline_s = before->baseline_s;
	after.chronicle_number = before->chronicle_number;
	memcpy(after.distrusted_boot_id, before->distrusted_boot_id,
		sizeof(after.distrusted_boot_id));
	memcpy(after.renewal, before->renewal, sizeof(after.renewal));
	after.renewal_since_s = before->renewal_since_s;
	return after;
}

/* 0 means "no value", so the first second of a boot is recorded as the next one. */
static int64_t boot_clock(const struct moment *now)
{
	return now->time.boot_s > 0 ? now->time.boot_s : 1;
}

/* The wait restarts with a new boot, a new enable or another provider. */
static void note_wait(
	const struct history *before, const struct history_round *round, struct history *ret)
{
	bool goes_on = strcmp(before->boot_id, round->now.boot_id) == 0 &&
		       (!before->provider[0] || strcmp(before->provider, ret->provider) == 0) &&
		       before->round_boot_s > 0;
	bool is_same_wait = goes_on && (before->waiting_boot_s == 0 ||
					       before->waiting_enabled_s == round->enabled_at_s);

	ret->waiting_boot_s = is_same_wait ? before->waiting_boot_s : boot_clock(&round->now);
	ret->waiting_enabled_s = round->enabled_at_s;
}

static void note_renewal(const struct history_round *round, struct history *ret)
{
	const char *state = renewal_state_name(round->renewal);

	if (round->renewal == RENEWAL_UNKNOWN || strcmp(ret->renewal, state) == 0)
		return;
	(void)text_format(ret->renewal, sizeof(ret->renewal), "%s", state);
	ret->renewal_since_s = round->now.time.wall_s;
}

static void note_answer(const struct history_round *round, struct history *ret)
{
	ret->failures = 0;
	ret->failing_since_s = 0;
	ret->waiting_boot_s = 0;
	ret->proof = (struct proof){0}; /* a newer answer replaces the older proof */
	if (round->health == HEALTH_HEALTHY) {
		ret->healthy_s = round->now.time.wall_s;
		ret->proof = *round->proof;
	} else {
		(void)text_format(ret->distrusted_boot_id, sizeof(ret->distrusted_boot_id), "%s",
			round->now.boot_id);
	}
}

struct history history_after(const struct history *before, const struct history_round *round)
{
	struct history after = continue_with_provider(before, round->provider);

	note_wait(before, round, &after);
	(void)text_format(after.boot_id, sizeof(after.boot_id), "%s", round->now.boot_id);
	after.round_boot_s = boot_clock(&round->now);
	note_renewal(round, &after);
	if (round->health != HEALTH_UNKNOWN) {
		note_answer(round, &after);
		return after;
	}
	if (after.failures == 0)
		after.failing_since_s = round->now.time.wall_s;
	after.failures += after.failures < UINT32_MAX;
	return after;
}

uint32_t history_budget_left_s(const struct history *history, const struct moment *now)
{
	int64_t passed_s = boot_clock(now) - history->waiting_boot_s;

	if (history->waiting_boot_s <= 0 || strcmp(history->boot_id, now->boot_id) != 0)
		return 0;
	return passed_s >= 0 && passed_s < PROOF_BUDGET_S ? (uint32_t)(PROOF_BUDGET_S - passed_s) : 0;
}

static const struct member rows[] = {
	{"bootId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, boot_id)},
	{"provider", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, provider)},
	{"healthyAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, healthy_s)},
	{"healthyBootId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, proof.boot_id)},
	{"tokenExpiresAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, proof.expires_s)},
	{"failingSince", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, failing_since_s)},
	{"failures", MEMBER_COUNT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, failures)},
	{"baselineAt", MEMBER_INT, MEMBER_OPTIONAL, MEMBER_PLACE(struct history, baseline_s)},
	{"chronicleNumber", MEMBER_INT, MEMBER_OPTIONAL,
		MEMBER_PLACE(struct history, chronicle_number)},
	{"distrustedBootId", MEMBER_TEXT, MEMBER_OPTIONAL,
		MEMBER_PLACE(struct history, distrusted_boot_id)},
	{"secureBoot2023", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct history, renewal)},
	{"secureBoot2023Since", MEMBER_INT, MEMBER_OPTIONAL,
		MEMBER_PLACE(struct history, renewal_since_s)},
};

/* Identifies the round that "bootClock" belongs to. */
static const struct member round_rows[] = {
	{"bootId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, boot_id)},
	{"tokenExpiresAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, proof.expires_s)},
	{"failingSince", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, failing_since_s)},
};

/* Values measured by CLOCK_BOOTTIME. Without them a proof has no lifetime. */
static const struct member clock_rows[] = {
	{"round", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, round_boot_s)},
	{"waitingSince", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, waiting_boot_s)},
	{"waitingEnabledAt", MEMBER_INT, MEMBER_REQUIRED,
		MEMBER_PLACE(struct history, waiting_enabled_s)},
	{"issuedAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, proof.issued_s)},
	{"askedAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, proof.asked_boot_s)},
	{"lifetime", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct history, proof.life_s)},
};

/* An older version that ran in between recorded another round and left "bootClock" unchanged. Then
 * it does not belong to that round. */
static bool is_of_round(const json *clock, const struct history *history)
{
	struct history noted = {0};
	struct err err;

	return members_read(clock, MEMBERS(round_rows), &noted, &err) == 0 &&
	       members_equal(MEMBERS(round_rows), &noted, history);
}

static int read_history(const json *document, void *ret, struct err *err)
{
	const json *clock = json_get(document, "bootClock");
	struct history found = {0};

	if (members_read(document, MEMBERS(rows), &found, err) < 0)
		return -1;
	if (clock && is_of_round(clock, &found) &&
		members_read(clock, MEMBERS(clock_rows), &found, err) < 0)
		return -1;
	*(struct history *)ret = found;
	return 0;
}

static const struct state_file history_file = {HISTORY_FILE, read_history};

int history_parse(struct bytes text, struct history *ret, struct err *err)
{
	return state_parse(&history_file, text, ret, err);
}

enum state_found history_load(int state_fd, struct history *ret, struct err *err)
{
	*ret = (struct history){0};
	return state_load(state_fd, &history_file, ret, err);
}

enum state_found history_take(int state_fd, const char *boot_id, struct history *ret, struct err *err)
{
	enum state_found found;

	*ret = (struct history){0};
	found = state_take(state_fd, &history_file, ret, err);
	if (found == STATE_DAMAGED) {
		(void)text_format(
			ret->distrusted_boot_id, sizeof(ret->distrusted_boot_id), "%s", boot_id);
		ret->chronicle_number = 1;
	}
	return found;
}

bool history_trusts_boot(const struct history *history, const char *boot_id)
{
	return boot_id[0] && strcmp(history->distrusted_boot_id, boot_id) != 0;
}

int history_save(int state_fd, const struct history *history, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();
	json *clock;

	members_add(document, MEMBERS(rows), history);
	clock = json_add_object(document, "bootClock");
	members_add(clock, MEMBERS(round_rows), history);
	members_add(clock, MEMBERS(clock_rows), history);
	return state_save(state_fd, HISTORY_FILE, document, err);
}
