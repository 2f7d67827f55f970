/* cleanup.h - releases a resource where the scope of its variable ends.
 *
 *   auto_cleanup(fd) int fd = open(...);      closed on every way out of the block
 *   *ret = steal_fd(&fd);                     ... unless ownership leaves visibly
 *
 * A type X takes part by declaring X_cleanup(X *) beside it, which accepts a zeroed value.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define auto_cleanup(name) __attribute__((cleanup(name##_cleanup)))
#define err_check          __attribute__((warn_unused_result))

static inline void fd_cleanup(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void free_cleanup(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

#define steal_ptr(ptr)                                                                             \
	({                                                                                         \
		__typeof__(ptr) taken_ = (ptr);                                                    \
		(ptr) = NULL;                                                                      \
		taken_;                                                                            \
	})

#endif
