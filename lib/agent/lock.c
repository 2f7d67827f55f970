#include "agent/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include "agent/service.h"
#include "base/clock.h"

#define LOOK_AGAIN_NS 10000000 /* 10 ms: fcntl has no wait with a time limit, and commands last longer */

/* 0 held, 1 held by another, -1 error in errno. */
static int try_lock(int fd)
{
	const struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_SETLK, &lock) == 0)
		return 0;
	return errno == EACCES || errno == EAGAIN ? 1 : -1;
}

static int wait_for_lock(int fd, int64_t deadline_ms, struct err *err)
{
	for (;;) {
		int status = try_lock(fd);

		if (status == 0)
			return 0;
		if (status < 0)
			return err_set(
				err, ERR_IO, (unsigned long)errno, "The command's lock is not usable: %m.");
		if (clock_monotonic_ms() >= deadline_ms)
			return err_set(err, ERR_SERVICE, EAGAIN,
				"Another command of the extension is still running.");
		(void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_NS}, NULL);
	}
}

/* uninstall removes the folder while it holds the lock: then ours is of a file that is gone, and the next try makes a new one. */
static bool is_removed(int fd)
{
	struct stat info;

	return fstat(fd, &info) < 0 || info.st_nlink == 0;
}

int lock_take(int root_fd, int timeout_ms, struct lock *ret, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;

	for (;;) {
		auto_cleanup(lock) struct lock lock = {-1, -1};

		if (service_open_state(root_fd, true, &lock.state_fd, err) < 0)
			return -1;
		lock.fd = openat(lock.state_fd, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (lock.fd < 0 && errno == ENOENT && clock_monotonic_ms() < deadline_ms)
			continue; /* the folder was removed in between */
		if (lock.fd < 0)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"The command's lock cannot be opened: %m.");
		if (wait_for_lock(lock.fd, deadline_ms, err) < 0)
			return -1;
		if (is_removed(lock.fd))
			continue;
		*ret = (struct lock){steal_fd(&lock.state_fd), steal_fd(&lock.fd)};
		return 0;
	}
}

void lock_release(struct lock *lock)
{
	fd_cleanup(&lock->fd);
	fd_cleanup(&lock->state_fd);
	*lock = (struct lock){-1, -1};
}
