/* server.h - HTTPS in front of a service: routing, limits, many clients at once. The only file that
 * includes libmicrohttpd.
 *
 * A few threads, each polling many connections, so that slow clients cost no thread. Every
 * connection has little memory, and what a client may hold, and for how long, has its bounds
 * (clients.h).
 */
#ifndef PROVIDER_SERVER_H
#define PROVIDER_SERVER_H

#include "service.h"

struct server;

/* Takes the socket. PEM texts; the service must outlive the server. */
int server_start(int listen_fd, struct bytes tls_cert_pem, struct bytes tls_key_pem,
	const struct service *service, struct server **ret, struct err *err) err_check;
/* Ends connections whose request takes too long: call it every second or so. */
void server_reap(struct server *server);
/* Ends all connections and threads. Accepts NULL. */
void server_stop(struct server *server);
static inline void server_cleanup(struct server **server)
{
	server_stop(*server);
}

#endif
