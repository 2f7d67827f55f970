#include "agent/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"

#define SYSTEMCTL_TIMEOUT_MS 40000 /* enable calls it five times at most and has 300 s */
#define LOOK_AGAIN_MS        20
#define PATH_SIZE            640

static const char *value_of(const struct unit *unit, struct bytes mark)
{
	const struct {
		const char *mark, *value;
	} values[] = {
		{"PROGRAM", unit->program},
		{"ROOT", unit->root},
		{"PACKAGES", unit->packages},
		{"LOGS", unit->logs},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (bytes_equal(mark, bytes_of_text(values[i].mark)))
			return values[i].value;
	return NULL;
}

/* In double quotes, with what systemd would expand made literal. Control characters never get here: paths were checked. */
static int append_quoted(const char *value, struct buf *ret, struct err *err)
{
	if (buf_append_text(ret, "\"", err) < 0)
		return -1;
	for (; *value; value++) {
		const char *escape = strchr("\"\\", *value) ? "\\"
				     : *value == '%'        ? "%"
				     : *value == '$'        ? "$"
							    : "";

		if (buf_append_text(ret, escape, err) < 0 || buf_append(ret, value, 1, err) < 0)
			return -1;
	}
	return buf_append_text(ret, "\"", err);
}

int unit_format(struct bytes template, const struct unit *unit, struct buf *ret, struct err *err)
{
	while (template.len) {
		const uint8_t *at = memmem(template.data, template.len, "{{", 2);
		size_t before = at ? (size_t)(at - template.data) : template.len;
		const uint8_t *end;
		const char *value;

		if (buf_append(ret, template.data, before, err) < 0)
			return -1;
		if (!at)
			return 0;
		end = memmem(at + 2, template.len - before - 2, "}}", 2);
		value = end ? value_of(unit, (struct bytes){at + 2, (size_t)(end - at - 2)}) : NULL;
		if (!value)
			return err_set(err, ERR_FORMAT, 0, "The unit's template has an unknown mark.");
		if (append_quoted(value, ret, err) < 0)
			return -1;
		template.len -= (size_t)(end + 2 - template.data);
		template.data = end + 2;
	}
	return 0;
}

static const char *find_systemctl(int root_fd)
{
	static const char *const places[] = {"usr/bin/systemctl", "bin/systemctl"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (file_exists(root_fd, places[i]))
			return places[i];
	return NULL;
}

/* The folder exists exactly if systemd is the init system: sd_booted(3). */
bool unit_is_usable(int root_fd)
{
	return file_exists(root_fd, "run/systemd/system") && find_systemctl(root_fd);
}

static int open_folder(int root_fd, int *ret_fd)
{
	*ret_fd = openat(root_fd, UNIT_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd < 0 ? -1 : 0;
}

bool unit_exists(int root_fd)
{
	return file_exists(root_fd, UNIT_FOLDER "/" UNIT_NAME);
}

int unit_write(int root_fd, struct bytes text, struct err *err)
{
	auto_cleanup(fd) int folder = -1;

	if (open_folder(root_fd, &folder) < 0 && dir_make(root_fd, UNIT_FOLDER, 0755, &folder, err) < 0)
		return -1;
	tree_sweep(folder, UNIT_NAME);
	return file_write(folder, UNIT_NAME, text, 0644, err);
}

int unit_remove(int root_fd, struct err *err)
{
	auto_cleanup(fd) int folder = -1;

	if (open_folder(root_fd, &folder) < 0)
		return errno == ENOENT ? 0
				       : err_set(err, ERR_IO, (unsigned long)errno,
						 "Folder '/%s' cannot be opened: %m.", UNIT_FOLDER);
	tree_sweep(folder, UNIT_NAME);
	return file_remove(folder, UNIT_NAME, err);
}

/* stdin and stdout nothing, stderr into the pipe. */
static int spawn(const char *path, char *const argv[], int stderr_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int status = posix_spawn_file_actions_init(&actions);

	if (status != 0)
		return status;
	status = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (status == 0)
		status = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (status == 0)
		status = posix_spawn_file_actions_adddup2(&actions, stderr_fd, 2);
	if (status == 0)
		status = posix_spawn(ret, path, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return status;
}

struct run {
	pid_t pid;
	int stderr_fd; /* does not block */
	char said[160];
	size_t said_len;
};

/* What it writes beyond our room is read and dropped, so that it never blocks on us. False: nothing more will come. */
static bool listen_to(struct run *run, int timeout_ms)
{
	struct pollfd event = {.fd = run->stderr_fd, .events = POLLIN};
	char chunk[256];
	ssize_t got;

	if (poll(&event, 1, timeout_ms) <= 0)
		return true;
	got = read(run->stderr_fd, chunk, sizeof(chunk));
	for (ssize_t i = 0; i < got && run->said_len + 1 < sizeof(run->said); i++)
		run->said[run->said_len++] = chunk[i];
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Not until the pipe closes: a service that systemctl's stand-in leaves behind may keep it open. */
static int wait_for_end(struct run *run, int *ret_status)
{
	int64_t deadline_ms = clock_monotonic_ms() + SYSTEMCTL_TIMEOUT_MS;
	bool is_open = true;

	for (;;) {
		pid_t ended = waitpid(run->pid, ret_status, WNOHANG);

		if (ended == run->pid) {
			if (is_open)
				(void)listen_to(run, 0);
			return 0;
		}
		if (ended < 0 && errno != EINTR)
			return -1;
		if (clock_monotonic_ms() > deadline_ms) {
			(void)kill(run->pid, SIGKILL);
			(void)waitpid(run->pid, ret_status, 0);
			errno = ETIMEDOUT;
			return -1;
		}
		if (is_open)
			is_open = listen_to(run, LOOK_AGAIN_MS);
		else
			(void)poll(NULL, 0, LOOK_AGAIN_MS);
	}
}

int unit_systemctl(const char *root, const char *verb, bool names_unit, int *ret_exit, struct err *err)
{
	auto_cleanup(fd) int read_fd = -1;
	auto_cleanup(fd) int write_fd = -1;
	auto_cleanup(fd) int root_fd = -1;
	char path[PATH_SIZE], verb_copy[32], unit_name[] = UNIT_NAME;
	char *const argv[] = {path, verb_copy, names_unit ? unit_name : NULL, NULL};
	struct run run = {0};
	const char *place;
	int ends[2], status;

	if (dir_open(root, &root_fd, err) < 0)
		return -1;
	place = find_systemctl(root_fd);
	if (!place || !text_format(path, sizeof(path), "%s%s%s", root, strcmp(root, "/") ? "/" : "", place) ||
		!text_format(verb_copy, sizeof(verb_copy), "%s", verb))
		return err_set(err, ERR_SERVICE, ENOENT, "systemctl is absent.");
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No pipe: %m.");
	read_fd = run.stderr_fd = ends[0];
	write_fd = ends[1];
	errno = spawn(path, argv, write_fd, &run.pid);
	if (errno != 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "systemctl cannot be started: %m.");
	(void)close(steal_fd(&write_fd));
	if (wait_for_end(&run, &status) < 0)
		return err_set(
			err, ERR_SERVICE, (unsigned long)errno, "'systemctl %s' did not end: %m.", verb);
	*ret_exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (*ret_exit != 0)
		err_fill(err, ERR_SERVICE, (unsigned long)*ret_exit, "'systemctl %s' ended with %d: %s", verb,
			*ret_exit, run.said);
	return 0;
}
