/* lookup.h - a name's addresses, as the system resolves it, within bounded time. */
#ifndef EDGE_LOOKUP_H
#define EDGE_LOOKUP_H

#include "base/buf.h"

#define LOOKUP_MAX          8
#define LOOKUP_ADDRESS_SIZE 46

enum lookup_outcome {
	LOOKUP_FOUND,
	LOOKUP_NO_NAME,  /* the name does not exist, or has no address */
	LOOKUP_FAILED,   /* the resolver could not find out            */
	LOOKUP_TOO_LATE, /* it did not say within the time             */
};

struct lookup {
	enum lookup_outcome outcome;
	size_t count;
	char addresses[LOOKUP_MAX][LOOKUP_ADDRESS_SIZE]; /* in the order in which to try them (RFC 6724) */
};

/* host: a name or an address, IPv6 in brackets or not. Waits until deadline_ms (base/clock.h, monotonic); a resolver that takes longer
 * goes on in a thread of its own, which ends by itself. ERR_NO_MEMORY, ERR_INTERNAL. */
int lookup_run(const char *host, int64_t deadline_ms, struct lookup *ret, struct err *err) err_check;

#endif
