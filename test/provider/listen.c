#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include "base/text.h"

#define BACKLOG 128

/* "host:port" or "[v6]:port" -> both parts. */
static int split_address(
	const char *address, char host[NI_MAXHOST], const char **ret_port, struct err *err)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon ? (size_t)(colon - address) : 0;

	if (len == 0 || len >= NI_MAXHOST || !colon[1])
		return err_set(err, ERR_USAGE, 0, "'%s' is not HOST:PORT.", address);
	if (address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	}
	memcpy(host, address, len);
	host[len] = '\0';
	*ret_port = colon + 1;
	return 0;
}

static int bind_to(const struct addrinfo *info, int *ret_fd, struct err *err)
{
	const int on = 1;
	auto_cleanup(fd) int fd =
		socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		bind(fd, info->ai_addr, info->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"The address cannot be listened on: %m.");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static void origin_text(int fd, const char *host, char ret[LISTEN_ORIGIN_SIZE])
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	char port[NI_MAXSERV] = "0";

	(void)getsockname(fd, (struct sockaddr *)&address, &len);
	(void)getnameinfo(
		(struct sockaddr *)&address, len, NULL, 0, port, sizeof(port), NI_NUMERICSERV);
	(void)text_format(ret, LISTEN_ORIGIN_SIZE,
		strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
}

int listen_open(const char *address, int *ret_fd, char ret_origin[LISTEN_ORIGIN_SIZE], struct err *err)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *info = NULL;
	char host[NI_MAXHOST];
	const char *port;
	int status;

	if (split_address(address, host, &port, err) < 0)
		return -1;
	status = getaddrinfo(host, port, &hints, &info);
	if (status != 0)
		return err_set(err, ERR_USAGE, 0, "'%s' cannot be resolved: %s.", address,
			gai_strerror(status));
	status = bind_to(info, ret_fd, err);
	freeaddrinfo(info);
	if (status == 0)
		origin_text(*ret_fd, host, ret_origin);
	return status;
}
