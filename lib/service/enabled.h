/* enabled.h - the extension as it is enabled on this machine, for those who only look on: nothing
 * is written, and a damaged file stays where it is for the service to set aside. */
#ifndef SERVICE_ENABLED_H
#define SERVICE_ENABLED_H

#include "agent/settings.h"
#include "service/history.h"
#include "service/record.h"

/* ret_state_fd: the state folder. ERR_NOT_ENABLED if there is none or no service.json in it;
 * ERR_STATE_INVALID. */
int enabled_find(int root_fd, int *ret_state_fd, struct record *ret, struct err *err) err_check;
/* The settings in force, with the protected ones: config/<sequence>.settings as
 * settings_protected_parse() reads it. No file: defaults. */
int enabled_read_settings(int root_fd, const struct environment *environment, struct settings *ret,
	struct err *err) err_check;
/* No file: an empty history. ERR_STATE_INVALID. */
int enabled_read_history(int state_fd, struct history *ret, struct err *err) err_check;
/* The process of the service, 0 if it does not run; ret_started_s: since when, Unix time, 0 if
 * unknown. */
int enabled_find_process(int state_fd, pid_t *ret, int64_t *ret_started_s, struct err *err) err_check;

#endif
