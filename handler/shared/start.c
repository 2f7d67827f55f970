#include "start.h"

#include <errno.h>
#include <string.h>
#include "agent/precondition.h"
#include "agent/settings_protected.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/state.h"
#include "memory/owner.h"
#include "service/journal.h"
#include "setup/programs.h"
#include "setup/systemd.h"

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

/* What an earlier enable left. */
struct earlier {
	bool has_accepted; /* these settings */
	/* the service runs with exactly this record, and with a status of its own: then nothing
	 * must be started or overwritten */
	bool is_under_way;
};

static int find_earlier(struct handler *handler, const struct record *service, int status_fd,
	struct earlier *ret, struct err *err)
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
	ret->has_accepted =
		found == STATE_LOADED && strcmp(old->settings_mark, service->settings_mark) == 0;
	ret->is_under_way =
		found == STATE_LOADED && record_equal(old, service) && programs[0] &&
		status_read_outcome(status_fd, service->environment.sequence, &outcome) == 0 &&
		!outcome.is_agents;
	return ret->is_under_way ? control_find_running(&control, &ret->is_under_way, err) : 0;
}

/* An end of suppress that was accepted is too far away only if the clock was set back. Then nothing
 * is suppressed, and the service must not stop. */
static int check_settings_and_machine(const struct handler *handler, struct bytes settings_text,
	bool has_accepted, struct err *err)
{
	auto_cleanup(settings) struct settings settings = {0};

	if (settings_protected_parse(handler->root_fd, handler->environment.config_folder,
		    settings_text, &settings, err) < 0)
		return -1;
	if (!has_accepted && settings.suppress.until_s - clock_now_s() > SUPPRESS_MAX_S)
		return err_set(err, ERR_SETTINGS_INVALID, 0, "suppress ends in more than %d days.",
			SUPPRESS_MAX_S / 86400);
	if (precondition_check(handler->root_fd, handler->tcti, err) < 0 &&
		err_info(err->code)->retry == ERR_RETRY_NEVER)
		return -1;
	return 0;
}

/* Stops, saves and starts in this order: if the command is killed in between, the service does not
 * run and the next enable repeats all steps. */
static int stop_and_start(struct handler *handler, const struct record *service, struct err *err)
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
	struct bytes settings, bool has_accepted, struct err *err)
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
	if (check_settings_and_machine(handler, settings, has_accepted, err) < 0)
		return -1;
	return stop_and_start(handler, service, err);
}

int start_service(struct handler *handler, int *ret_status_fd, bool *ret_has_settings, struct err *err)
{
	auto_cleanup(buf) struct buf settings = buf_with_max(SETTINGS_MAX_BYTES);
	struct record service;
	struct earlier earlier;
	bool was_others;

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
	if (find_earlier(handler, &service, *ret_status_fd, &earlier, err) < 0)
		return -1;
	if (earlier.is_under_way)
		return check_settings_and_machine(handler, buf_bytes(&settings), true, err);
	return report_and_start(handler, &service, buf_bytes(&settings), earlier.has_accepted, err);
}
