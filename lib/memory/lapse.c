#include "memory/lapse.h"

#include <string.h>
#include "base/text.h"

bool lapse_at_start(const struct status *standing, const struct history *history,
	const struct moment *now, struct status *ret)
{
	const struct status_item *item = status_find(standing, STATUS_HEALTH_ITEM);
	bool is_same_boot = now->boot_id[0] && strcmp(history->boot_id, now->boot_id) == 0;
	bool is_other_boot = now->boot_id[0] && history->boot_id[0] && !is_same_boot;
	/* what the service of an earlier boot was about to do, or that it was stopped */
	bool is_passing = standing->state == STATUS_TRANSITIONING && is_other_boot;

	if ((standing->state != STATUS_SUCCESS && !is_passing) ||
		proof_judge(&history->proof, now, NULL) == PROOF_COUNTS ||
		(is_same_boot && item && item->state == STATUS_ERROR))
		return false;
	status_init("Enable", STATUS_TRANSITIONING, ret);
	(void)text_format(ret->message, sizeof(ret->message),
		"No proof of this boot counts: an attestation is under way.");
	return true;
}

uint32_t lapse_left_s(enum status_state state, enum health health, const struct history *history,
	const struct moment *now)
{
	uint32_t left_s;

	if (health != HEALTH_UNKNOWN || state == STATUS_ERROR)
		return 0;
	if (state == STATUS_TRANSITIONING)
		return history_budget_left_s(history, now);
	(void)proof_judge(&history->proof, now, &left_s);
	return left_s;
}

void lapse_status(struct status *status)
{
	char before[STATUS_MESSAGE_SIZE];

	memcpy(before, status->message, sizeof(before));
	status->state = STATUS_ERROR;
	(void)text_format(status->message, sizeof(status->message),
		"Not attested: no proof of this boot counts any more. Before: %s", before);
	for (size_t i = 0; i < status->item_count; i++)
		if (strcmp(status->items[i].name, "Attestation") == 0)
			status->items[i].state = STATUS_ERROR;
}

void lapse_at_stop(int64_t now_s, struct status *status)
{
	const struct status_item *health = status_find(status, STATUS_HEALTH_ITEM);
	bool is_unhealthy = health && health->state == STATUS_ERROR;
	char now[CLOCK_TEXT_SIZE], last[sizeof(status->message)];

	(void)text_format(last, sizeof(last), "%s", is_unhealthy ? status->message : "");
	if (is_unhealthy)
		status->state = STATUS_TRANSITIONING;
	else
		status_init("Enable", STATUS_TRANSITIONING, status);
	clock_text(now_s, now);
	(void)text_format(status->message, sizeof(status->message),
		"The service was stopped at %s. Nothing attests until it runs again.%s%s", now,
		is_unhealthy ? " Before: " : "", last);
}
