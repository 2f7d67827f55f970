/* sockets.h - numeric addresses: sockets to them, waiting for a socket until a deadline, and
 * whether an address is private. resolve.h resolves names. (The prefix is not socket_ because
 * tpm2-tss, linked statically, exports such names.) */
#ifndef NET_SOCKETS_H
#define NET_SOCKETS_H

#include <stdint.h>
#include "base/err.h"

/* A non-blocking socket that is being connected, or for SOCK_DGRAM is connected; -1 with errno. The
 * caller closes it. address: IPv4 or IPv6, without brackets. */
int sockets_connect(const char *address, uint16_t port, int type);
/* Why connect(2) failed. This is the only table of these errnos. */
struct sockets_cause {
	enum err_code code;
	const char *text; /* a clause, e.g. "the connection was refused" */
	const char *by_whom; /* continues the text with what may have caused it; may be "" */
};
/* error: any errno. is_icmp: it may have come by ICMP, as an answer to a packet; for IPv6, EACCES
 * is then "administratively prohibited", by a router or by this VM. */
struct sockets_cause sockets_cause_of(int error, bool is_icmp);

/* True on one of the poll(2) events, or on an error, which the next call on the socket reports;
 * false at the deadline (base/clock.h, monotonic). */
bool sockets_wait(int fd, short events, int64_t deadline_ms);

/* RFC 1918, RFC 6598, RFC 4193, link-local or loopback, as for a private endpoint, a proxy or this
 * VM itself. False for a text that is no address. */
bool sockets_is_private(const char *address);

#endif
