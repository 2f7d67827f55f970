#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include "base/clock.h"

#define POLL_MS 20

/* Returns 0 or an errno. */
static int spawn(const struct child *child, int pipe_fd, pid_t *ret)
{
	int other = child->stream == CHILD_STDOUT ? CHILD_STDERR : CHILD_STDOUT;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int status = posix_spawn_file_actions_init(&actions);
	sigset_t none;

	if (status != 0)
		return status;
	(void)sigemptyset(&none);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	status = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (status == 0)
		status = posix_spawn_file_actions_addopen(&actions, other, "/dev/null", O_WRONLY, 0);
	if (status == 0)
		status = posix_spawn_file_actions_adddup2(&actions, pipe_fd, (int)child->stream);
	if (status == 0 && child->root_fd >= 0)
		status = posix_spawn_file_actions_adddup2(&actions, child->root_fd, CHILD_ROOT_FD);
	if (status == 0)
		status = posix_spawn(ret, child->path, &actions, &attributes, child->argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return status;
}

struct reading {
	pid_t pid;
	int fd; /* reading it does not block */
	struct buf *output;
};

/* Reads once. Output beyond the buffer's maximum is dropped, so that the child never blocks. False
 * when nothing more can come. */
static bool read_some(struct reading *reading, int timeout_ms)
{
	struct pollfd event = {.fd = reading->fd, .events = POLLIN};
	size_t room = reading->output->max - reading->output->len;
	char chunk[4096];
	struct err ignored;
	ssize_t got;

	if (poll(&event, 1, timeout_ms) <= 0)
		return true;
	got = read(reading->fd, chunk, sizeof(chunk));
	if (got > 0 && buf_append(reading->output, chunk, (size_t)got < room ? (size_t)got : room,
			       &ignored) < 0)
		return false;
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Reads what is in the pipe already, and no more, since another process may keep writing to it. */
static void read_rest(struct reading *reading)
{
	for (size_t left = reading->output->max; left > 0; left -= left < 4096 ? left : 4096) {
		size_t before = reading->output->len;

		if (!read_some(reading, 0) || reading->output->len == before)
			return;
	}
}

/* Waits for the process, not for the pipe's end: a service that the child starts may keep the pipe
 * open. */
static int wait_for_end(struct reading *reading, int timeout_ms, int *ret_status)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	bool is_open = true;

	for (;;) {
		pid_t ended = waitpid(reading->pid, ret_status, WNOHANG);

		if (ended == reading->pid) {
			if (is_open)
				read_rest(reading);
			return 0;
		}
		if (ended < 0 && errno != EINTR)
			return -1;
		if (clock_monotonic_ms() > deadline_ms) {
			(void)kill(reading->pid, SIGKILL);
			(void)waitpid(reading->pid, ret_status, 0);
			errno = ETIMEDOUT;
			return -1;
		}
		if (is_open)
			is_open = read_some(reading, POLL_MS);
		else
			(void)poll(NULL, 0, POLL_MS);
	}
}

int child_run(const struct child *child, struct buf *ret, int *ret_exit, struct err *err)
{
	auto_cleanup(fd) int read_fd = -1;
	auto_cleanup(fd) int write_fd = -1;
	struct reading reading = {.output = ret};
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No pipe: %m.");
	read_fd = reading.fd = ends[0];
	write_fd = ends[1];
	/* only this end: the child's writes must block when the pipe is full */
	if (fcntl(read_fd, F_SETFL, O_NONBLOCK) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No pipe: %m.");
	errno = spawn(child, write_fd, &reading.pid);
	if (errno != 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno,
			"'%s' cannot be started: %m.", child->argv[0]);
	(void)close(steal_fd(&write_fd));
	if (wait_for_end(&reading, child->timeout_ms, &status) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "'%s' did not end: %m.",
			child->argv[0]);
	*ret_exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}
