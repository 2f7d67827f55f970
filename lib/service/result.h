/* result.h - the last result that the service reported, and whether it still counts. Writes
 * nothing. */
#ifndef SERVICE_RESULT_H
#define SERVICE_RESULT_H

#include "agent/status.h"
#include "memory/enabled.h"

/* how late a result may be; an attestation takes at most a minute */
#define RESULT_SLACK_S 900

struct result {
	struct status status;
	int64_t written_s; /* when it was reported, Unix time */
	struct history history;
	/* of the last attestation; HEALTH_UNKNOWN if the result no longer counts */
	enum health health;
	struct err doubt; /* why it does not count; code ERR_OK if it does */
};

struct result_inputs {
	int root_fd, state_fd;
	const struct record *service;
	uint32_t period_s; /* of the settings */
	struct err unreadable; /* why the settings cannot be read; code ERR_OK if they can */
	struct clock_time now;
};

/* Healthy counts only while the service runs, the next result is not overdue by either clock, the
 * wall clock was not set back before the report, the proof counts (proof.h), and the files by which
 * the service compares boots are readable; otherwise an attestation now would be Unknown too.
 * ERR_SERVICE: nothing was reported yet. ERR_STATE_INVALID: the status file or the history is
 * damaged. */
int result_read(const struct result_inputs *inputs, struct result *ret, struct err *err) err_check;

#endif
