#include "monitor/history.h"

#include <errno.h>
#include <string.h>
#include "base/text.h"

static struct history of_provider(const struct history *before, const char *provider)
{
	struct history after = {0};

	if (!provider[0] || strcmp(before->provider, provider) == 0)
		return *before;
	(void)text_format(after.provider, sizeof(after.provider), "%s", provider);
	after.baseline_s = before->baseline_s; /* the boot's, not the provider's, and so is the next one */
	memcpy(after.distrusted_boot_id, before->distrusted_boot_id, sizeof(after.distrusted_boot_id));
	return after;
}

struct history history_after(const struct history *before, const struct history_round *round)
{
	struct history after = of_provider(before, round->provider);

	(void)text_format(after.boot_id, sizeof(after.boot_id), "%s", round->boot_id);
	if (round->health == HEALTH_UNKNOWN) {
		if (after.failures == 0)
			after.failing_since_s = round->now_s;
		after.failures += after.failures < UINT32_MAX;
		return after;
	}
	after.failures = 0;
	after.failing_since_s = 0;
	if (round->health == HEALTH_HEALTHY) {
		after.healthy_s = round->now_s;
		after.token_expires_s = round->token_expires_s;
		(void)text_format(after.healthy_boot_id, sizeof(after.healthy_boot_id), "%s", round->boot_id);
	} else {
		after.token_expires_s = 0; /* an older token no longer speaks for this VM */
		(void)text_format(
			after.distrusted_boot_id, sizeof(after.distrusted_boot_id), "%s", round->boot_id);
	}
	return after;
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

static int read_history(const json *document, void *ret, struct err *err)
{
	struct history found = {0};
	int64_t failures;

	if (get_text(document, "bootId", found.boot_id, sizeof(found.boot_id), err) < 0 ||
		get_text(document, "healthyBootId", found.healthy_boot_id, sizeof(found.healthy_boot_id),
			err) < 0 ||
		get_text(document, "provider", found.provider, sizeof(found.provider), err) < 0 ||
		json_get_int(document, "healthyAt", &found.healthy_s, err) < 0 ||
		json_get_int(document, "tokenExpiresAt", &found.token_expires_s, err) < 0 ||
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
		(void)text_format(ret->distrusted_boot_id, sizeof(ret->distrusted_boot_id), "%s", boot_id);
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
	json_add_text(document, "healthyBootId", history->healthy_boot_id);
	json_add_int(document, "tokenExpiresAt", history->token_expires_s);
	json_add_int(document, "failingSince", history->failing_since_s);
	json_add_int(document, "failures", history->failures);
	json_add_int(document, "baselineAt", history->baseline_s);
	json_add_text(document, "distrustedBootId", history->distrusted_boot_id);
	return state_save(state_fd, HISTORY_FILE, document, err);
}
