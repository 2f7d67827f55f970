#include "agent/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/text.h"

/* With O_NONBLOCK, opening a FIFO in place of the log fails at once instead of waiting. */
static int open_log(int dir_fd, int *ret_fd, struct stat *ret_info)
{
	auto_cleanup(fd) int fd = openat(dir_fd, LOGFILE_NAME,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd < 0 || fstat(fd, ret_info) < 0)
		return -1;
	if (!S_ISREG(ret_info->st_mode)) {
		errno = EINVAL;
		return -1;
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Renames the full file, under its lock and only if it still has its name: two programs that find
 * it full at the same time would otherwise lose the old log. It does not wait for the
 * lock, because a stopped process must not stop others. */
static int rename_if_unlocked(int dir_fd, int fd, const struct stat *opened)
{
	struct stat named;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : -1;
	if (fstatat(dir_fd, LOGFILE_NAME, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (named.st_ino != opened->st_ino || named.st_dev != opened->st_dev)
		return 0;
	return renameat(dir_fd, LOGFILE_NAME, dir_fd, LOGFILE_OLD_NAME);
}

static int append_line(int dir_fd, const char *line, size_t len)
{
	auto_cleanup(fd) int fd = -1;
	auto_cleanup(fd) int full_fd = -1;
	struct stat info;
	ssize_t written;

	if (open_log(dir_fd, &fd, &info) < 0)
		return -1;
	if (info.st_size + (off_t)len > LOGFILE_MAX_BYTES) {
		full_fd = steal_fd(&fd); /* holds the lock until the new file exists */
		if (rename_if_unlocked(dir_fd, full_fd, &info) < 0 || open_log(dir_fd, &fd, &info) < 0)
			return -1;
	}
	/* a single write to a file opened with O_APPEND does not mix with others (write(2)) */
	do
		written = write(fd, line, len);
	while (written < 0 && errno == EINTR);
	if (written >= 0 && (size_t)written != len)
		errno = ENOSPC;
	return written == (ssize_t)len ? 0 : -1;
}

int logfile_append(
	int log_dir_fd, int64_t now_s, enum log_level level, const char *text, struct err *err)
{
	static const char *const levels[] = {[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_NOTICE] = "notice",
		[LOG_LEVEL_INFO] = "info"};
	char line[LOGFILE_LINE_SIZE], time[CLOCK_TEXT_SIZE];
	size_t len;

	clock_text(now_s, time);
	(void)text_format(line, sizeof(line) - 1, "%s %s %s", time, levels[level], text);
	len = strlen(line);
	line[len] = '\n'; /* in place of the final 0 */
	if (append_line(log_dir_fd, line, len + 1) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "'%s' cannot be written: %m.",
			LOGFILE_NAME);
	return 0;
}
