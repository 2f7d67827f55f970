/* What the service writes into the status between rounds, when the standing one is no longer true.
 */
#include "base/clock.h"
#include "base/text.h"
#include "memory/enabled.h"
#include "memory/lapse.h"
#include "service/loop_parts.h"
#include "service/schedule.h"

bool loop_drop_old_success(struct loop *loop)
{
	auto_cleanup(fd) int folder = -1;
	const struct environment *environment = &loop->service.environment;
	const struct moment now = loop_moment(loop);
	struct history history = {0};
	int64_t written_s;
	struct err err;

	if (loop->is_suppressed)
		return true; /* the file has not the truth */
	if (environment_open_folder(loop->root_fd, environment->status_folder, &folder, &err) < 0 ||
		status_read(folder, environment->sequence, &loop->status, &written_s, &err) < 0)
		return false; /* no readable status, so none to replace */
	if (enabled_read_history(loop->state_fd, &history, &err) < 0)
		history = (struct history){0};
	if (!lapse_at_start(&loop->status, &history, &now, &loop->status))
		return written_s > now.time.wall_s ||
		       (loop->has_settings &&
			       now.time.wall_s - written_s >
				       schedule_longest_wait_s(loop->settings.period_s));
	if (loop_write_status(loop, &loop->status, now.time.wall_s, &err) < 0)
		loop_log_err(loop, &err);
	return true;
}

void loop_report_lapse(struct loop *loop)
{
	struct err err;

	lapse_status(&loop->status);
	log_line(LOG_LEVEL_ERROR, "%s", loop->status.message);
	if (loop_write_status(loop, &loop->status, clock_now_s(), &err) < 0)
		loop_log_err(loop, &err);
}

/* What spoke against the VM stays in sight, also where a setting kept the top level at success. */
static void set_stopped(int64_t now_s, struct status *status)
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

void loop_report_stop(struct loop *loop)
{
	auto_cleanup(fd) int folder = -1;
	const struct environment *environment = &loop->service.environment;
	int64_t written_s, now_s = clock_now_s();
	struct err err;

	if (environment_open_folder(loop->root_fd, environment->status_folder, &folder, &err) < 0 ||
		status_read(folder, environment->sequence, &loop->status, &written_s, &err) < 0 ||
		loop->status.state != STATUS_SUCCESS)
		return;
	set_stopped(now_s, &loop->status);
	if (loop_write_status(loop, &loop->status, now_s, &err) < 0)
		loop_log_err(loop, &err);
}
