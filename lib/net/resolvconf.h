/* resolvconf.h - /etc/resolv.conf as the C library reads it (resolv.conf(5)).
 *
 * c-ares reads it too, but not what matters here: it does not tell what the file says from its own
 * defaults, which differ from version to version, nor a file without name servers from one that
 * cannot be read. So this is the only reader, and c-ares is told what to do. */
#ifndef NET_RESOLVCONF_H
#define NET_RESOLVCONF_H

#include "base/buf.h"

#define RESOLVCONF_SERVERS_MAX  3 /* as many as the C library uses */
#define RESOLVCONF_SERVER_SIZE  64
#define RESOLVCONF_DOMAINS_MAX  16
#define RESOLVCONF_DOMAIN_SIZE  254
#define RESOLVCONF_ATTEMPTS_MAX 5

struct resolvconf {
	size_t server_count;
	char servers[RESOLVCONF_SERVERS_MAX][RESOLVCONF_SERVER_SIZE]; /* addresses, perhaps with a
									 zone: "fe80::1%eth0" */
	bool has_domains; /* a line "domain" or "search" was there */
	size_t domain_count;
	char domains[RESOLVCONF_DOMAINS_MAX][RESOLVCONF_DOMAIN_SIZE]; /* without the last dot */
	unsigned int ndots; /* 0 to 15, else 1 */
	unsigned int timeout_s; /* 1 to 30, else 5 */
	unsigned int attempts; /* 1 to RESOLVCONF_ATTEMPTS_MAX, else 2 */
	bool is_rotated; /* the load is spread over the servers */
	bool is_tcp; /* always by TCP ("use-vc") */
};

/* What is not understood is passed over, as the C library does. */
void resolvconf_parse(struct bytes text, struct resolvconf *ret);

#endif
