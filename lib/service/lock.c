#include "service/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include "base/clock.h"
#include "edge/state.h"
#include "service/record.h"

/* 10 ms: flock(2) cannot wait with a time limit, and commands take longer than that */
#define LOOK_AGAIN_NS 10000000

/* 0: locked; 1: another process holds the lock; -1: error in errno. */
static int try_lock(int fd)
{
	int status;

	do
		status = flock(fd, LOCK_EX | LOCK_NB);
	while (status < 0 && errno == EINTR);
	return status == 0 ? 0 : errno == EWOULDBLOCK ? 1 : -1;
}

static int wait_for_lock(int fd, int64_t deadline_ms, struct err *err)
{
	for (;;) {
		int status = try_lock(fd);

		if (status == 0)
			return 0;
		if (status < 0)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"The command's lock is not usable: %m.");
		if (clock_monotonic_ms() >= deadline_ms)
			return err_set(err, ERR_SERVICE, EAGAIN,
				"Another command of the extension is still running.");
		(void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_NS}, NULL);
	}
}

/* uninstall removes the folder while it holds the lock. A lock of a removed folder is void, and the
 * next try creates a new folder. */
static int find_removed(int fd, bool *ret, struct err *err)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return err_set(
			err, ERR_IO, (unsigned long)errno, "The command's lock is not usable: %m.");
	*ret = info.st_nlink == 0;
	return 0;
}

/* The lock has its own descriptor, ret->fd, because flock(2) is tied to it and state_fd may be
 * inherited by a child. */
static int try_take(
	int root_fd, int64_t deadline_ms, struct lock *ret, bool *ret_is_removed, struct err *err)
{
	if (state_open_folder(root_fd, true, &ret->state_fd, err) < 0)
		return -1;
	ret->fd = openat(ret->state_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*ret_is_removed = ret->fd < 0 && errno == ENOENT;
	if (*ret_is_removed)
		return 0;
	if (ret->fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"The command's lock cannot be opened: %m.");
	if (wait_for_lock(ret->fd, deadline_ms, err) < 0)
		return -1;
	return find_removed(ret->fd, ret_is_removed, err);
}

int lock_take(int root_fd, int timeout_ms, struct lock *ret, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;

	for (;;) {
		auto_cleanup(lock) struct lock lock = {-1, -1};
		bool is_removed;

		if (try_take(root_fd, deadline_ms, &lock, &is_removed, err) < 0)
			return -1;
		if (is_removed)
			continue;
		*ret = lock;
		lock = (struct lock){-1, -1};
		return 0;
	}
}

void lock_release(struct lock *lock)
{
	fd_cleanup(&lock->fd);
	fd_cleanup(&lock->state_fd);
	*lock = (struct lock){-1, -1};
}
