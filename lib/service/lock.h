/* lock.h - one command at a time: a lock on the state folder itself, waited for a bounded time. No
 * file is needed for it that could be something else. */
#ifndef SERVICE_LOCK_H
#define SERVICE_LOCK_H

#include "base/err.h"

/* Descriptors of the state folder and of the held lock; {-1, -1} is none. */
struct lock {
	int state_fd, fd;
};

/* Makes the state folder if it is missing. ERR_SERVICE if another command holds it for longer than
 * timeout_ms. The kernel releases it when the process ends, however it ends. */
int lock_take(int root_fd, int timeout_ms, struct lock *ret, struct err *err) err_check;
void lock_release(struct lock *lock);
static inline void lock_cleanup(struct lock *lock)
{
	lock_release(lock);
}

#endif
