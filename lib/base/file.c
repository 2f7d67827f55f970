#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include "base/clock.h"
#include "base/text.h"

#define NAME_SIZE     256 /* NAME_MAX and the final 0 */
#define LOOK_AGAIN_NS 10000000 /* 10 ms */

int dir_open(const char *path, int *ret_fd, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be opened: %m.", path);
	*ret_fd = fd;
	return 0;
}

/* Takes the next component off *path into name. False at the end, or with *status -1 at a component
 * that is too long or "..". */
static bool next_component(const char **path, char name[NAME_SIZE], int *status)
{
	size_t len;

	while (**path == '/')
		(*path)++;
	len = strcspn(*path, "/");
	if (len == 0)
		return false;
	if (len >= NAME_SIZE || (len == 2 && memcmp(*path, "..", 2) == 0)) {
		*status = -1;
		return false;
	}
	memcpy(name, *path, len);
	name[len] = '\0';
	*path += len;
	return true;
}

/* Opens the folder that holds the last component of `path`, and copies that component to `name`. It
 * enters the folders one by one, so that no link is followed on any kernel (some supported ones
 * lack openat2). With `create`, missing folders are made with that mode. */
static int open_parent(int dir_fd, const char *path, const mode_t *create, char name[NAME_SIZE],
	int *ret_fd, struct err *err)
{
	const char *rest = path;
	char next[NAME_SIZE];
	int status = 0;
	auto_cleanup(fd) int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder of '%s' cannot be opened: %m.", path);
	if (!next_component(&rest, name, &status))
		return err_set(err, ERR_IO, EINVAL, "'%s' is not a usable path.", path);
	while (next_component(&rest, next, &status)) {
		int deeper;

		if (create && mkdirat(fd, name, *create) < 0 && errno != EEXIST)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"Folder of '%s' cannot be made: %m.", path);
		deeper = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (deeper < 0)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"Folder of '%s' cannot be opened: %m.", path);
		(void)close(fd);
		fd = deeper;
		memcpy(name, next, NAME_SIZE);
	}
	if (status < 0)
		return err_set(err, ERR_IO, EINVAL, "'%s' is not a usable path.", path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int dir_make(int dir_fd, const char *path, mode_t mode, int *ret_fd, struct err *err)
{
	char name[NAME_SIZE];
	auto_cleanup(fd) int parent = -1;
	int fd;

	if (open_parent(dir_fd, path, &mode, name, &parent, err) < 0)
		return -1;
	if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
		return err_set(
			err, ERR_IO, (unsigned long)errno, "Folder '%s' cannot be made: %m.", path);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be opened: %m.", path);
	*ret_fd = fd;
	return 0;
}

static int open_for_reading(
	int dir_fd, const char *path, enum file_links links, int *ret_fd, struct err *err)
{
	char name[NAME_SIZE];
	auto_cleanup(fd) int parent = -1;

	/* O_NONBLOCK, so that a FIFO in the file's place does not block */
	if (links == FILE_FOLLOW_LINKS) {
		*ret_fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	} else {
		if (open_parent(dir_fd, path, NULL, name, &parent, err) < 0)
			return -1;
		*ret_fd = openat(
			parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	}
	if (*ret_fd < 0)
		return err_set(
			err, ERR_IO, (unsigned long)errno, "File '%s' cannot be opened: %m.", path);
	return 0;
}

int file_open(int dir_fd, const char *path, enum file_links links, int *ret_fd, struct err *err)
{
	struct stat info;
	auto_cleanup(fd) int fd = -1;

	if (open_for_reading(dir_fd, path, links, &fd, err) < 0)
		return -1;
	if (fstat(fd, &info) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"File '%s' cannot be looked at: %m.", path);
	if (!S_ISREG(info.st_mode))
		return err_set(err, ERR_IO, EINVAL, "'%s' is not a regular file.", path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int file_read(int dir_fd, const char *path, enum file_links links, struct buf *ret, struct err *err)
{
	uint8_t chunk[8192];
	auto_cleanup(fd) int fd = -1;

	if (file_open(dir_fd, path, links, &fd, err) < 0)
		return -1;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"File '%s' cannot be read: %m.", path);
		if (got == 0)
			return 0;
		if (buf_append(ret, chunk, (size_t)got, err) < 0)
			return err_wrap(err, "File '%s'", path);
	}
}

static int write_all(int fd, struct bytes contents)
{
	while (contents.len) {
		ssize_t written = write(fd, contents.data, contents.len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		contents.data += written;
		contents.len -= (size_t)written;
	}
	return fsync(fd);
}

/* A file that has this name already was left by a killed process with the same process number, so
 * nothing writes it any more. */
static int create_temporary(int dir_fd, const char *name, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir_fd, name, flags, mode);

	if (fd < 0 && errno == EEXIST && unlinkat(dir_fd, name, 0) == 0)
		fd = openat(dir_fd, name, flags, mode);
	return fd;
}

/* The contents reach the disk before the name changes, and the name before success is reported. */
static int write_and_rename(int dir_fd, const char *name, struct bytes contents, mode_t mode)
{
	char temporary[NAME_SIZE];
	auto_cleanup(fd) int fd = -1;

	if (!text_format(temporary, sizeof(temporary), ".%s.%ld.tmp", name, (long)getpid())) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = create_temporary(dir_fd, temporary, mode);
	if (fd < 0)
		return -1;
	if (fchmod(fd, mode) < 0 || write_all(fd, contents) < 0 ||
		renameat(dir_fd, temporary, dir_fd, name) < 0) {
		int reason = errno;

		(void)unlinkat(dir_fd, temporary, 0);
		errno = reason;
		return -1;
	}
	return fsync(dir_fd);
}

int file_write(int dir_fd, const char *path, struct bytes contents, mode_t mode, struct err *err)
{
	char name[NAME_SIZE];
	auto_cleanup(fd) int parent = -1;

	if (open_parent(dir_fd, path, NULL, name, &parent, err) < 0)
		return -1;
	if (write_and_rename(parent, name, contents, mode) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"File '%s' cannot be written: %m.", path);
	return 0;
}

int file_remove(int dir_fd, const char *path, struct err *err)
{
	char name[NAME_SIZE];
	auto_cleanup(fd) int parent = -1;

	if (open_parent(dir_fd, path, NULL, name, &parent, err) < 0)
		return err->native == ENOENT ? 0 : -1;
	if (unlinkat(parent, name, 0) < 0 && !file_is_absent(parent, name, errno))
		return err_set(err, ERR_IO, (unsigned long)errno,
			"File '%s' cannot be removed: %m.", path);
	return 0;
}

bool file_is_absent(int dir_fd, const char *name, int error)
{
	bool is_there = true;
	struct err ignored;

	if (error == EROFS && file_find(dir_fd, name, &is_there, &ignored) < 0)
		is_there = true;
	errno = error;
	return error == ENOENT || !is_there;
}

int file_find(int dir_fd, const char *path, bool *ret, struct err *err)
{
	struct stat info;
	bool is_found = fstatat(dir_fd, path, &info, 0) == 0;

	if (!is_found && errno != ENOENT)
		return err_set(
			err, ERR_IO, (unsigned long)errno, "'%s' cannot be looked at: %m.", path);
	*ret = is_found;
	return 0;
}

int file_find_all(int dir_fd, const char *const *paths, size_t count, bool *ret, struct err *err)
{
	bool is_found = true;

	for (size_t i = 0; i < count && is_found; i++)
		if (file_find(dir_fd, paths[i], &is_found, err) < 0)
			return -1;
	*ret = is_found;
	return 0;
}

int file_lock(int fd, int timeout_ms, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK || clock_monotonic_ms() >= deadline_ms)
			return err_set(
				err, ERR_IO, (unsigned long)errno, "The lock is not free: %m.");
		/* flock(2) cannot wait with a time limit */
		(void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_NS}, NULL);
	}
	return 0;
}
