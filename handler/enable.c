/* enable - checks what can be checked at once, starts the service with the current settings and
 * waits a little for its first result. The agent calls it initially, for new settings, and at any
 * other time again with the same settings. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "agent/precondition.h"
#include "agent/settings_protected.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/state.h"
#include "memory/owner.h"
#include "memory/running.h"
#include "service/journal.h"
#include "service/programs.h"
#include "service/shortcut.h"
#include "service/systemd.h"
#include "shared/handler.h"
#include "shared/roles.h"
#include "shared/wait.h"

#define FIRST_RESULT_TIMEOUT_MS 20000 /* other extensions and all status reports wait too */
#define LOOK_FOR_SERVICE_MS     1000

static int read_settings(const struct handler *handler, struct buf *ret, struct err *err)
{
	auto_cleanup(fd) int folder = -1;
	char name[32];

	(void)text_format(name, sizeof(name), "%u.settings", handler->environment.sequence);
	if (environment_open_folder(
		    handler->root_fd, handler->environment.config_folder, &folder, err) == 0 &&
		file_read(folder, name, FILE_NO_LINKS, ret, err) == 0)
		return 0;
	/* a missing or too large file is a fault of the settings; a lack of descriptors is not */
	if (err->code == ERR_FORMAT || err->native == ENOENT)
		err->code = ERR_SETTINGS_INVALID;
	return -1;
}

static void fill_record(const struct handler *handler, struct bytes settings, struct record *ret)
{
	*ret = (struct record){.environment = handler->environment, .enabled_at_s = clock_now_s()};
	memcpy(ret->home, handler->home, sizeof(ret->home));
	memcpy(ret->tcti, handler->tcti, sizeof(ret->tcti));
	memcpy(ret->metadata, handler->metadata, sizeof(ret->metadata));
	record_take_proxy(environ, ret);
	(void)text_format(ret->program_version, sizeof(ret->program_version), "%s", VERSION);
	record_mark(settings, ret->settings_mark);
}

/* Does the service already run with exactly this record, and with a status of its own? Then nothing
 * must be started or overwritten. */
static int find_already_running(struct handler *handler, const struct record *service,
	int status_fd, bool *ret, struct err *err)
{
	struct control control = handler_control(handler);
	struct status_outcome outcome;
	auto_cleanup(free) struct record *old = malloc(sizeof(*old));
	char programs[PROGRAMS_PATH_SIZE];
	enum state_found found;

	if (!old)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a service's record.");
	found = record_take(handler->lock.state_fd, old, err);
	if (found == STATE_UNREADABLE ||
		programs_find(handler->root_fd, handler->home, VERSION, programs, err) < 0)
		return -1;
	*ret = found == STATE_LOADED && record_equal(old, service) && programs[0] &&
	       status_read_outcome(status_fd, service->environment.sequence, &outcome) == 0 &&
	       !outcome.is_agents;
	return *ret ? control_find_running(&control, ret, err) : 0;
}

static int check_settings_and_machine(
	const struct handler *handler, struct bytes settings_text, struct err *err)
{
	auto_cleanup(settings) struct settings settings = {0};

	if (settings_protected_parse(handler->root_fd, handler->environment.config_folder,
		    settings_text, &settings, err) < 0)
		return -1;
	if (settings.suppress.until_s - clock_now_s() > SUPPRESS_MAX_S)
		return err_set(err, ERR_SETTINGS_INVALID, 0, "suppress ends in more than %d days.",
			SUPPRESS_MAX_S / 86400);
	if (precondition_check(handler->root_fd, handler->tcti, err) < 0 &&
		err_info(err->code)->retry == ERR_RETRY_NEVER)
		return -1;
	return 0;
}

/* Stops, saves and starts in this order: if the command is killed in between, the service does not
 * run and the next enable repeats all steps. */
static int start_service(struct handler *handler, const struct record *service, struct err *err)
{
	auto_cleanup(buf) struct buf template = buf_with_max(SYSTEMD_UNIT_MAX_BYTES);
	struct control control = handler_control(handler);
	char programs[PROGRAMS_PATH_SIZE];

	if (control_stop(&control, err) < 0 ||
		programs_find(handler->root_fd, handler->home, VERSION, programs, err) < 0)
		return -1;
	if (!programs[0] && handler_install_programs(handler, err) < 0)
		return -1;
	if (programs_remove_others(handler->root_fd, VERSION, err) < 0)
		return -1;
	if (file_read(handler->home_fd, "manifest/" SYSTEMD_UNIT_NAME, FILE_NO_LINKS, &template,
		    err) < 0)
		return err_wrap(err, "Package");
	if (record_save(handler->lock.state_fd, service, err) < 0)
		return -1;
	return control_start(&control, service, buf_bytes(&template), err);
}

static int report_and_start(struct handler *handler, const struct record *service,
	struct bytes settings, struct err *err)
{
	auto_cleanup(free) struct status *status = malloc(sizeof(*status));

	if (!status)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a status.");
	status_init(handler->operation, STATUS_TRANSITIONING, status);
	(void)text_format(
		status->message, sizeof(status->message), "The first attestation is under way.");
	status->applied_at_s = service->enabled_at_s;
	if (handler_write_status(handler, status, err) < 0)
		return -1;
	if (check_settings_and_machine(handler, settings, err) < 0)
		return -1;
	return start_service(handler, service, err);
}

/* Everything except the wait; holds the command lock. */
static int ensure_service(
	struct handler *handler, int *ret_status_fd, bool *ret_has_settings, struct err *err)
{
	auto_cleanup(buf) struct buf settings = buf_with_max(SETTINGS_MAX_BYTES);
	struct record service;
	bool is_under_way, was_others;

	if (!handler->has_environment) {
		*err = handler->environment_err;
		return -1;
	}
	if (environment_make_folder(
		    handler->root_fd, handler->environment.status_folder, ret_status_fd, err) < 0 ||
		read_settings(handler, &settings, err) < 0)
		return -1;
	*ret_has_settings = settings.len > 0;
	/* even if an upgrade was begun, this version stays */
	if (state_remove(handler->lock.state_fd, HANDLER_MARKER, err) < 0)
		return -1;
	if (owner_claim(handler->root_fd, handler->lock.state_fd, &was_others, err) < 0)
		return -1;
	if (was_others)
		journal_line(handler->root_fd, &handler->environment, clock_now_s(),
			LOG_LEVEL_NOTICE, OWNER_NEWS);
	fill_record(handler, buf_bytes(&settings), &service);
	if (find_already_running(handler, &service, *ret_status_fd, &is_under_way, err) < 0)
		return -1;
	if (is_under_way)
		return check_settings_and_machine(handler, buf_bytes(&settings), err);
	return report_and_start(handler, &service, buf_bytes(&settings), err);
}

/* After a boot the old status stands until the first round has ended, and its cause may be gone
 * since that boot. */
static bool is_older_than_service(const struct handler *handler, int status_fd)
{
	struct stat status, service;
	char name[32];

	(void)text_format(name, sizeof(name), "%u.status", handler->environment.sequence);
	if (fstatat(status_fd, name, &status, 0) < 0 ||
		fstatat(handler->lock.state_fd, RUNNING_PID_FILE, &service, 0) < 0)
		return false;
	if (status.st_mtim.tv_sec != service.st_mtim.tv_sec)
		return status.st_mtim.tv_sec < service.st_mtim.tv_sec;
	return status.st_mtim.tv_nsec < service.st_mtim.tv_nsec;
}

/* Is it a cause that only the first round could find and only the customer can remedy? */
static bool is_for_customer(const struct err_info *info)
{
	return info->retry == ERR_RETRY_NEVER &&
	       (info->kind == ERR_KIND_PRECONDITION || info->place == ERR_PLACE_CHOICE);
}

/* Fails the command, like the checks before it, for a precondition that only the TPM could show and
 * for a region without a provider. The service goes on and its status stays: after the remedy it
 * reports by itself. Of a goal state without settings the agent reads no status file, so there the
 * exit code is all that shows an Unhealthy VM. */
static int fail_for_result(struct handler *handler, int status_fd, bool has_settings, struct err *err)
{
	auto_cleanup(free) struct status *status = malloc(sizeof(*status));
	const struct err_info *info;
	int64_t written_s;

	if (!status)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the first result.");
	if (status_read(status_fd, handler->environment.sequence, status, &written_s, err) < 0 ||
		status->state != STATUS_ERROR)
		return 0;
	info = err_info((enum err_code)status->code);
	if ((!is_for_customer(info) && (has_settings || !info->is_against_vm)) ||
		is_older_than_service(handler, status_fd))
		return 0;
	handler->is_reported = true;
	return err_set(err, info->code, 0, "%s", status->message);
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Waits until the service reports its first result or ends, or the time is over. */
static int wait_for_result(struct handler *handler, int status_fd, bool has_settings, struct err *err)
{
	int64_t end_ms = clock_monotonic_ms() + FIRST_RESULT_TIMEOUT_MS;
	uint32_t sequence = handler->environment.sequence;
	const struct control control = handler_control(handler);
	struct err ignored;
	bool is_running;
	int left_ms;

	/* other commands need not wait */
	(void)close(steal_fd(&handler->lock.fd));
	for (;;) {
		left_ms = (int)(end_ms - clock_monotonic_ms());
		if (wait_for_status(status_fd, sequence, smaller(left_ms, LOOK_FOR_SERVICE_MS)))
			return fail_for_result(handler, status_fd, has_settings, err);
		if (left_ms <= 0)
			return 0;
		handler->systemctl_left_ms = smaller(handler->systemctl_left_ms, left_ms);
		if (control_find_running(&control, &is_running, &ignored) == 0 && !is_running &&
			!wait_for_status(status_fd, sequence, 0)) {
			err_fill(err, ERR_SERVICE, 0,
				"The service ended before it reported a result.");
			return control_explain_end(&control, VERSION, err);
		}
	}
}

/* Of a distribution's package the program is in PATH already. */
static void make_shortcut(const struct handler *handler)
{
	char programs[PROGRAMS_PATH_SIZE];
	struct err ignored;

	if (strcmp(handler->home, PROGRAMS_PACKAGED) != 0 &&
		programs_find(handler->root_fd, handler->home, VERSION, programs, &ignored) == 0 &&
		programs[0])
		shortcut_make(handler->root_fd, programs);
}

static int enable(struct handler *handler, struct err *err)
{
	const struct control control = handler_control(handler);
	auto_cleanup(fd) int status_fd = -1;
	struct err ignored;
	bool has_settings;
	int started = ensure_service(handler, &status_fd, &has_settings, err);

	make_shortcut(handler); /* after a failure, too: its remedy names commands */
	if (started == 0)
		return wait_for_result(handler, status_fd, has_settings, err);
	/* a running service, old or new, would overwrite the error that the caller reports */
	(void)!control_stop(&control, &ignored);
	return -1;
}

int enable_main(int argc, char **argv)
{
	return handler_run("Enable", enable, argc, argv);
}
