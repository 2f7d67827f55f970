/* note.h - tells what a program did: a line in our log and an event for the agent to collect. Nothing fails because nobody could be
 * told: a missing folder or a full disk is no error here. */
#ifndef AGENT_NOTE_H
#define AGENT_NOTE_H

#include "agent/environment.h"
#include "base/log.h"

struct note {
	enum log_level level;
	const char *task;         /* "Enable", "Attestation": letters only */
	const char *outcome;      /* "success", "Unhealthy" */
	const struct err *reason; /* code ERR_OK: none */
	int64_t took_ms;
	int64_t now_ns;
	long pid;
	const char *version;
};

/* In the log "TASK: OUTCOME, NAME (CODE), 1.234 s: message and remedy"; the event goes without message and remedy, which may quote
 * others. root_fd: the root directory, below which the environment's folders are. */
void note_outcome(int root_fd, const struct environment *environment, const struct note *note);
/* A line in the log alone. */
void note_line(int root_fd, const struct environment *environment, int64_t now_s, enum log_level level,
	const char *text);

#endif
