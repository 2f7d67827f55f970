#include "service/history.h"

#include <errno.h>
#include <string.h>
#include "base/text.h"

static struct history of_provider(const struct history *before, const char *provider)
{
	struct history after = {0};

	if (!provider[0] || strcmp(before->provider, provider) == 0)
		return *before;
	(void)text_format(after.provider, sizeof(after.provider), "%s", provider);
	/* the boot's, not the provider's, and so is the next one */
	after.baseline_s = before->baseline_s;
	memcpy(after.distrusted_boot_id, before->distrusted_boot_id,
		sizeof(after.distrusted_boot_id));
	return after;
}

/* A boot clock of 0 is no value: the first second of a boot counts as its second one. */
static int64_t boot_clock(const struct moment *now)
{
	return now->time.boot_s > 0 ? now->time.boot_s : 1;
}

/* The wait begins anew with a boot, with an enable, and with another provider. */
static void wait_for_answer(
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

static void note_failure(const struct history_round *round, struct history *ret)
{
	if (ret->failures == 0)
		ret->failing_since_s = round->now.time.wall_s;
	ret->failures += ret->failures < UINT32_MAX;
}

static void note_answer(const struct history_round *round, struct history *ret)
{
	ret->failures = 0;
	ret->failing_since_s = 0;
	ret->waiting_boot_s = 0;
	ret->proof = (struct proof){0}; /* an older token no longer speaks for this VM */
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
	struct history after = of_provider(before, round->provider);

	wait_for_answer(before, round, &after);
	(void)text_format(after.boot_id, sizeof(after.boot_id), "%s", round->now.boot_id);
	after.round_boot_s = boot_clock(&round->now);
	if (round->health == HEALTH_UNKNOWN)
		note_failure(round, &after);
	else
		note_answer(round, &after);
	return after;
}

uint32_t history_budget_left_s(const struct history *history, const struct moment *now)
{
	int64_t passed_s = boot_clock(now) - history->waiting_boot_s;

	if (history->waiting_boot_s <= 0 || strcmp(history->boot_id, now->boot_id) != 0)
		return 0;
	return passed_s >= 0 && passed_s < PROOF_BUDGET_S ? (uint32_t)(PROOF_BUDGET_S - passed_s) : 0;
}

static int get_text(const json *document, const char *name, char *ret, size_t size, struct err *err)
{
	const char *text;

	if (json_get_text(document, name, &text, err) < 0)
		return -1;
	if (strlen(text) >= size)
		return err_set(err, ERR_STATE_INVALID, 0, "'%s' is too long.", name);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

/* An older version that ran in between left this behind, and noted another round: then it says
 * nothing about that one. */
static bool is_of_round(const json *clock, const struct history *history)
{
	struct err ignored;
	const char *boot_id;
	int64_t expires_s, round_s;

	return json_get_text(clock, "bootId", &boot_id, &ignored) == 0 &&
	       json_get_int(clock, "tokenExpiresAt", &expires_s, &ignored) == 0 &&
	       json_get_int(clock, "failingSince", &round_s, &ignored) == 0 &&
	       strcmp(boot_id, history->boot_id) == 0 && expires_s == history->proof.expires_s &&
	       round_s == history->failing_since_s;
}

/* What is measured by CLOCK_BOOTTIME. Without it a proof has no life. */
static int read_boot_clock(const json *document, struct history *ret, struct err *err)
{
	const json *clock = json_get(document, "bootClock");

	if (!clock || !is_of_round(clock, ret))
		return 0;
	return json_get_int(clock, "round", &ret->round_boot_s, err) < 0 ||
			       json_get_int(clock, "waitingSince", &ret->waiting_boot_s, err) < 0 ||
			       json_get_int(clock, "waitingEnabledAt", &ret->waiting_enabled_s,
				       err) < 0 ||
			       json_get_int(clock, "issuedAt", &ret->proof.issued_s, err) < 0 ||
			       json_get_int(clock, "askedAt", &ret->proof.asked_boot_s, err) < 0 ||
			       json_get_int(clock, "lifetime", &ret->proof.life_s, err) < 0
		       ? -1
		       : 0;
}

static void add_boot_clock(const struct history *history, json *parent)
{
	json *clock = json_add_object(parent, "bootClock");

	json_add_text(clock, "bootId", history->boot_id);
	json_add_int(clock, "tokenExpiresAt", history->proof.expires_s);
	json_add_int(clock, "failingSince", history->failing_since_s);
	json_add_int(clock, "round", history->round_boot_s);
	json_add_int(clock, "waitingSince", history->waiting_boot_s);
	json_add_int(clock, "waitingEnabledAt", history->waiting_enabled_s);
	json_add_int(clock, "issuedAt", history->proof.issued_s);
	json_add_int(clock, "askedAt", history->proof.asked_boot_s);
	json_add_int(clock, "lifetime", history->proof.life_s);
}

static int read_history(const json *document, void *ret, struct err *err)
{
	struct history found = {0};
	int64_t failures;

	if (get_text(document, "bootId", found.boot_id, sizeof(found.boot_id), err) < 0 ||
		get_text(document, "healthyBootId", found.proof.boot_id,
			sizeof(found.proof.boot_id), err) < 0 ||
		get_text(document, "provider", found.provider, sizeof(found.provider), err) < 0 ||
		json_get_int(document, "healthyAt", &found.healthy_s, err) < 0 ||
		json_get_int(document, "tokenExpiresAt", &found.proof.expires_s, err) < 0 ||
		json_get_int(document, "failingSince", &found.failing_since_s, err) < 0 ||
		json_get_int(document, "failures", &failures, err) < 0)
		return -1;
	if (json_get(document, "baselineAt") &&
		json_get_int(document, "baselineAt", &found.baseline_s, err) < 0)
		return -1;
	if (failures < 0 || failures > UINT32_MAX)
		return err_set(err, ERR_STATE_INVALID, 0, "'failures' cannot be used.");
	if (json_get(document, "distrustedBootId") &&
		get_text(document, "distrustedBootId", found.distrusted_boot_id,
			sizeof(found.distrusted_boot_id), err) < 0)
		return -1;
	found.failures = (uint32_t)failures;
	if (read_boot_clock(document, &found, err) < 0)
		return -1;
	*(struct history *)ret = found;
	return 0;
}

int history_parse(struct bytes text, struct history *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	if (json_parse(text, &document, err) < 0 || read_history(document, ret, err) < 0) {
		err_recode(err, ERR_STATE_INVALID);
		return err_wrap(err, "'%s' is damaged", HISTORY_FILE);
	}
	return 0;
}

enum state_found history_load(int state_fd, struct history *ret, struct err *err)
{
	*ret = (struct history){0};
	return state_load(state_fd, HISTORY_FILE, read_history, ret, err);
}

enum state_found history_take(int state_fd, const char *boot_id, struct history *ret, struct err *err)
{
	enum state_found found;

	*ret = (struct history){0};
	found = state_take(state_fd, HISTORY_FILE, read_history, ret, err);
	if (found == STATE_DAMAGED)
		(void)text_format(
			ret->distrusted_boot_id, sizeof(ret->distrusted_boot_id), "%s", boot_id);
	return found;
}

bool history_trusts_boot(const struct history *history, const char *boot_id)
{
	return boot_id[0] && strcmp(history->distrusted_boot_id, boot_id) != 0;
}

int history_save(int state_fd, const struct history *history, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	json_add_text(document, "bootId", history->boot_id);
	json_add_text(document, "provider", history->provider);
	json_add_int(document, "healthyAt", history->healthy_s);
	json_add_text(document, "healthyBootId", history->proof.boot_id);
	json_add_int(document, "tokenExpiresAt", history->proof.expires_s);
	json_add_int(document, "failingSince", history->failing_since_s);
	json_add_int(document, "failures", history->failures);
	json_add_int(document, "baselineAt", history->baseline_s);
	json_add_text(document, "distrustedBootId", history->distrusted_boot_id);
	add_boot_clock(history, document);
	return state_save(state_fd, HISTORY_FILE, document, err);
}
