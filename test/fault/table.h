/* table.h - every system call that our programs make: which faults it is given, or why it is given
 * none.
 *
 * A fault is an errno that the kernel documents for the call, or one of
 *   short  the call gets through with half of its bytes, at least one,
 *   kill   SIGKILL on entry, for each call that changes something outside of the process.
 * An errno with + lasts: all later calls of the kind fail too, as they do when the disk is full or
 * descriptors have run out. A call that is in no row ends the test: it must be judged here
 * first. */
#ifndef FAULT_TABLE_H
#define FAULT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_kind {
	CALL_FAILS, /* does not happen, and returns the error                               */
	CALL_HAPPENS, /* happens, and returns the error: the kernel closes before it says so  */
	CALL_EXEMPT, /* `faults` is the reason                                               */
};

struct call {
	const char *name;
	long number;
	enum call_kind kind;
	const char *faults; /* separated by blanks */
	int length; /* index of the argument that `short` halves */
};

/* open and openat count apart when they may make or cut a file. NULL: in no row. */
const struct call *call_find(long number, const uint64_t args[6]);
const struct call *call_at(size_t index); /* NULL behind the last */
size_t call_index(const struct call *call);
/* The errno of a fault's name, or 0. */
int fault_errno(const char *name, size_t len);

#define CALL_MAX 160

#endif
