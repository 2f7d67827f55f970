/* handler.h - what the five commands of the guest agent share: options, folders, the command lock,
 * and one way to end.
 *
 * Rules of the agent that shape it: only 1.5 kB of output are seen, so the decisive error comes
 * first; a stale or unfinished status outlives a failed command, so an `error` status is written
 * before every other exit code than 0; every command is repeated at any time, so every step may
 * find itself done, half done or undone. */
#ifndef HANDLER_SHARED_HANDLER_H
#define HANDLER_SHARED_HANDLER_H

#include "agent/status.h"
#include "service/control.h"
#include "service/lock.h"

#define HANDLER_PATH_SIZE 512
/* below the state folder: an upgrade is under way, uninstall keeps the state */
#define HANDLER_MARKER "updating"

struct handler {
	const char *operation; /* "Enable", ... for the status */
	char root[HANDLER_PATH_SIZE]; /* real path, "/" in production */
	char home[HANDLER_PATH_SIZE]; /* versioned folder of the package, as seen below root */
	char tcti[RECORD_TCTI_SIZE]; /* "" = the machine's TPM device */
	/* http://ADDRESS of the metadata service, "" = the cloud's */
	char metadata[RECORD_METADATA_SIZE];
	int root_fd, home_fd;
	bool has_environment;
	struct environment environment; /* valid if has_environment */
	struct err environment_err; /* why not, otherwise */
	bool is_reported; /* the status file already says why the command fails */
	struct lock lock;
};

/* What a command does; it holds the lock. */
typedef int handler_work(struct handler *handler, struct err *err);

/* main() of a command: parses options, reads the environment, takes the lock, works, reports.
 * Returns the exit code. */
int handler_run(const char *operation, handler_work *work, int argc, char **argv);

int handler_write_status(
	const struct handler *handler, const struct status *status, struct err *err) err_check;
struct control handler_control(const struct handler *handler);

#endif
