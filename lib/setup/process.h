/* process.h - the service without systemd: a process in its own session, identified by the lock
 * that it holds (memory/running.h). */
#ifndef SETUP_PROCESS_H
#define SETUP_PROCESS_H

#include "base/err.h"
#include "memory/running.h"

/* Starts argv[0] in the working directory /, with no open descriptors except /dev/null, the log
 * file (appended to; NULL: /dev/null) and its lock, and with PATH as the only variable. When this
 * returns 0, the process already holds the lock of running_lock_pid(), so that process_stop() finds
 * it. ERR_SERVICE: it cannot be started, or another service runs;
 * ERR_START_FORBIDDEN: it may not be executed. */
int process_start(int state_fd, char *const argv[], const char *log_path, struct err *err) err_check;
/* Executes the service's program anew in this process, from any thread, with SIGTERM blocked and no
 * open descriptors except the standard ones and its lock: nobody starts another service meanwhile.
 * Before Linux 5.11 the program takes the lock again; who stops the service waits for the process,
 * too. Returns if it fails. */
void process_exec(int lock_fd, char *const argv[]);
/* Sends SIGTERM to the holder of the lock, and SIGKILL if it still runs after 5 s. 0 also if there
 * is none. ERR_SERVICE, ERR_STATE_UNREADABLE. */
int process_stop(int state_fd, struct err *err) err_check;

#endif
