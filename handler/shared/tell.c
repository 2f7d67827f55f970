#include "tell.h"

#include <unistd.h>
#include "agent/logfile.h"
#include "agent/note.h"
#include "base/clock.h"
#include "base/text.h"

void tell(int root_fd, const struct service *service, enum log_level level, const char *text)
{
	char line[LOGFILE_LINE_SIZE];

	log_line(level, "%s", text);
	(void)text_format(line, sizeof(line), "Service: %s", text);
	note_line(root_fd, &service->environment, clock_now_s(), level, line);
}

void tell_err(int root_fd, const struct service *service, const struct err *err)
{
	const struct err_info *info = err_info(err->code);
	char text[LOGFILE_LINE_SIZE];

	(void)text_format(text, sizeof(text), "%s: %s %s", info->name, err->msg, info->remedy);
	tell(root_fd, service, LOG_LEVEL_ERROR, text);
}

void tell_outcome(
	int root_fd, const struct service *service, const struct verdict *verdict, int64_t started_ms)
{
	note_outcome(root_fd, &service->environment,
		&(struct note){.level = verdict->health == HEALTH_HEALTHY     ? LOG_LEVEL_INFO
					: verdict->health == HEALTH_UNHEALTHY ? LOG_LEVEL_ERROR
									      : LOG_LEVEL_WARNING,
			.task = "Attestation",
			.outcome = health_name(verdict->health),
			.reason = &verdict->reason,
			.took_ms = clock_monotonic_ms() - started_ms,
			.now_ns = clock_now_ns(),
			.pid = getpid(),
			.version = VERSION});
}
