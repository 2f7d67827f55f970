/* socket.h - sockets to addresses in digits, and waiting for them until a deadline. Names are lookup.h's affair. */
#ifndef EDGE_SOCKET_H
#define EDGE_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* A non-blocking socket whose connection is under way, or for SOCK_DGRAM done; -1 with errno. address: IPv4 or IPv6, without brackets. */
int socket_start(const char *address, uint16_t port, int type);
/* True once one of the poll(2) events came, or an error that the next call tells; false at the deadline (base/clock.h, monotonic). */
bool socket_wait(int fd, short events, int64_t deadline_ms);

#endif
