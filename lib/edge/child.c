#include "edge/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include "base/clock.h"

#define LOOK_AGAIN_MS 20

static int prepare(const struct child *child, int pipe_fd, posix_spawn_file_actions_t *actions)
{
	int other = child->hears == CHILD_STDOUT ? CHILD_STDERR : CHILD_STDOUT;
	int status = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);

	if (status == 0)
		status = posix_spawn_file_actions_addopen(actions, other, "/dev/null", O_WRONLY, 0);
	if (status == 0)
		status = posix_spawn_file_actions_adddup2(actions, pipe_fd, (int)child->hears);
	if (status == 0 && child->root_fd >= 0)
		status = posix_spawn_file_actions_adddup2(actions, child->root_fd, CHILD_ROOT_FD);
	return status;
}

/* 0, or errno */
static int start(const struct child *child, int pipe_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int status = posix_spawn_file_actions_init(&actions);

	if (status != 0)
		return status;
	status = prepare(child, pipe_fd, &actions);
	if (status == 0)
		status = posix_spawn(ret, child->path, &actions, NULL, child->argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return status;
}

struct hearing {
	pid_t pid;
	int fd; /* does not block */
	struct buf *said;
};

/* What goes beyond our room is read and dropped, so that the child never blocks on us. False:
 * nothing more will come. */
static bool hear(struct hearing *hearing, int timeout_ms)
{
	struct pollfd event = {.fd = hearing->fd, .events = POLLIN};
	size_t room = hearing->said->max - hearing->said->len;
	char chunk[4096];
	struct err ignored;
	ssize_t got;

	if (poll(&event, 1, timeout_ms) <= 0)
		return true;
	got = read(hearing->fd, chunk, sizeof(chunk));
	if (got > 0 && buf_append(hearing->said, chunk, (size_t)got < room ? (size_t)got : room,
			       &ignored) < 0)
		return false;
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* What is in the pipe already, and no more: another process may go on writing to it. */
static void hear_the_rest(struct hearing *hearing)
{
	for (size_t left = hearing->said->max; left > 0; left -= left < 4096 ? left : 4096) {
		size_t before = hearing->said->len;

		if (!hear(hearing, 0) || hearing->said->len == before)
			return;
	}
}

/* Not until the pipe closes: a service that systemctl's stand-in leaves behind may keep it open. */
static int wait_for_end(struct hearing *hearing, int timeout_ms, int *ret_status)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	bool is_open = true;

	for (;;) {
		pid_t ended = waitpid(hearing->pid, ret_status, WNOHANG);

		if (ended == hearing->pid) {
			if (is_open)
				hear_the_rest(hearing);
			return 0;
		}
		if (ended < 0 && errno != EINTR)
			return -1;
		if (clock_monotonic_ms() > deadline_ms) {
			(void)kill(hearing->pid, SIGKILL);
			(void)waitpid(hearing->pid, ret_status, 0);
			errno = ETIMEDOUT;
			return -1;
		}
		if (is_open)
			is_open = hear(hearing, LOOK_AGAIN_MS);
		else
			(void)poll(NULL, 0, LOOK_AGAIN_MS);
	}
}

int child_run(const struct child *child, struct buf *ret, int *ret_exit, struct err *err)
{
	auto_cleanup(fd) int read_fd = -1;
	auto_cleanup(fd) int write_fd = -1;
	struct hearing hearing = {.said = ret};
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No pipe: %m.");
	read_fd = hearing.fd = ends[0];
	write_fd = ends[1];
	if (fcntl(read_fd, F_SETFL, O_NONBLOCK) < 0) /* ours only: the child's writing must wait for
							us */
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No pipe: %m.");
	errno = start(child, write_fd, &hearing.pid);
	if (errno != 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno,
			"'%s' cannot be started: %m.", child->argv[0]);
	(void)close(steal_fd(&write_fd));
	if (wait_for_end(&hearing, child->timeout_ms, &status) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "'%s' did not end: %m.",
			child->argv[0]);
	*ret_exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}
