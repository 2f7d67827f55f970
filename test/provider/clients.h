/* clients.h - who is connected, until when, and what each address may hold, so that no client,
 * however greedy or slow, keeps the others out. An address is an IPv4 address or an IPv6 network of
 * 64 bits, which is one customer's (RFC 6177). Threads share it. */
#ifndef PROVIDER_CLIENTS_H
#define PROVIDER_CLIENTS_H

#include <sys/socket.h>
#include "base/buf.h"

#define CLIENTS_MAX         768 /* connections */
#define CLIENTS_PER_ADDRESS 96
#define CLIENTS_MAX_BODIES  (96u << 20) /* bytes of all bodies that are being received */
/* Two of the largest; a VM's usual evidence is a hundredth of that. */
#define CLIENTS_BODIES_PER_ADDRESS (16u << 20)
/* From its connection or the request before to the end of its answer. */
#define CLIENTS_REQUEST_LIMIT_MS 20000

struct clients; /* all of them */
struct client; /* a connection */

struct clients *clients_new(void); /* NULL without memory */
void clients_free(struct clients *clients);

/* May one more connection come from this address? */
bool clients_may_connect(struct clients *clients, const struct sockaddr *address);
/* The connection is open, until client_close(). NULL without memory: then it is shut down. */
struct client *client_open(struct clients *clients, int fd, const struct sockaddr *address);
/* Before its socket is closed: another connection may get its number. */
void client_close(struct clients *clients, struct client *client);

/* A request is over: the next one has its own time. */
void client_renew(struct clients *clients, struct client *client);
/* Ends connections whose request takes too long. */
void clients_reap(struct clients *clients);

/* Its body grows by so many bytes; false, and nothing is taken, if that is more than its address or
 * all may hold. */
bool client_take(struct clients *clients, struct client *client, size_t bytes);
void client_give_back(struct clients *clients, struct client *client, size_t bytes);

#endif
