#include "base/quiet.h"

#include "base/watch.h"

int quiet_wait_fd(const struct quiet *quiet)
{
	return quiet->is_changed ? -1 : quiet->fd;
}

/* Changes that go on end the wait, too. */
static int64_t due_ms(const struct quiet *quiet)
{
	int64_t rest_ms = quiet->first_ms + quiet->times.rest_ms;
	int64_t settled_ms = quiet->check_ms < rest_ms ? quiet->check_ms : rest_ms;
	int64_t allowed_ms = quiet->looked_ms + quiet->times.rest_ms;

	return settled_ms > allowed_ms ? settled_ms : allowed_ms;
}

int quiet_left_ms(const struct quiet *quiet, int64_t now_ms)
{
	int64_t left_ms = due_ms(quiet) - now_ms;

	if (quiet->fd < 0 || !quiet->is_changed)
		return -1;
	return left_ms > 0 ? (int)left_ms : 0;
}

int quiet_check(struct quiet *quiet, int64_t now_ms, bool *ret_due, struct err *err)
{
	bool had_events;

	*ret_due = false;
	if (quiet->fd < 0)
		return 0;
	if (watch_drain(quiet->fd, &had_events, err) < 0)
		return -1;
	if (had_events && !quiet->is_changed)
		quiet->first_ms = now_ms;
	if (had_events)
		quiet->check_ms = now_ms + quiet->times.quiet_ms;
	quiet->is_changed |= had_events;
	*ret_due = quiet->is_changed && now_ms >= due_ms(quiet);
	return 0;
}
