#include "service/result.h"

#include <errno.h>
#include <string.h>
#include "base/boot_id.h"
#include "base/clock.h"
#include "appraise/comparison.h"
#include "memory/running.h"
#include "service/schedule.h"

static enum health health_of_status(const struct status *status)
{
	const struct status_item *item = status_find(status, STATUS_HEALTH_ITEM);

	return !item                           ? HEALTH_UNKNOWN
	       : item->state == STATUS_SUCCESS ? HEALTH_HEALTHY
	       : item->state == STATUS_ERROR   ? HEALTH_UNHEALTHY
					       : HEALTH_UNKNOWN;
}

static bool is_of_earlier_boot(const struct result *result, const struct moment *now)
{
	return now->boot_id[0] && result->history.boot_id[0] &&
	       strcmp(now->boot_id, result->history.boot_id) != 0;
}

/* One clock is enough: the wall clock may have been set back, and the boot clock stands still while
 * a VM is saved. */
static int check_times(
	uint32_t period_s, const struct result *result, const struct moment *now, struct err *err)
{
	int64_t limit_s = (int64_t)schedule_longest_wait_s(period_s) + RESULT_SLACK_S;
	char time[CLOCK_TEXT_SIZE], due[CLOCK_TEXT_SIZE];

	clock_text(result->written_s, time);
	clock_text(result->written_s + schedule_longest_wait_s(period_s), due);
	if (result->written_s > now->time.wall_s)
		return err_set(err, ERR_SERVICE, 0,
			"The last result is of %s, which is still to come: the VM's clock was set back.",
			time);
	if (now->time.wall_s > result->written_s + limit_s && result->history.round_boot_s > 0 &&
		now->time.boot_s - result->history.round_boot_s <= limit_s)
		return err_set(err, ERR_SERVICE, 0,
			"The last result is of %s: since then the VM's clock was set forward, or the VM was saved.",
			time);
	if (now->time.wall_s > result->written_s + limit_s ||
		(result->history.round_boot_s > 0 &&
			now->time.boot_s - result->history.round_boot_s > limit_s))
		return err_set(err, ERR_SERVICE, 0,
			"The last result is of %s: the one that was due by %s is missing.", time,
			due);
	return 0;
}

static int check_proof(const struct result *result, const struct moment *now, struct err *err)
{
	enum proof_state state = proof_judge(&result->history.proof, now, NULL);
	char text[PROOF_TEXT_SIZE];

	if (result->health != HEALTH_HEALTHY || state == PROOF_COUNTS)
		return 0;
	proof_text(&result->history.proof, state, text);
	return err_set(err, ERR_SERVICE, 0, "%s",
		text[0] ? text : "The service keeps no proof of this boot behind its last result.");
}

/* Checks that settings and baseline, by which boots are compared, are readable. */
static int check_comparison_files(
	const struct result_inputs *inputs, const struct result *result, struct err *err)
{
	struct err unreadable = inputs->unreadable;

	if (result->health != HEALTH_HEALTHY)
		return 0;
	if (unreadable.code) {
		comparison_set_unclear(&unreadable, err);
		return -1;
	}
	return comparison_check_baseline(inputs->state_fd, result->history.baseline_s, err);
}

static int check_counts(const struct result_inputs *inputs, const struct result *result,
	const struct moment *now, struct err *err)
{
	char time[CLOCK_TEXT_SIZE];
	bool is_awaited;
	pid_t pid;

	clock_text(result->written_s, time);
	if (running_find_pid(inputs->state_fd, &pid, err) < 0)
		return -1;
	/* the service itself wrote that this boot's first result is to come: lapse.h */
	is_awaited = pid != 0 && result->status.state == STATUS_TRANSITIONING;
	if (is_of_earlier_boot(result, now) && !is_awaited)
		return err_set(err, ERR_SERVICE, 0,
			"The last result, of %s, is about an earlier boot: this one is not attested yet.",
			time);
	if (result->status.is_agents)
		return err_set(err, ERR_SERVICE, 0,
			"The guest agent does not run the extension since %s, and nothing attests: %s",
			time, result->status.message);
	if (pid == 0)
		return err_set(err, ERR_SERVICE, 0,
			"The service does not run: its last result is of %s, and no other will come.",
			time);
	if (check_times(inputs->period_s, result, now, err) < 0)
		return -1;
	return check_proof(result, now, err) < 0 ? -1 : check_comparison_files(inputs, result, err);
}

int result_read(const struct result_inputs *inputs, struct result *ret, struct err *err)
{
	const struct environment *environment = &inputs->service->environment;
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(free) struct result *found = calloc(1, sizeof(*found));
	char boot_id[BOOT_ID_SIZE];
	const struct moment now = {.boot_id = boot_id, .time = inputs->now};

	if (!found)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the last result.");
	boot_id_read(inputs->root_fd, boot_id);
	if (environment_open_folder(inputs->root_fd, environment->status_folder, &folder, err) < 0)
		return -1;
	if (status_read(folder, environment->sequence, &found->status, &found->written_s, err) < 0)
		return err->code == ERR_IO && err->native == ENOENT
			       ? err_set(err, ERR_SERVICE, 0,
					 "The service has not reported anything yet.")
			       : -1;
	if (enabled_read_history(inputs->state_fd, &found->history, err) < 0)
		return -1;
	found->health = health_of_status(&found->status);
	/* a measurement cannot be undone, so Unhealthy stays for the rest of the boot */
	if ((check_counts(inputs, found, &now, &found->doubt) < 0 && found->health == HEALTH_HEALTHY) ||
		is_of_earlier_boot(found, &now))
		found->health = HEALTH_UNKNOWN;
	*ret = *found;
	return 0;
}
