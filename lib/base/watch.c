#include "base/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>

int watch_open(int *ret_fd, struct err *err)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folders cannot be watched (inotify): %m.");
	*ret_fd = fd;
	return 0;
}

int watch_add(int watch_fd, int dir_fd, uint32_t events, struct err *err)
{
	auto_cleanup(fd) int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int reason = 0;

	if (before < 0 || fchdir(dir_fd) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "A folder cannot be watched: %m.");
	if (inotify_add_watch(watch_fd, ".", events | IN_ONLYDIR) < 0)
		reason = errno;
	if (fchdir(before) < 0)
		reason = errno;
	errno = reason;
	return reason ? err_set(err, ERR_IO, (unsigned long)errno, "A folder cannot be watched: %m.")
		      : 0;
}

int watch_drain(int watch_fd, bool *ret_had, struct err *err)
{
	char events[4096];
	ssize_t got;

	*ret_had = false;
	while ((got = read(watch_fd, events, sizeof(events))) > 0)
		*ret_had = true;
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return err_set(err, ERR_IO, (unsigned long)errno, "Watching a folder failed: %m.");
	return 0;
}
