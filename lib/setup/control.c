#include "setup/control.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "memory/running.h"
#include "setup/forbidden.h"
#include "setup/process.h"
#include "setup/programs.h"
#include "setup/systemd.h"

#define PATH_SIZE 1152 /* root and a path below it */
#define ONE_CALL_MS                                                                                \
	40000 /* of systemctl: the rest is for stopping what the call may have started */

/* What to put before a path that begins with "/": "" for the root "/". */
static const char *prefix(const struct control *control)
{
	return strcmp(control->root, "/") == 0 ? "" : control->root;
}

static int find_program(
	const struct control *control, const char *version, char ret[PATH_SIZE], struct err *err)
{
	char folder[PROGRAMS_PATH_SIZE];

	if (programs_find(control->root_fd, control->home, version, folder, err) < 0)
		return -1;
	if (!folder[0])
		return err_set(err, ERR_SERVICE, 0, "The programs of version %s are not installed.",
			version);
	(void)text_format(ret, PATH_SIZE, "%s%s/monitor", prefix(control), folder);
	return 0;
}

static int call_systemctl(const struct control *control, const char *verb, bool names_unit,
	int *ret_exit, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();
	int left_ms = *control->systemctl_left_ms;
	int status;

	if (left_ms <= 0)
		return err_set(err, ERR_SERVICE, ETIMEDOUT,
			"No time is left for 'systemctl %s': earlier calls took it.", verb);
	status = systemd_call(control->root, verb, names_unit,
		left_ms < ONE_CALL_MS ? left_ms : ONE_CALL_MS, ret_exit, err);
	*control->systemctl_left_ms -= (int)(clock_monotonic_ms() - started_ms);
	return status;
}

static int systemctl(const struct control *control, const char *verb, bool names_unit, struct err *err)
{
	int exit_code;

	if (call_systemctl(control, verb, names_unit, &exit_code, err) < 0)
		return -1;
	return exit_code == 0 ? 0 : -1;
}

/* The path of one of the agent's folders, as the service sees it. */
static void agent_path(const struct control *control, const char *path, char ret[PATH_SIZE])
{
	(void)text_format(ret, PATH_SIZE, "%s%s", prefix(control), path);
}

static int write_unit(const struct control *control, const struct record *service,
	struct bytes template, bool *ret_lasts, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SYSTEMD_UNIT_MAX_BYTES);
	const struct environment *environment = &service->environment;
	char program[PATH_SIZE], status[PATH_SIZE], log[PATH_SIZE], events[PATH_SIZE];
	const struct systemd_unit unit = {.program = program,
		.root = control->root,
		.home = service->home,
		.status = status,
		.log = log,
		.events = events};

	if (find_program(control, service->program_version, program, err) < 0)
		return -1;
	agent_path(control, environment->status_folder, status);
	agent_path(control, environment->log_folder, log);
	agent_path(control,
		environment->events_folder[0] ? environment->events_folder : environment->log_folder,
		events);
	if (systemd_format_unit(template, &unit, &text, err) < 0)
		return -1;
	return systemd_write_unit(control->root_fd, buf_bytes(&text), ret_lasts, err);
}

/* The unit of a distribution's package is there, below another one if an extension left it. */
static int provide_unit(const struct control *control, const struct record *service,
	struct bytes template, bool *ret_lasts, struct err *err)
{
	if (strcmp(control->home, PROGRAMS_PACKAGED) != 0)
		return write_unit(control, service, template, ret_lasts, err);
	*ret_lasts = true;
	return systemd_remove_unit(control->root_fd, err);
}

static int start_detached(const struct control *control, const struct record *service, struct err *err)
{
	char program[PATH_SIZE], log[PATH_SIZE], root[PATH_SIZE], option[] = "--root",
								  alone[] = "--alone";
	char *const argv[] = {program, option, root, alone, NULL};

	if (find_program(control, service->program_version, program, err) < 0)
		return -1;
	(void)text_format(log, sizeof(log), "%s%s/service.log", prefix(control),
		service->environment.log_folder);
	(void)text_format(root, sizeof(root), "%s", control->root);
	if (process_start(control->state_fd, argv, log, err) == 0)
		return 0;
	return err->code == ERR_START_FORBIDDEN
		       ? forbidden_explain(control->root_fd, program, err->native, err)
		       : -1;
}

/* Is there a unit, so that systemd manages the service? */
static int find_unit(const struct control *control, bool *ret, struct err *err)
{
	bool has_systemd, has_unit = false;

	if (systemd_is_here(control->root_fd, &has_systemd, err) < 0 ||
		(has_systemd && systemd_find_unit(control->root_fd, &has_unit, err) < 0))
		return -1;
	*ret = has_unit;
	return 0;
}

int control_explain_end(const struct control *control, const char *version, struct err *err)
{
	char program[PATH_SIZE];
	bool has_unit, has_failed;
	struct err ignored;

	/* the program is there, and needs no other file to be executed */
	if (find_unit(control, &has_unit, &ignored) < 0 || !has_unit ||
		systemd_find_exec(control->root, &has_failed, &ignored) < 0 || !has_failed ||
		find_program(control, version, program, &ignored) < 0)
		return -1;
	return forbidden_explain(control->root_fd, program, SYSTEMD_EXIT_EXEC, err);
}

int control_start(const struct control *control, const struct record *service,
	struct bytes unit_template, struct err *err)
{
	bool has_systemd, lasts;

	if (systemd_is_here(control->root_fd, &has_systemd, err) < 0)
		return -1;
	if (!has_systemd)
		return start_detached(control, service, err);
	/* a retry repeats every step, because the command may have been killed between any two */
	if (provide_unit(control, service, unit_template, &lasts, err) < 0 ||
		systemctl(control, "daemon-reload", false, err) < 0 ||
		(lasts && systemctl(control, "enable", true, err) < 0))
		return -1;
	if (systemctl(control, "restart", true, err) < 0)
		return control_explain_end(control, service->program_version, err);
	return 0;
}

int control_stop(const struct control *control, struct err *err)
{
	struct err unit_err;
	bool has_unit, is_running, is_unit_stopped = true;

	if (find_unit(control, &has_unit, err) < 0)
		return -1;
	if (has_unit) {
		/* first disable: if this command is killed in between, a retry or the next boot
		 * stops the service */
		is_unit_stopped = systemctl(control, "disable", true, &unit_err) == 0;
		is_unit_stopped = systemctl(control, "stop", true, &unit_err) == 0 && is_unit_stopped;
	}
	if (process_stop(control->state_fd, err) < 0)
		return -1;
	if (is_unit_stopped)
		return 0;
	/* systemctl's failure matters only if the service still runs */
	if (control_find_running(control, &is_running, err) < 0)
		return -1;
	if (is_running)
		*err = unit_err;
	return is_running ? -1 : 0;
}

int control_disable(const struct control *control, struct err *err)
{
	bool has_unit;

	if (find_unit(control, &has_unit, err) < 0)
		return -1;
	return has_unit ? systemctl(control, "disable", true, err) : 0;
}

int control_remove(const struct control *control, struct err *err)
{
	struct err ignored;
	bool has_systemd;

	if (systemd_remove_unit(control->root_fd, err) < 0 ||
		systemd_is_here(control->root_fd, &has_systemd, err) < 0)
		return -1;
	/* a failure does no harm: systemd drops the removed unit at its next reload */
	if (has_systemd)
		(void)!systemctl(control, "daemon-reload", false, &ignored);
	return 0;
}

int control_find_running(const struct control *control, bool *ret, struct err *err)
{
	bool has_unit;
	int exit_code;
	pid_t pid;

	if (running_find_pid(control->state_fd, &pid, err) < 0)
		return -1;
	*ret = pid != 0 && !running_is_ending(control->state_fd);
	if (pid != 0)
		return 0;
	if (find_unit(control, &has_unit, err) < 0)
		return -1;
	if (!has_unit)
		return 0;
	/* 0 active, 3 not active (systemctl(1)), 4 no such unit; any other is no answer */
	if (call_systemctl(control, "is-active", true, &exit_code, err) < 0 ||
		(exit_code != 0 && exit_code != 3 && exit_code != 4))
		return -1;
	*ret = exit_code == 0;
	return 0;
}
