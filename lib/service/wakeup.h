/* wakeup.h - waits between two rounds, in a single poll(2). */
#ifndef SERVICE_WAKEUP_H
#define SERVICE_WAKEUP_H

#include "memory/record.h"
#include "memory/running.h"
#include "base/quiet.h"

enum wakeup {
	WAKEUP_DUE, /* the time has passed */
	WAKEUP_DISKS, /* boot files or records of packages have changed, and settled */
	WAKEUP_REMEDY, /* remedy_fd is readable */
	WAKEUP_CLOCK, /* the wall clock was set, or the VM was suspended */
	WAKEUP_REQUESTED, /* a command requests a round: attest_now.h */
	WAKEUP_ENDED, /* running_find_end() returns why */
	WAKEUP_STOP, /* SIGTERM arrived */
};

struct wakeup_inputs {
	int root_fd, state_fd;
	const struct record *service;
	int lock_fd; /* of running_lock_pid() */
	/* the request that the last round met, in case its file could not be removed */
	const char *met_id;
	struct quiet *disks; /* changed by wakeup_wait */
	int remedy_fd; /* of remedy_watch(), or -1 */
};

/* From now on SIGTERM ends no thread: waits notice it, and watchdogs (base/watchdog.h). */
void wakeup_take_signals(void);
/* Watches the folders whose changes may end the service. ret_fd: for wakeup_wait; the caller closes
 * it. ERR_IO. */
int wakeup_watch(const struct wakeup_inputs *inputs, int *ret_fd, struct err *err) err_check;

/* watch_fd: of wakeup_watch, or -1. wait_s: seconds, including those in which the VM is suspended;
 * 0 counts as 1. ERR_IO, ERR_INTERNAL. */
int wakeup_wait(const struct wakeup_inputs *inputs, int watch_fd, uint32_t wait_s, enum wakeup *ret,
	struct err *err) err_check;
/* Waits for SIGTERM only: where it is not known what else to wait for. */
enum wakeup wakeup_pause(uint32_t wait_s);

#endif
