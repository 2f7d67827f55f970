#include "memory/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/file.h"
#include "edge/state.h"
#include "memory/record.h"

static int fail_unusable(struct err *err)
{
	return err_set(err, ERR_IO, (unsigned long)errno, "The command's lock is not usable: %m.");
}

static int wait_for_lock(int fd, int64_t deadline_ms, struct err *err)
{
	int64_t left_ms = deadline_ms - clock_monotonic_ms();

	if (file_lock(fd, left_ms > 0 ? (int)left_ms : 0, err) == 0)
		return 0;
	if (err->native == EWOULDBLOCK)
		return err_set(err, ERR_SERVICE, EAGAIN,
			"Another command of the extension is still running.");
	errno = (int)err->native;
	return fail_unusable(err);
}

/* The lock has its own descriptor, ret->fd, because flock(2) is tied to it and state_fd may be
 * inherited by a child. uninstall removes the folder while it holds the lock: then the lock is
 * void, and the next try creates a new folder. */
static int try_take(
	int root_fd, int64_t deadline_ms, struct lock *ret, bool *ret_is_removed, struct err *err)
{
	struct stat info;

	if (state_open_folder(root_fd, true, &ret->state_fd, err) < 0) {
		/* made, and removed before it was opened */
		*ret_is_removed = err->native == ENOENT && clock_monotonic_ms() < deadline_ms;
		return *ret_is_removed ? 0 : -1;
	}
	ret->fd = openat(ret->state_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*ret_is_removed = ret->fd < 0 && errno == ENOENT;
	if (*ret_is_removed)
		return 0;
	if (ret->fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"The command's lock cannot be opened: %m.");
	if (wait_for_lock(ret->fd, deadline_ms, err) < 0)
		return -1;
	if (fstat(ret->fd, &info) < 0)
		return fail_unusable(err);
	*ret_is_removed = info.st_nlink == 0;
	return 0;
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
