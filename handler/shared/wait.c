#include "wait.h"

#include <poll.h>
#include <sys/inotify.h>
#include "base/clock.h"
#include "base/watch.h"

bool wait_for_status(int status_dir_fd, uint32_t sequence, int timeout_ms)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	auto_cleanup(fd) int watch = -1;
	struct pollfd event = {.events = POLLIN};
	struct status_outcome outcome;
	struct err ignored;
	bool had_events;

	/* watched before the first check, so that no change is missed; if watching fails, the state
	 * is checked once more at the time limit */
	if (watch_open(&watch, &ignored) == 0)
		(void)!watch_add(watch, status_dir_fd, IN_MOVED_TO | IN_CLOSE_WRITE, &ignored);
	event.fd = watch;
	for (;;) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (status_read_outcome(status_dir_fd, sequence, &outcome) == 0 &&
			outcome.state != STATUS_TRANSITIONING)
			return true;
		if (left_ms <= 0)
			return false;
		if (poll(&event, 1, (int)left_ms) > 0)
			(void)!watch_drain(watch, &had_events, &ignored);
	}
}
