/* wakeup.h - the service between two rounds: one poll, no work. */
#ifndef SERVICE_WAKEUP_H
#define SERVICE_WAKEUP_H

#include "service/record.h"
#include "service/running.h"

enum wakeup {
	WAKEUP_DUE, /* it is time for the next round */
	WAKEUP_ENDED, /* running_find_end() tells why */
	WAKEUP_STOP, /* SIGTERM; it stays blocked */
};

struct wakeup_inputs {
	int root_fd, state_fd;
	const struct record *service;
	int lock_fd; /* of running_lock_pid() */
};

/* The folders whose changes may end the service, for wakeup_wait. ERR_IO. */
int wakeup_watch(const struct wakeup_inputs *inputs, int *ret_fd, struct err *err) err_check;

/* watch_fd: of wakeup_watch, or -1. wait_s: seconds, also those in which the VM is suspended; 0
 * is 1. Only here is SIGTERM an answer: anywhere else it ends the process as ever. ERR_IO,
 * ERR_INTERNAL. */
int wakeup_wait(const struct wakeup_inputs *inputs, int watch_fd, uint32_t wait_s, enum wakeup *ret,
	struct err *err) err_check;

#endif
