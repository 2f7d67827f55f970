/* journal.h - records what a program did: a line in the extension's log and an event for the agent
 * to collect. A record that cannot be written, for a missing folder or a full disk, is no error. */
#ifndef SERVICE_JOURNAL_H
#define SERVICE_JOURNAL_H

#include "agent/environment.h"
#include "appraise/verdict.h"
#include "base/log.h"
#include "maa/exchange.h"

struct journal {
	enum log_level level;
	const char *task; /* "Enable", "Attestation": letters only */
	const char *outcome; /* "success", "Unhealthy" */
	const struct err *reason; /* code ERR_OK: none */
	int64_t took_ms;
	int64_t now_ns;
	long pid;
	const char *version;
	/* the ids of the request, for the provider's support; in the log only. "": none */
	char request[EXCHANGE_IDS_SIZE];
};

/* Writes "TASK: OUTCOME, NAME (CODE), 1.234 s, request ID: message and remedy" to the log. The
 * event lacks the request's ids, message and remedy, which may quote text from outside. root_fd:
 * the root directory that the environment's folders are relative to. */
void journal_outcome(int root_fd, const struct environment *environment, const struct journal *note);
/* Writes a line to the log only. */
void journal_line(int root_fd, const struct environment *environment, int64_t now_s,
	enum log_level level, const char *text);

/* For the service: writes a line to stderr, for systemd's journal, and the same line to the log. */
void journal_service_line(
	int root_fd, const struct environment *environment, enum log_level level, const char *text);
void journal_service_err(int root_fd, const struct environment *environment, const struct err *err);
/* Writes the outcome of a round to the log and as an event. started_ms: base/clock.h, monotonic. */
void journal_service_outcome(int root_fd, const struct environment *environment,
	const struct verdict *verdict, const struct exchange_facts *exchange, int64_t started_ms,
	const char *version);

#endif
