/* enabled.h - reads what the enabled extension keeps on this machine. It writes nothing; a damaged
 * file stays in place for the service to set aside. */
#ifndef MEMORY_ENABLED_H
#define MEMORY_ENABLED_H

#include "agent/settings.h"
#include "memory/history.h"
#include "memory/record.h"

/* ret_state_fd: the state folder; the caller closes it. ERR_NOT_ENABLED if there is no state folder
 * or no service.json in it; ERR_STATE_INVALID, ERR_STATE_UNREADABLE. */
int enabled_find(int root_fd, int *ret_state_fd, struct record *ret, struct err *err) err_check;
/* The current settings, including the protected ones: config/<sequence>.settings through
 * settings_protected_parse(). No file: defaults. */
int enabled_read_settings(int root_fd, const struct environment *environment, struct settings *ret,
	struct err *err) err_check;
/* No file: an empty history. ERR_STATE_INVALID, ERR_STATE_UNREADABLE. */
int enabled_read_history(int state_fd, struct history *ret, struct err *err) err_check;
/* The process of the service, 0 if it does not run. ret_started_s: Unix time of its start, 0 if
 * unknown. Errors as running_find_pid(). */
int enabled_find_process(int state_fd, pid_t *ret, int64_t *ret_started_s, struct err *err) err_check;

#endif
