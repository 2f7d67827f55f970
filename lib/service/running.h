/* running.h - the one running service: the lock by which it is known, and what ends it. */
#ifndef SERVICE_RUNNING_H
#define SERVICE_RUNNING_H

#include <sys/types.h>
#include "service/record.h"

#define RUNNING_PID_FILE "monitor.pid"

/* Whether the package's folder is still there. The agent may delete it without calling any command
 * (the extension left the goal state); then the service ends by itself. */
int running_find_home(int root_fd, const struct record *service, bool *ret, struct err *err) err_check;

/* For the service itself, before anything else: become the one running service. The lock lasts
 * until ret_fd is closed or the process ends, and no other descriptor of the file may be closed
 * before (POSIX record lock). Writes the process number for people. ERR_SERVICE if another process
 * holds it, ERR_STATE_UNREADABLE. */
int running_lock_pid(int state_fd, int *ret_fd, struct err *err) err_check;
/* Process that holds it, 0 if none. Exact: the kernel knows. Not for the holder itself, which would
 * lose its lock. ERR_STATE_UNREADABLE. */
int running_find_pid(int state_fd, pid_t *ret, struct err *err) err_check;

enum running_end {
	RUNNING_GOES_ON, /* or it cannot be found out: that ends nothing */
	RUNNING_REMOVED, /* the package is gone */
	RUNNING_UNLOCKED, /* the lock file is gone, by which commands would find the service */
	RUNNING_REPLACED, /* they find another one by it */
};

/* For the service itself: whether its time is over. lock_fd: of running_lock_pid(). */
enum running_end running_find_end(int root_fd, const struct record *service, int lock_fd);

#endif
