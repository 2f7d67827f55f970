#include "edge/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include "base/cleanup.h"
#include "base/clock.h"

int socket_start(const char *address, uint16_t port, int type)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool is_4 = inet_pton(AF_INET, address, &in.sin_addr) == 1;
	auto_cleanup(fd) int fd = socket(is_4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

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

bool socket_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	for (;;) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();
		int status = left_ms > 0 ? poll(&wanted, 1, (int)left_ms) : 0;

		if (status >= 0 || errno != EINTR)
			return status != 0;
	}
}
