/* lock.h - one command at a time, by a lock on the state folder itself. Taking it waits for a
 * bounded time. No lock file is needed, in whose place there could be a link or a FIFO. */
#ifndef MEMORY_LOCK_H
#define MEMORY_LOCK_H

#include "base/err.h"

/* Descriptors of the state folder and of the held lock; {-1, -1}: no lock. */
struct lock {
	int state_fd, fd;
};

/* Creates the state folder if it is missing and takes the lock. The kernel releases the lock when
 * the process ends, however it ends. ERR_SERVICE: another command held the lock until timeout_ms
 * passed. ERR_IO. */
int lock_take(int root_fd, int timeout_ms, struct lock *ret, struct err *err) err_check;
void lock_release(struct lock *lock);
static inline void lock_cleanup(struct lock *lock)
{
	lock_release(lock);
}

#endif
