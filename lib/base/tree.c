#include "base/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"

#define MAX_DEPTH 16

static bool is_self_or_parent(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *open_folder(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		fd_cleanup(&fd);
	return dir;
}

/* Sets errno on failure. Recursion ends at MAX_DEPTH; the extension's own folders are flat. */
static int remove_all(int dir_fd, const char *name, int depth)
{
	int status = 0;
	DIR *dir;

	if (unlinkat(dir_fd, name, 0) == 0 || file_is_absent(dir_fd, name, errno))
		return 0;
	if ((errno != EISDIR && errno != EPERM) || depth == MAX_DEPTH)
		return -1;
	dir = open_folder(dir_fd, name);
	if (!dir)
		return -1;
	for (struct dirent *entry = readdir(dir); entry && status == 0; entry = readdir(dir))
		if (!is_self_or_parent(entry->d_name))
			status = remove_all(dirfd(dir), entry->d_name, depth + 1);
	(void)closedir(dir);
	if (status == 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		status = -1;
	return status;
}

int tree_remove(int dir_fd, const char *name, struct err *err)
{
	if (remove_all(dir_fd, name, 0) < 0)
		return err_set(
			err, ERR_IO, (unsigned long)errno, "'%s' cannot be removed: %m.", name);
	return 0;
}

static bool is_listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

int tree_clear(int dir_fd, const char *const *except, struct err *err)
{
	DIR *dir = open_folder(dir_fd, ".");
	int status = 0;

	if (!dir)
		return err_set(err, ERR_IO, (unsigned long)errno, "A folder cannot be read: %m.");
	errno = 0;
	for (struct dirent *entry = readdir(dir); entry && status == 0; entry = readdir(dir)) {
		if (!is_self_or_parent(entry->d_name) && !is_listed(except, entry->d_name))
			status = tree_remove(dir_fd, entry->d_name, err);
		errno = 0; /* readdir(3) sets it on failure and leaves it at the end */
	}
	if (status == 0 && errno != 0)
		status = err_set(err, ERR_IO, (unsigned long)errno, "A folder cannot be read: %m.");
	(void)closedir(dir);
	return status;
}

/* Its name is "." name ".<pid>.tmp", and no process has this number. */
static bool is_left_over(const char *entry, const char *name)
{
	size_t len = strlen(name);
	char *end;
	long pid;

	if (entry[0] != '.' || strncmp(entry + 1, name, len) != 0 || entry[1 + len] != '.' ||
		!isdigit((unsigned char)entry[2 + len]))
		return false;
	errno = 0;
	pid = strtol(entry + 2 + len, &end, 10);
	if (errno || pid <= 0 || pid > INT_MAX || strcmp(end, ".tmp") != 0)
		return false;
	return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

void tree_sweep(int dir_fd, const char *name)
{
	DIR *dir = open_folder(dir_fd, ".");

	if (!dir)
		return;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		if (is_left_over(entry->d_name, name))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
}
