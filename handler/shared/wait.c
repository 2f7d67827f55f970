#include "wait.h"

#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include "base/clock.h"
#include "base/text.h"

static bool is_finished(int status_dir_fd, uint32_t sequence)
{
	enum status_state state;
	int code;

	return status_read_outcome(status_dir_fd, sequence, &state, &code) == 0 &&
	       state != STATUS_TRANSITIONING;
}

static void drop_events(int fd)
{
	char events[4096];

	(void)!read(fd, events, sizeof(events));
}

bool wait_for_status(int status_dir_fd, uint32_t sequence, int timeout_ms)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	auto_cleanup(fd) int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd event = {.fd = watch, .events = POLLIN};
	char path[64];

	/* watched before the first look, so that no change falls in between; if watching fails, the time limit looks once more */
	(void)text_format(path, sizeof(path), "/proc/self/fd/%d", status_dir_fd);
	(void)inotify_add_watch(watch, path, IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR);
	for (;;) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (is_finished(status_dir_fd, sequence))
			return true;
		if (left_ms <= 0)
			return false;
		if (poll(&event, 1, (int)left_ms) > 0)
			drop_events(watch);
	}
}
