/* resolvconf.h - parses /etc/resolv.conf as the C library does (resolv.conf(5)).
 *
 * c-ares can read the file too, but its result does not distinguish values of the file from its own
 * defaults, which differ between versions, nor a file without name servers from an unreadable one.
 * So only this module reads the file, and c-ares gets explicit options. */
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
	/* addresses, with a zone if it was given: "fe80::1%eth0" */
	char servers[RESOLVCONF_SERVERS_MAX][RESOLVCONF_SERVER_SIZE];
	bool has_domains; /* the file has a line "domain" or "search" */
	size_t domain_count;
	char domains[RESOLVCONF_DOMAINS_MAX][RESOLVCONF_DOMAIN_SIZE]; /* without the last dot */
	unsigned int ndots; /* 0 to 15; default 1 */
	unsigned int timeout_s; /* 1 to 30; default 5 */
	unsigned int attempts; /* 1 to RESOLVCONF_ATTEMPTS_MAX; default 2 */
	bool is_rotated; /* option "rotate": the load is spread over the servers */
	bool is_tcp; /* option "use-vc": always by TCP */
};

/* Unknown words are skipped and numbers out of range are clamped, as in the C library. */
void resolvconf_parse(struct bytes text, struct resolvconf *ret);

#endif
