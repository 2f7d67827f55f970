#include "service/wakeup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include "base/clock.h"
#include "base/watch.h"
#include "memory/running.h"
#include "service/attest_now.h"

/* 2255: later than any time to which Linux lets the clock be set, and within its 64 bits of ns */
#define NEVER_S 9000000000LL
/* how often to look where nothing can be watched, because inotify(7) has no instance left */
#define UNWATCHED_MS 10000
#define WAKEUP_FDS   6

int wakeup_watch(const struct wakeup_inputs *inputs, int *ret_fd, struct err *err)
{
	const char *home = inputs->service->home;
	auto_cleanup(fd) int home_fd = -1;
	auto_cleanup(fd) int status_fd = -1;
	auto_cleanup(fd) int fd = -1;

	if (environment_open_folder(inputs->root_fd, home, &home_fd, err) < 0 ||
		watch_open(&fd, err) < 0)
		return -1;
	if (watch_add(fd, home_fd, IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF, err) < 0)
		return err_wrap(err, "%s", home);
	if (watch_add(fd, inputs->state_fd, IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF,
		    err) < 0)
		return err_wrap(err, "/%s", STATE_FOLDER);
	/* the guest agent writes in place that it does not run the extension; without this watch,
	 * that is seen before the next round */
	if (environment_open_folder(inputs->root_fd, inputs->service->environment.status_folder,
		    &status_fd, err) == 0)
		(void)!watch_add(fd, status_fd, IN_CLOSE_WRITE, err);
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* CLOCK_BOOTTIME also advances while the VM is suspended. */
static int set_timer(uint32_t wait_s, int *ret_fd, struct err *err)
{
	struct itimerspec due = {.it_value.tv_sec = wait_s ? wait_s : 1};
	auto_cleanup(fd) int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &due, NULL) < 0)
		return err_set(err, ERR_INTERNAL, (unsigned long)errno, "No timer: %m.");
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Never expires; the kernel cancels it when CLOCK_REALTIME is set: timerfd_create(2). */
static int watch_clock(int *ret_fd, struct err *err)
{
	const struct itimerspec never = {.it_value.tv_sec = NEVER_S};
	auto_cleanup(fd) int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 ||
		timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0)
		return err_set(err, ERR_INTERNAL, (unsigned long)errno,
			"The clock cannot be watched: %m.");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static sigset_t stop_signals(void)
{
	sigset_t ret;

	(void)sigemptyset(&ret);
	(void)sigaddset(&ret, SIGTERM);
	return ret;
}

void wakeup_take_signals(void)
{
	const sigset_t signals = stop_signals();

	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	/* systemd takes an end by SIGHUP for a wanted one, and does not start the service anew */
	(void)sigaction(SIGHUP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

static int receive_signals(int *ret_fd, struct err *err)
{
	const sigset_t signals = stop_signals();
	auto_cleanup(fd) int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0)
		return err_set(
			err, ERR_INTERNAL, (unsigned long)errno, "Signals cannot be heard: %m.");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static bool is_requested(const struct wakeup_inputs *inputs)
{
	char id[ATTEST_NOW_ID_SIZE];

	attest_now_find(inputs->state_fd, id);
	return id[0] && strcmp(id, inputs->met_id) != 0;
}

static int poll_for(const struct wakeup_inputs *inputs, struct pollfd fds[WAKEUP_FDS])
{
	int left_ms = quiet_left_ms(inputs->disks, clock_monotonic_ms());

	if (fds[2].fd < 0 && (left_ms < 0 || left_ms > UNWATCHED_MS))
		left_ms = UNWATCHED_MS;
	return poll(fds, WAKEUP_FDS, left_ms);
}

static int wait_for_event(const struct wakeup_inputs *inputs, struct pollfd fds[WAKEUP_FDS],
	enum wakeup *ret, struct err *err)
{
	bool is_drained, is_due;

	*ret = WAKEUP_ENDED;
	while (running_find_end(inputs->root_fd, inputs->service, inputs->lock_fd) ==
		RUNNING_GOES_ON) {
		if (is_requested(inputs)) {
			*ret = WAKEUP_REQUESTED;
			return 0;
		}
		fds[3].fd = quiet_wait_fd(inputs->disks);
		if (poll_for(inputs, fds) < 0) {
			if (errno == EINTR)
				continue;
			return err_set(
				err, ERR_INTERNAL, (unsigned long)errno, "Waiting failed: %m.");
		}
		if (fds[0].revents || fds[1].revents) {
			*ret = fds[0].revents ? WAKEUP_STOP : WAKEUP_DUE;
			return 0;
		}
		if (fds[4].revents || fds[5].revents) {
			*ret = fds[4].revents ? WAKEUP_CLOCK : WAKEUP_REMEDY;
			return 0;
		}
		if ((fds[2].revents && watch_drain(fds[2].fd, &is_drained, err) < 0) ||
			quiet_check(inputs->disks, clock_monotonic_ms(), &is_due, err) < 0)
			return -1;
		if (is_due) {
			*ret = WAKEUP_DISKS;
			return 0;
		}
	}
	return 0;
}

int wakeup_wait(const struct wakeup_inputs *inputs, int watch_fd, uint32_t wait_s, enum wakeup *ret,
	struct err *err)
{
	auto_cleanup(fd) int timer = -1;
	auto_cleanup(fd) int stop = -1;
	auto_cleanup(fd) int clock = -1;

	if (set_timer(wait_s, &timer, err) < 0 || watch_clock(&clock, err) < 0 ||
		receive_signals(&stop, err) < 0)
		return -1;
	return wait_for_event(inputs,
		(struct pollfd[]){{.fd = stop, .events = POLLIN}, {.fd = timer, .events = POLLIN},
			{.fd = watch_fd, .events = POLLIN}, {.fd = -1, .events = POLLIN},
			{.fd = clock, .events = POLLIN}, {.fd = inputs->remedy_fd, .events = POLLIN}},
		ret, err);
}

enum wakeup wakeup_pause(uint32_t wait_s)
{
	const sigset_t signals = stop_signals();

	return sigtimedwait(&signals, NULL, &(struct timespec){.tv_sec = wait_s}) == SIGTERM
		       ? WAKEUP_STOP
		       : WAKEUP_DUE;
}
