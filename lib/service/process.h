/* process.h - the service without systemd: a process of its own session, known by the lock it
 * holds. */
#ifndef SERVICE_PROCESS_H
#define SERVICE_PROCESS_H

#include "base/err.h"
#include "service/running.h"

/* Starts argv[0] with the working directory /, no open descriptors but /dev/null and the log file
 * (appended to; NULL: /dev/null), and an environment of PATH alone. It already holds the lock of
 * running_lock_pid() when this returns 0, so a stop right after finds it. ERR_SERVICE if it cannot
 * be started or another one runs. */
int process_start(int state_fd, char *const argv[], const char *log_path, struct err *err) err_check;
/* SIGTERM to the holder of the lock, and SIGKILL if it is still there after 5 s. 0 also if there is
 * none. ERR_SERVICE. */
int process_stop(int state_fd, struct err *err) err_check;

#endif
