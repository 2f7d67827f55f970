/* child.h - runs a program without a shell, for a bounded time, and reads its output. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/buf.h"

enum child_stream { CHILD_STDOUT = 1, CHILD_STDERR = 2 };

struct child {
	const char *path; /* an executable file; PATH is not searched */
	char *const *argv; /* ends with NULL; the child inherits the environment */
	int root_fd; /* the child gets this folder as file descriptor CHILD_ROOT_FD; -1: none */
	/* the stream that is read; the other one and stdin are /dev/null */
	enum child_stream stream;
	int timeout_ms; /* after it the child is killed */
};

#define CHILD_ROOT_FD 3

/* Waits until the program ends. ret: its output up to ret->max; more is read and dropped. ret_exit:
 * its exit code, or 128 plus the number of the signal that ended it. ERR_SERVICE if it cannot be
 * started or does not end in time. */
int child_run(const struct child *child, struct buf *ret, int *ret_exit, struct err *err) err_check;

#endif
