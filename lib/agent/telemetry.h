/* telemetry.h - an event for the guest agent to collect: one small JSON file in the events folder,
 * every five minutes taken and deleted. Source: collect_telemetry_events.py of WALinuxAgent 2.15:
 * names of digits only, eight members that are all text, Message not empty and at most 3072
 * characters, all members together at most 6144, newest name first. */
#ifndef AGENT_TELEMETRY_H
#define AGENT_TELEMETRY_H

#include "base/buf.h"
#include "base/log.h"

/* with the final 0; longer texts are cut between characters */
#define TELEMETRY_MESSAGE_SIZE 3073
#define TELEMETRY_FIELD_SIZE   257 /* every other text */
#define TELEMETRY_MAX_BYTES    (32u << 10)
/* What may lie uncollected: without an agent the folder must not grow. */
#define TELEMETRY_MAX_FILES 60
#define TELEMETRY_MAX_TOTAL (1 << 20)

struct telemetry_event {
	int64_t now_ns; /* Unix time, becomes the file's name too */
	long pid;
	enum log_level level;
	const char *version; /* of the program */
	const char *task; /* letters only */
	const char *operation;
	const char *message; /* texts are cleaned to valid UTF-8 */
};

/* Appends to ret. */
int telemetry_format(const struct telemetry_event *event, struct buf *ret, struct err *err) err_check;
/* Written in log_fd and renamed into events_fd, both on one file system: the agent deletes what has
 * another name there. Writes nothing, which is no error, if too much waits already. ERR_IO. */
int telemetry_write(
	int log_fd, int events_fd, const struct telemetry_event *event, struct err *err) err_check;

#endif
