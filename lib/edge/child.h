/* child.h - start a program without a shell, for a bounded time, and hear what it says. */
#ifndef EDGE_CHILD_H
#define EDGE_CHILD_H

#include "base/buf.h"

enum child_stream { CHILD_STDOUT = 1, CHILD_STDERR = 2 };

struct child {
	const char *path; /* an executable file; no search in PATH */
	char *const *argv; /* NULL at its end; the environment is ours */
	int root_fd; /* the child finds this folder as file descriptor CHILD_ROOT_FD; -1: none */
	/* the stream that we read; the other one and stdin are /dev/null */
	enum child_stream hears;
	int timeout_ms; /* then it is killed */
};

#define CHILD_ROOT_FD 3

/* Until the program ends. ret: what it said, up to its maximum; more is read and dropped. ret_exit:
 * its exit code, 128 and the number of the signal that ended it. ERR_SERVICE if it cannot be
 * started, or does not end in time. */
int child_run(const struct child *child, struct buf *ret, int *ret_exit, struct err *err) err_check;

#endif
