/* telemetry.h - events for the guest agent: each is a small JSON file in the events folder, which
 * the agent collects and deletes every five minutes. Source: collect_telemetry_events.py of
 * WALinuxAgent 2.15: names of digits only, eight members that are all text, Message not empty and
 * at most 3072 characters, all members together at most 6144, newest name first. */
#ifndef AGENT_TELEMETRY_H
#define AGENT_TELEMETRY_H

#include "base/buf.h"
#include "base/log.h"

/* with the terminating zero; longer texts are cut between characters */
#define TELEMETRY_MESSAGE_SIZE 3073
#define TELEMETRY_FIELD_SIZE   257 /* every other text */
#define TELEMETRY_MAX_BYTES    (32u << 10)
/* Limits of uncollected files, so that the folder does not grow without an agent. */
#define TELEMETRY_MAX_FILES 60
#define TELEMETRY_MAX_TOTAL (1 << 20)

struct telemetry_event {
	int64_t now_ns; /* Unix time; also the name of the file */
	long pid;
	enum log_level level;
	const char *version; /* of the program */
	const char *task; /* letters only */
	const char *operation;
	const char *message; /* texts are cleaned to valid UTF-8 */
};

/* Appends the JSON text to ret. ERR_NO_MEMORY. */
int telemetry_format(const struct telemetry_event *event, struct buf *ret, struct err *err) err_check;
/* Writes the event in log_fd and renames it into events_fd, on the same file system, because the
 * agent deletes files with other names there. Returns 0 and writes nothing if the limits above are
 * reached. ERR_IO, ERR_NO_MEMORY. */
int telemetry_write(
	int log_fd, int events_fd, const struct telemetry_event *event, struct err *err) err_check;

#endif
