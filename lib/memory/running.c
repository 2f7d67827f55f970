#include "memory/running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "agent/status.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define LOOK_AGAIN_NS 10000000 /* 10 ms */

int running_find_home(int root_fd, const struct record *service, bool *ret, struct err *err)
{
	char path[ENVIRONMENT_PATH_SIZE + 32];

	/* the agent writes this file before it calls a command, and deletes it only with the
	 * folder */
	if (!text_format(path, sizeof(path), ".%s/HandlerEnvironment.json", service->home))
		return err_set(err, ERR_INTERNAL, 0, "The package's path is too long.");
	return file_find(root_fd, path, ret, err);
}

static struct flock whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

static int fail_unusable(struct err *err)
{
	return err_set(err, ERR_STATE_UNREADABLE, (unsigned long)errno,
		"'/%s/%s', by which the service is known, cannot be used: %m.", STATE_FOLDER,
		RUNNING_PID_FILE);
}

static int write_pid(int fd)
{
	char text[32];

	(void)text_format(text, sizeof(text), "%ld ", (long)getpid());
	text[strlen(text) - 1] = '\n';
	return ftruncate(fd, 0) < 0 || pwrite(fd, text, strlen(text), 0) < 0 ? -1 : 0;
}

int running_lock_pid(int state_fd, bool is_ending, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int fd =
		openat(state_fd, RUNNING_PID_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct flock lock = whole_file();

	if (is_ending)
		lock.l_type = F_RDLCK;
	if (fd < 0)
		return fail_unusable(err);
	if (fcntl(fd, F_SETLK, &lock) < 0)
		return errno == EACCES || errno == EAGAIN
			       ? err_set(err, ERR_SERVICE, (unsigned long)errno,
					 "The service runs already.")
			       : fail_unusable(err);
	if (write_pid(fd) < 0)
		return fail_unusable(err);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int running_find_pid(int state_fd, pid_t *ret, struct err *err)
{
	auto_cleanup(fd) int fd = openat(state_fd, RUNNING_PID_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct flock lock = whole_file();

	if (fd < 0 && errno == ENOENT) {
		*ret = 0;
		return 0;
	}
	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0)
		return fail_unusable(err);
	if (lock.l_type != F_UNLCK && lock.l_pid <= 0)
		return err_set(err, ERR_SERVICE, 0,
			"The service runs where this command cannot see it: in another container.");
	*ret = lock.l_type == F_UNLCK ? 0 : lock.l_pid;
	return 0;
}

/* Also false if that cannot be looked at. A zombie has no program any more. */
static bool has_program(pid_t pid)
{
	char path[32], program[1];

	(void)text_format(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	return readlink(path, program, sizeof(program)) > 0;
}

/* The kernel releases the lock when the process ends, whether or not it is a child of this one; but
 * before Linux 5.11 also when a process that has threads executes another program. */
int running_wait_for_end(int state_fd, pid_t pid, int timeout_ms, bool *ret_ended, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	bool is_late;
	pid_t holder;

	do {
		(void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_NS}, NULL);
		is_late = clock_monotonic_ms() >= deadline_ms;
		if (running_find_pid(state_fd, &holder, err) < 0)
			return -1;
		*ret_ended = holder != pid && (is_late || !has_program(pid));
	} while (!*ret_ended && !is_late);
	return 0;
}

void running_begin_end(int lock_fd)
{
	struct flock lock = whole_file();

	lock.l_type = F_RDLCK;
	(void)fcntl(lock_fd, F_SETLK, &lock);
}

bool running_is_ending(int state_fd)
{
	auto_cleanup(fd) int fd = openat(state_fd, RUNNING_PID_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct flock lock = whole_file();

	return fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_RDLCK;
}

/* Does not open the lock file, because closing any descriptor of it would release the lock. */
static int compare_lock_file(int root_fd, int lock_fd, enum running_end *ret, struct err *err)
{
	auto_cleanup(fd) int state_fd = -1;
	struct stat ours, named;

	if (state_open_folder(root_fd, false, &state_fd, err) < 0) {
		*ret = RUNNING_UNLOCKED;
		return err->native == ENOENT ? 0 : -1;
	}
	if (fstat(lock_fd, &ours) < 0)
		return fail_unusable(err);
	if (fstatat(state_fd, RUNNING_PID_FILE, &named, AT_SYMLINK_NOFOLLOW) < 0) {
		*ret = RUNNING_UNLOCKED;
		return errno == ENOENT ? 0 : fail_unusable(err);
	}
	*ret = ours.st_dev == named.st_dev && ours.st_ino == named.st_ino ? RUNNING_GOES_ON
									  : RUNNING_REPLACED;
	return 0;
}

static bool is_forbidden(int root_fd, const struct environment *environment)
{
	auto_cleanup(fd) int folder = -1;
	struct status_outcome outcome;
	struct err ignored;

	return environment_open_folder(root_fd, environment->status_folder, &folder, &ignored) == 0 &&
	       status_read_outcome(folder, environment->sequence, &outcome) == 0 &&
	       outcome.is_agents;
}

enum running_end running_find_end(int root_fd, const struct record *service, int lock_fd)
{
	enum running_end end;
	struct err ignored;
	bool has_home;

	if (running_find_home(root_fd, service, &has_home, &ignored) == 0 && !has_home)
		return RUNNING_REMOVED;
	if (is_forbidden(root_fd, &service->environment))
		return RUNNING_FORBIDDEN;
	return compare_lock_file(root_fd, lock_fd, &end, &ignored) == 0 ? end : RUNNING_GOES_ON;
}
