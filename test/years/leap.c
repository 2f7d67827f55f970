/* leap.c - preloaded (LD_PRELOAD) into the real programs: long waits pass at once. LEAP names a
 * file that all processes map: how far their clocks are before the machine's, and up to which time
 * they may leap, so that a test can act at a time of its choice. A wait is long if a timer of a
 * minute or more begins, which only the service's has; nothing else is under way meanwhile. */
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define LONG_S 60

static struct leap {
	_Atomic int64_t ahead_s; /* of all clocks */
	_Atomic int64_t until_s; /* Unix time, by the clock that is ahead */
	_Atomic int64_t leaps;
} * leap;

static int timer = -1; /* the last long one */

/* Constructors of libraries ask for the time before ours would run. */
static void map_leap(void)
{
	const char *path = leap ? NULL : getenv("LEAP");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (leap)
		return;
	leap = fd < 0 ? MAP_FAILED
		      : mmap(NULL, sizeof(*leap), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (leap == MAP_FAILED)
		abort();
	(void)close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int status = (int)syscall(SYS_clock_gettime, clock, ret);

	map_leap();
	if (status == 0 &&
		(clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC))
		ret->tv_sec += leap->ahead_s;
	return status;
}

time_t time(time_t *ret)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *wait, struct itimerspec *old)
{
	if (flags == 0 && wait->it_value.tv_sec >= LONG_S)
		timer = fd;
	return (int)syscall(SYS_timerfd_settime, fd, flags, wait, old);
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes the clocks forward to the timer's end, or as far as they may go, and the timer with them.
 */
static void take_leap(int64_t most_s)
{
	int64_t allowed_s = leap->until_s - time(NULL);
	struct itimerspec left = {0};

	if (timerfd_gettime(timer, &left) < 0)
		return;
	most_s = allowed_s < most_s ? allowed_s : most_s;
	most_s = left.it_value.tv_sec < most_s ? left.it_value.tv_sec : most_s;
	if (most_s <= 0)
		return;
	left.it_value.tv_sec -= most_s;
	if (left.it_value.tv_sec == 0)
		left.it_value.tv_nsec = 1;
	leap->ahead_s += most_s;
	leap->leaps++;
	(void)syscall(SYS_timerfd_settime, timer, 0, &left, NULL);
}

static int real_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};

	return (int)syscall(SYS_ppoll, fds, count, timeout_ms < 0 ? NULL : &timeout, NULL, 0);
}

/* What is ready comes first; then time passes, a little of it really. */
static int leap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	int64_t until_ms = timeout_ms < 0 ? INT64_MAX : now_ms() + timeout_ms;
	bool waits = false;

	for (nfds_t i = 0; i < count; i++)
		waits |= timer >= 0 && fds[i].fd == timer;
	if (!waits)
		return real_poll(fds, count, timeout_ms);
	for (;;) {
		int ready = real_poll(fds, count, 100);

		if (ready || now_ms() >= until_ms)
			return ready;
		take_leap((until_ms - now_ms()) / 1000 + 1);
	}
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	return leap_poll(fds, count, timeout_ms);
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t size);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t size)
{
	(void)size;
	return leap_poll(fds, count, timeout_ms);
}

/* A file is as old as the clocks say. */
int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	struct timespec now;
	int status = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (status == 0)
		(void)utimensat(to_fd, to, (struct timespec[]){now, now}, AT_SYMLINK_NOFOLLOW);
	return status;
}
