/* listen.h - HOST:PORT -> a listening socket and the address that it got. */
#ifndef PROVIDER_LISTEN_H
#define PROVIDER_LISTEN_H

#include "base/err.h"

#define LISTEN_ORIGIN_SIZE 128

/* IPv6 in brackets, port 0 = any free one. ret_origin: "https://HOST:PORT" as bound. ERR_USAGE,
 * ERR_IO. */
int listen_open(const char *address, int *ret_fd, char ret_origin[LISTEN_ORIGIN_SIZE],
	struct err *err) err_check;

#endif
