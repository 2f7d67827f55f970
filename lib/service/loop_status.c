/* What the service writes into the status between rounds, when the standing one is no longer true.
 */
#include <stdlib.h>
#include "base/clock.h"
#include "memory/lapse.h"
#include "service/loop_parts.h"
#include "service/schedule.h"

bool loop_drop_old_success(struct loop *loop)
{
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(free) struct status *standing = malloc(sizeof(*standing));
	const struct environment *environment = &loop->service.environment;
	const struct moment now = loop_moment(loop);
	struct history history;
	int64_t written_s;
	struct err err;

	if (!standing ||
		environment_open_folder(loop->root_fd, environment->status_folder, &folder, &err) < 0 ||
		status_read(folder, environment->sequence, standing, &written_s, &err) < 0)
		return false; /* no readable status, so none to replace */
	if (!loop->is_suppressed) /* else the file has not the truth */
		loop->status = *standing;
	(void)!loop_read_history(loop, &history, &err); /* an empty one proves nothing */
	if (!lapse_at_start(&loop->status, &history, &now, &loop->status))
		return written_s > now.time.wall_s ||
		       (loop->has_settings &&
			       now.time.wall_s - written_s >
				       schedule_longest_wait_s(loop->settings.period_s));
	loop_put_status(loop, &loop->status);
	return true;
}

void loop_report_lapse(struct loop *loop)
{
	lapse_status(&loop->status);
	log_line(LOG_LEVEL_ERROR, "%s", loop->status.message);
	loop_put_status(loop, &loop->status);
}

void loop_report_stop(struct loop *loop)
{
	auto_cleanup(fd) int folder = -1;
	const struct environment *environment = &loop->service.environment;
	int64_t written_s;
	struct err err;

	if (environment_open_folder(loop->root_fd, environment->status_folder, &folder, &err) < 0 ||
		status_read(folder, environment->sequence, &loop->status, &written_s, &err) < 0 ||
		loop->status.state != STATUS_SUCCESS)
		return;
	lapse_at_stop(clock_now_s(), &loop->status);
	loop_put_status(loop, &loop->status);
}
