/* wakeup.h - the service between two rounds: one poll, no work. */
#ifndef AGENT_WAKEUP_H
#define AGENT_WAKEUP_H

#include "agent/service.h"

enum wakeup {
	WAKEUP_DUE,  /* it is time for the next round */
	WAKEUP_GONE, /* the package's folder was deleted */
	WAKEUP_STOP, /* SIGTERM; it stays blocked */
};

/* Of the service's home, for wakeup_wait. ERR_IO. */
int wakeup_watch_home(int root_fd, const struct service *service, int *ret_fd, struct err *err) err_check;

/* wait_s: seconds, also those in which the VM is suspended; 0 is 1. Only here is SIGTERM an answer: anywhere else it ends the process as
 * ever. ERR_IO, ERR_INTERNAL. */
int wakeup_wait(int root_fd, const struct service *service, int home_fd, uint32_t wait_s, enum wakeup *ret,
	struct err *err) err_check;

#endif
