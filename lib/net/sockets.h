/* sockets.h - addresses in digits: of which kind they are, sockets to them, and waiting for those
 * until a deadline. Names are resolve.h's affair. (tpm2-tss, linked statically, has all the names
 * that begin with socket_.) */
#ifndef NET_SOCKETS_H
#define NET_SOCKETS_H

#include <stdint.h>
#include "base/err.h"

/* A non-blocking socket whose connection is under way, or for SOCK_DGRAM done; -1 with errno.
 * address: IPv4 or IPv6, without brackets. */
int sockets_connect(const char *address, uint16_t port, int type);
/* Why connect(2) failed, for every errno: the one place that says so. */
struct sockets_cause {
	enum err_code code;
	const char *text; /* a part of a sentence, e.g. "the connection was refused" */
	const char *by_whom; /* what it leaves open, a continuation of the text; "" if nothing */
};
struct sockets_cause sockets_cause_of(int error);

/* True once one of the poll(2) events came, or an error that the next call tells; false at the
 * deadline (base/clock.h, monotonic). */
bool sockets_wait(int fd, short events, int64_t deadline_ms);

/* RFC 1918, RFC 6598, RFC 4193, link-local or loopback: behind a private endpoint, a proxy, or this
 * VM. Text that is no address is not. */
bool sockets_is_private(const char *address);

#endif
