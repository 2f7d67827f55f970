/* running.h - the running service: the lock that identifies it, and the events that end it. */
#ifndef MEMORY_RUNNING_H
#define MEMORY_RUNNING_H

#include <sys/types.h>
#include "memory/record.h"

#define RUNNING_PID_FILE "monitor.pid"

/* Does the package's folder still exist? The agent may delete it without calling a command (when
 * the extension left the goal state); then the service ends by itself. ERR_IO. */
int running_find_home(int root_fd, const struct record *service, bool *ret, struct err *err) err_check;

/* For the service, before anything else: takes the lock of the running service and writes the
 * process number into its file, for people. The lock lasts until ret_fd is closed or the process
 * ends. Closing any other descriptor of the file releases it, too (POSIX record lock). is_ending:
 * as after running_begin_end(). ERR_SERVICE: another process holds it. ERR_STATE_UNREADABLE. */
int running_lock_pid(int state_fd, bool is_ending, int *ret_fd, struct err *err) err_check;
/* The process that holds the lock, 0 if none, from the kernel. The holder itself must not call
 * this: it would lose its lock. ERR_STATE_UNREADABLE; ERR_SERVICE: the holder is in another
 * container. */
int running_find_pid(int state_fd, pid_t *ret, struct err *err) err_check;

/* Has the process that held the lock ended within the time? Then it releases the lock and runs no
 * program; at the end of the time, a released lock suffices. Errors of running_find_pid(). */
int running_wait_for_end(
	int state_fd, pid_t pid, int timeout_ms, bool *ret_ended, struct err *err) err_check;

/* For a service that was asked to end, which may take seconds: shows it by a shared lock, so that
 * no command relies on it. */
void running_begin_end(int lock_fd);
/* Does the service that holds the lock end? False also if there is none. */
bool running_is_ending(int state_fd);

enum running_end {
	RUNNING_GOES_ON, /* also if it cannot be determined */
	RUNNING_REMOVED, /* the package's folder was deleted */
	RUNNING_UNLOCKED, /* the lock file was deleted, so commands cannot find the service */
	/* the guest agent replaced the status by its own, because it does not run the extension */
	RUNNING_FORBIDDEN,
	RUNNING_REPLACED, /* the lock file was replaced, so commands find another service */
};

/* For the service: must it end? lock_fd: of running_lock_pid(). */
enum running_end running_find_end(int root_fd, const struct record *service, int lock_fd);

#endif
