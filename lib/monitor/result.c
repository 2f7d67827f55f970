#include "monitor/result.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

#define HEALTH_ITEM "BootIntegrity" /* report.c */

static enum health health_of(const struct status *status)
{
	for (size_t i = 0; i < status->item_count; i++) {
		const struct status_item *item = &status->items[i];

		if (strcmp(item->name, HEALTH_ITEM) != 0)
			continue;
		return item->state == STATUS_SUCCESS ? HEALTH_HEALTHY
		       : item->state == STATUS_ERROR ? HEALTH_UNHEALTHY
						     : HEALTH_UNKNOWN;
	}
	return HEALTH_UNKNOWN;
}

static bool is_of_earlier_boot(const struct result_inputs *inputs, const struct result *result)
{
	char boot_id[HISTORY_BOOT_SIZE];

	enabled_read_boot_id(inputs->root_fd, boot_id);
	return boot_id[0] && result->history.boot_id[0] && strcmp(boot_id, result->history.boot_id) != 0;
}

static int doubt(const struct result_inputs *inputs, const struct result *result, struct err *err)
{
	int64_t due_s = result->written_s + inputs->period_s;
	char time[CLOCK_TEXT_SIZE];

	clock_text(result->written_s, time);
	if (is_of_earlier_boot(inputs, result))
		return err_set(err, ERR_SERVICE, 0,
			"The last result, of %s, is about an earlier boot: this one is not attested yet.",
			time);
	if (service_find_pid(inputs->state_fd) == 0)
		return err_set(err, ERR_SERVICE, 0,
			"The service does not run: its last result is of %s, and no other will come.", time);
	if (inputs->now_s > due_s + RESULT_SLACK_S) {
		char due[CLOCK_TEXT_SIZE];

		clock_text(due_s, due);
		return err_set(err, ERR_SERVICE, 0,
			"The last result is of %s: the one that was due by %s is missing.", time, due);
	}
	return 0;
}

int result_read(const struct result_inputs *inputs, struct result *ret, struct err *err)
{
	const struct environment *environment = &inputs->service->environment;
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(free) struct result *found = calloc(1, sizeof(*found));

	if (!found)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the last result.");
	if (service_open_folder(inputs->root_fd, environment->status_folder, &folder, err) < 0)
		return -1;
	if (status_read(folder, environment->sequence, &found->status, &found->written_s, err) < 0)
		return err->code == ERR_IO && err->native == ENOENT
			       ? err_set(err, ERR_SERVICE, 0, "The service has not reported anything yet.")
			       : -1;
	if (enabled_read_history(inputs->state_fd, &found->history, err) < 0)
		return -1;
	found->health = health_of(&found->status);
	/* what was measured cannot be undone: Unhealthy stays for the rest of the boot */
	if (doubt(inputs, found, &found->doubt) < 0 &&
		(found->health == HEALTH_HEALTHY || is_of_earlier_boot(inputs, found)))
		found->health = HEALTH_UNKNOWN;
	*ret = *found;
	return 0;
}
