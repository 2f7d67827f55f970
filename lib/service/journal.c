#include "service/journal.h"

#include <inttypes.h>
#include <unistd.h>
#include "agent/logfile.h"
#include "agent/telemetry.h"
#include "base/clock.h"
#include "base/text.h"

#define NS_PER_S 1000000000

/* Fails for "": the environment could not be read, or the agent collects no events. */
static int open_folder(int root_fd, const char *path, int *ret_fd)
{
	struct err ignored;

	if (root_fd < 0 || !path[0])
		return -1;
	return environment_open_folder(root_fd, path, ret_fd, &ignored);
}

static void format_outcome(const struct journal *note, char *ret, size_t size)
{
	const struct err_info *info = err_info(note->reason->code);
	char reason[64] = "";

	if (note->reason->code != ERR_OK)
		(void)text_format(reason, sizeof(reason), ", %s (%d)", info->name, (int)info->code);
	(void)text_format(ret, size, "%s: %s%s, %" PRId64 ".%03d s", note->task, note->outcome,
		reason, note->took_ms / 1000, (int)(note->took_ms % 1000));
}

static void write_event(int root_fd, int log_fd, const struct environment *environment,
	const struct journal *note, const char *outcome)
{
	auto_cleanup(fd) int events_fd = -1;
	char sequence[16];
	const struct telemetry_event event = {.now_ns = note->now_ns,
		.pid = note->pid,
		.level = note->level,
		.version = note->version,
		.task = note->task,
		.operation = sequence,
		.message = outcome};
	struct err ignored;

	(void)text_format(sequence, sizeof(sequence), "%u", environment->sequence);
	if (environment->events_folder[0] &&
		environment_make_folder(root_fd, environment->events_folder, &events_fd, &ignored) ==
			0)
		(void)!telemetry_write(log_fd, events_fd, &event, &ignored);
}

void journal_outcome(int root_fd, const struct environment *environment, const struct journal *note)
{
	const struct err *reason = note->reason;
	auto_cleanup(fd) int log_fd = -1;
	char outcome[128], request[EXCHANGE_IDS_SIZE + 2] = "";
	char line[LOGFILE_LINE_SIZE];
	struct err ignored;

	if (open_folder(root_fd, environment->log_folder, &log_fd) < 0)
		return;
	format_outcome(note, outcome, sizeof(outcome));
	if (note->request[0])
		(void)text_format(request, sizeof(request), ", %s", note->request);
	if (reason->code == ERR_OK)
		(void)text_format(line, sizeof(line), "%s%s", outcome, request);
	else
		(void)text_format(line, sizeof(line), "%s%s: %s %s", outcome, request, reason->msg,
			err_info(reason->code)->remedy);
	(void)!logfile_append(log_fd, note->now_ns / NS_PER_S, note->level, line, &ignored);
	write_event(root_fd, log_fd, environment, note, outcome);
}

void journal_line(int root_fd, const struct environment *environment, int64_t now_s,
	enum log_level level, const char *text)
{
	auto_cleanup(fd) int log_fd = -1;
	struct err ignored;

	if (open_folder(root_fd, environment->log_folder, &log_fd) == 0)
		(void)!logfile_append(log_fd, now_s, level, text, &ignored);
}

void journal_service_line(
	int root_fd, const struct environment *environment, enum log_level level, const char *text)
{
	char line[LOGFILE_LINE_SIZE];

	log_line(level, "%s", text);
	(void)text_format(line, sizeof(line), "Service: %s", text);
	journal_line(root_fd, environment, clock_now_s(), level, line);
}

void journal_service_err(int root_fd, const struct environment *environment, const struct err *err)
{
	const struct err_info *info = err_info(err->code);
	char text[LOGFILE_LINE_SIZE];

	(void)text_format(text, sizeof(text), "%s: %s %s", info->name, err->msg, info->remedy);
	journal_service_line(root_fd, environment, LOG_LEVEL_ERROR, text);
}

void journal_service_outcome(int root_fd, const struct environment *environment,
	const struct verdict *verdict, const struct exchange_facts *exchange, int64_t started_ms,
	const char *version)
{
	struct journal note = {.level = verdict->health == HEALTH_HEALTHY     ? LOG_LEVEL_INFO
					: verdict->health == HEALTH_UNHEALTHY ? LOG_LEVEL_ERROR
									      : LOG_LEVEL_WARNING,
		.task = "Attestation",
		.outcome = health_name(verdict->health),
		.reason = &verdict->reason,
		.took_ms = clock_monotonic_ms() - started_ms,
		.now_ns = clock_now_ns(),
		.pid = getpid(),
		.version = version};

	exchange_ids_text(exchange, note.request);
	journal_outcome(root_fd, environment, &note);
}
