#include "clients.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include "base/clock.h"

#define ADDRESS_SIZE sizeof(struct in6_addr)
#define NETWORK_SIZE 8 /* of an IPv6 address */

struct address {
	uint8_t bytes[ADDRESS_SIZE];
};

struct client {
	struct client *next, *previous;
	struct address address;
	int fd;
	int64_t deadline_ms;
	size_t bodies; /* bytes */
};

struct clients {
	pthread_mutex_t lock; /* of all that follows */
	struct client *first;
};

/* What an address holds, or all do. */
struct held {
	size_t connections, bodies;
};

struct clients *clients_new(void)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (clients)
		(void)pthread_mutex_init(&clients->lock, NULL);
	return clients;
}

void clients_free(struct clients *clients)
{
	if (!clients)
		return;
	(void)pthread_mutex_destroy(&clients->lock);
	free(clients);
}

/* IPv4 as an IPv4-mapped address (RFC 4291 section 2.5.5.2), which is what a socket for both
 * shows. */
static struct address address_of(const struct sockaddr *from)
{
	static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
	struct address ret = {{0}};

	if (from && from->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)from;
		bool is_mapped = memcmp(&v6->sin6_addr, mapped, sizeof(mapped)) == 0;

		memcpy(ret.bytes, &v6->sin6_addr, is_mapped ? ADDRESS_SIZE : NETWORK_SIZE);
	} else if (from && from->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)from;

		memcpy(ret.bytes, mapped, sizeof(mapped));
		memcpy(ret.bytes + sizeof(mapped), &v4->sin_addr, sizeof(v4->sin_addr));
	}
	return ret;
}

static struct held count(const struct clients *clients, const struct address *of, struct held *ret_all)
{
	struct held held = {0};

	memset(ret_all, 0, sizeof(*ret_all));
	for (const struct client *at = clients->first; at; at = at->next) {
		bool is_its = memcmp(&at->address, of, sizeof(*of)) == 0;

		held.connections += is_its;
		held.bodies += is_its ? at->bodies : 0;
		ret_all->connections++;
		ret_all->bodies += at->bodies;
	}
	return held;
}

bool clients_may_connect(struct clients *clients, const struct sockaddr *address)
{
	struct address from = address_of(address);
	struct held held, all;

	(void)pthread_mutex_lock(&clients->lock);
	held = count(clients, &from, &all);
	(void)pthread_mutex_unlock(&clients->lock);
	return held.connections < CLIENTS_PER_ADDRESS;
}

struct client *client_open(struct clients *clients, int fd, const struct sockaddr *address)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		(void)shutdown(fd, SHUT_RDWR); /* nobody would watch its time */
		return NULL;
	}
	client->fd = fd;
	client->address = address_of(address);
	client->deadline_ms = clock_monotonic_ms() + CLIENTS_REQUEST_LIMIT_MS;
	(void)pthread_mutex_lock(&clients->lock);
	client->next = clients->first;
	if (client->next)
		client->next->previous = client;
	clients->first = client;
	(void)pthread_mutex_unlock(&clients->lock);
	return client;
}

void client_close(struct clients *clients, struct client *client)
{
	if (!client)
		return;
	(void)pthread_mutex_lock(&clients->lock);
	if (client->next)
		client->next->previous = client->previous;
	if (client->previous)
		client->previous->next = client->next;
	else
		clients->first = client->next;
	(void)pthread_mutex_unlock(&clients->lock);
	free(client);
}

void client_renew(struct clients *clients, struct client *client)
{
	if (!client)
		return;
	(void)pthread_mutex_lock(&clients->lock);
	client->deadline_ms = clock_monotonic_ms() + CLIENTS_REQUEST_LIMIT_MS;
	(void)pthread_mutex_unlock(&clients->lock);
}

void clients_reap(struct clients *clients)
{
	int64_t now_ms = clock_monotonic_ms();

	(void)pthread_mutex_lock(&clients->lock);
	for (struct client *at = clients->first; at; at = at->next)
		if (now_ms > at->deadline_ms)
			(void)shutdown(at->fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&clients->lock);
}

bool client_take(struct clients *clients, struct client *client, size_t bytes)
{
	struct held held, all;
	bool may;

	if (!client)
		return false;
	(void)pthread_mutex_lock(&clients->lock);
	held = count(clients, &client->address, &all);
	may = bytes <= CLIENTS_BODIES_PER_ADDRESS &&
	      held.bodies <= CLIENTS_BODIES_PER_ADDRESS - bytes &&
	      all.bodies <= CLIENTS_MAX_BODIES - bytes;
	if (may)
		client->bodies += bytes;
	(void)pthread_mutex_unlock(&clients->lock);
	return may;
}

void client_give_back(struct clients *clients, struct client *client, size_t bytes)
{
	if (!client)
		return;
	(void)pthread_mutex_lock(&clients->lock);
	client->bodies -= bytes;
	(void)pthread_mutex_unlock(&clients->lock);
}
