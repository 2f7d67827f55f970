#include "first_result.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/text.h"
#include "base/watch.h"
#include "memory/running.h"

#define FIRST_RESULT_TIMEOUT_MS 20000 /* other extensions and all status reports wait too */
#define LOOK_FOR_SERVICE_MS     1000

/* True as soon as the state of <sequence>.status is no longer `transitioning`; false after
 * timeout_ms. Changes of the folder wake it. */
static bool wait_for_status(int status_dir_fd, uint32_t sequence, int timeout_ms)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	auto_cleanup(fd) int watch = -1;
	struct pollfd event = {.events = POLLIN};
	struct status_outcome outcome;
	struct err ignored;
	bool had_events;

	/* watched before the first check, so that no change is missed; if watching fails, the state
	 * is checked once more at the time limit */
	if (watch_open(&watch, &ignored) == 0)
		(void)!watch_add(watch, status_dir_fd, IN_MOVED_TO | IN_CLOSE_WRITE, &ignored);
	event.fd = watch;
	for (;;) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (status_read_outcome(status_dir_fd, sequence, &outcome) == 0 &&
			outcome.state != STATUS_TRANSITIONING)
			return true;
		if (left_ms <= 0)
			return false;
		if (poll(&event, 1, (int)left_ms) > 0)
			(void)!watch_drain(watch, &had_events, &ignored);
	}
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

/* Fails the command, like the checks before it, for a precondition that only the TPM could show and
 * for a region without a provider. The service goes on and its status stays: after the remedy it
 * reports by itself. Of a goal state without settings the agent reads no status file, so there the
 * exit code is all that shows an Unhealthy VM. */
static int fail_for_result(struct handler *handler, int status_fd, bool has_settings, struct err *err)
{
	auto_cleanup(free) struct status *status = malloc(sizeof(*status));
	const struct err_info *info;
	int64_t written_s;
	bool is_for_customer;

	if (!status)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the first result.");
	if (status_read(status_fd, handler->environment.sequence, status, &written_s, err) < 0 ||
		status->state != STATUS_ERROR)
		return 0;
	info = err_info((enum err_code)status->code);
	/* only the first round could find the cause, and only the customer can remedy it */
	is_for_customer = info->retry == ERR_RETRY_NEVER &&
			  (info->kind == ERR_KIND_PRECONDITION || info->place == ERR_PLACE_CHOICE);
	if ((!is_for_customer && (has_settings || !info->is_against_vm)) ||
		is_older_than_service(handler, status_fd))
		return 0;
	handler->is_reported = true;
	return err_set(err, info->code, 0, "%s", status->message);
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

int first_result_wait(struct handler *handler, int status_fd, bool has_settings, struct err *err)
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
