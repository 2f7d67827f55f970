/* journal.h - tells what a program did: a line in our log and an event for the agent to collect.
 * Nothing fails because nobody could be told: a missing folder or a full disk is no error here. */
#ifndef SERVICE_JOURNAL_H
#define SERVICE_JOURNAL_H

#include "agent/environment.h"
#include "appraise/verdict.h"
#include "base/log.h"

struct journal {
	enum log_level level;
	const char *task; /* "Enable", "Attestation": letters only */
	const char *outcome; /* "success", "Unhealthy" */
	const struct err *reason; /* code ERR_OK: none */
	int64_t took_ms;
	int64_t now_ns;
	long pid;
	const char *version;
};

/* In the log "TASK: OUTCOME, NAME (CODE), 1.234 s: message and remedy"; the event goes without
 * message and remedy, which may quote others. root_fd: the root directory, below which the
 * environment's folders are. */
void journal_outcome(int root_fd, const struct environment *environment, const struct journal *note);
/* A line in the log alone. */
void journal_line(int root_fd, const struct environment *environment, int64_t now_s,
	enum log_level level, const char *text);

/* What the service writes: a line for systemd's journal, and the same in our log for the guest
 * agent to collect. */
void journal_service_line(
	int root_fd, const struct environment *environment, enum log_level level, const char *text);
void journal_service_err(int root_fd, const struct environment *environment, const struct err *err);
/* The outcome of a round in the log and as an event. started_ms: base/clock.h, monotonic. */
void journal_service_outcome(int root_fd, const struct environment *environment,
	const struct verdict *verdict, int64_t started_ms, const char *version);

#endif
