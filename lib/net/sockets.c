#include "net/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "base/buf.h"
#include "base/clock.h"

int sockets_connect(const char *address, uint16_t port, int type)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool is_4 = inet_pton(AF_INET, address, &in.sin_addr) == 1;
	auto_cleanup(fd) int fd =
		socket(is_4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (!is_4 && inet_pton(AF_INET6, address, &in6.sin6_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	if (connect(fd, is_4 ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
		    is_4 ? sizeof(in) : sizeof(in6)) < 0 &&
		errno != EINPROGRESS)
		return -1;
	return steal_fd(&fd);
}

struct sockets_cause sockets_cause_of(int error, bool is_icmp)
{
	static const struct sockets_cause timeout = {
		ERR_CONNECT_TIMEOUT, "no answer to TCP connection requests", ""};
	static const struct sockets_cause refused = {ERR_CONNECT_REFUSED,
		"the connection was refused", ", there or by a firewall on the way or in this VM"};
	static const struct sockets_cause forbidden = {
		ERR_CONNECT_FORBIDDEN, "this VM forbids the connection", ""};
	static const struct sockets_cause prohibited = {ERR_UNREACHABLE,
		"the connection is administratively prohibited", ", says this VM or a router"};
	static const struct sockets_cause unreachable = {
		ERR_UNREACHABLE, "there is no way to the address", ", says this VM or a router"};

	switch (error) {
	case ETIMEDOUT:
		return timeout;
	case ECONNREFUSED: /* a reset, or ICMP port unreachable */
	case ECONNRESET:
		return refused;
	case EPERM: /* a firewall on this VM, rules of a systemd unit */
		return forbidden;
	case EACCES: /* a route of type prohibit, or ICMPv6 (Linux icmpv6_err_convert) */
		return is_icmp ? prohibited : forbidden;
	default: /* every other ICMP unreachable, "protocol" included; no route, no interface */
		return unreachable;
	}
}

bool sockets_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	for (;;) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();
		int status = left_ms > 0 ? poll(&wanted, 1, (int)left_ms) : 0;

		if (status >= 0 || errno != EINTR)
			return status != 0;
	}
}

bool sockets_is_private(const char *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* RFC 4291 section 2.5.5.2 */
	uint8_t b[16];
	bool is_6 = inet_pton(AF_INET6, address, b) == 1;

	if (is_6 && memcmp(b, mapped, sizeof(mapped)) == 0)
		memmove(b, b + sizeof(mapped), 4);
	else if (is_6)
		return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
		       (bytes_are_all((struct bytes){b, 15}, 0) && b[15] == 1);
	else if (inet_pton(AF_INET, address, b) != 1)
		return false;
	return b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	       (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) ||
	       (b[0] == 100 && (b[1] & 0xc0) == 64);
}
