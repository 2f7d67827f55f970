/* handler.h - what the five commands of the guest agent share: options, folders, the command lock,
 * and reporting.
 *
 * Rules of the agent that shape it: it shows only 1.5 kB of output, so the decisive error comes
 * first; it keeps a stale or unfinished status after a failed command, so a status `error` is
 * written before every exit code other than 0; it may repeat every command at any time, so every
 * step may already be done, half done or undone. */
#ifndef HANDLER_SHARED_HANDLER_H
#define HANDLER_SHARED_HANDLER_H

#include "agent/status.h"
#include "setup/control.h"
#include "memory/lock.h"

#define HANDLER_PATH_SIZE 512
/* file below the state folder while an upgrade is in progress, so that uninstall keeps the state */
#define HANDLER_MARKER "updating"

struct handler {
	const char *operation; /* "Enable", ... for the status */
	char root[HANDLER_PATH_SIZE]; /* real path, "/" in production */
	char home[HANDLER_PATH_SIZE]; /* versioned folder of the package, as seen below root */
	char tcti[RECORD_TCTI_SIZE]; /* "" = the machine's TPM device */
	/* http://ADDRESS of the metadata service, "" = the cloud's */
	char metadata[RECORD_METADATA_SIZE];
	int root_fd, home_fd;
	char programs[HANDLER_PATH_SIZE]; /* folder of this program */
	bool has_environment;
	struct environment environment; /* valid if has_environment */
	struct err environment_err; /* why not, otherwise */
	int systemctl_left_ms; /* see control.h */
	bool is_reported; /* the status file already holds why the command fails */
	struct lock lock;
};

/* The work of a command, which holds the lock. */
typedef int handler_work(struct handler *handler, struct err *err);

/* A command's main(): parses options, reads the environment, takes the lock, works, reports.
 * Returns the exit code. */
int handler_run(const char *operation, handler_work *work, int argc, char **argv);

/* Writes the status file. Errors as status_write() and environment_make_folder(). */
int handler_write_status(
	const struct handler *handler, const struct status *status, struct err *err) err_check;
/* Installs this program for the service. Errors as programs_install(). */
int handler_install_programs(const struct handler *handler, struct err *err) err_check;
struct control handler_control(struct handler *handler);

#endif
