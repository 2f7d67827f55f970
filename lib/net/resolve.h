/* resolve.h - resolves a name as other programs of the machine do: by /etc/hosts, then by the
 * servers of /etc/resolv.conf in their order, with its search list, timeout, attempts and options.
 * If the file names no server, the one on this machine is used.
 *
 * Exchanges (net/http.h) and probes (net/probe.h) share this resolver, in every build and with
 * every C library. nsswitch.conf is not read, so names that only a module of the C library knows
 * (myhostname, mdns, libvirt) are not found. A resolver on this machine, such as systemd-resolved,
 * is used if resolv.conf names it.
 *
 * A and AAAA are queried separately, and the addresses of one family count whatever the result of
 * the other. If a server fails, the next one is queried. The earliest server's answer counts: "no
 * such name" from a later server counts only when all servers before it stayed silent or failed in
 * all their attempts. A late answer counts as long as the search goes on. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "net/dns.h"
#include "net/resolvconf.h"

#define RESOLVE_MAX           8
#define RESOLVE_NAME_SIZE     256
#define RESOLVE_RESOLVER_FILE "/etc/resolv.conf"

struct resolve_inputs {
	/* an address, IPv6 with or without brackets; or a name, to which no search list applies if
	 * it ends with a dot */
	const char *host;
	const char *resolver_file; /* NULL: RESOLVE_RESOLVER_FILE */
	const char *hosts_file; /* NULL: /etc/hosts (dns_ask_hosts) */
	uint16_t port; /* of the DNS servers; 0: 53 */
	int64_t deadline_ms; /* end of the search (base/clock.h, monotonic) */
};

struct resolve_server {
	char address[RESOLVCONF_SERVER_SIZE];
	bool is_asked;
	struct dns_answer answers[DNS_FAMILIES];
	uint32_t took_ms[DNS_FAMILIES]; /* until the answer, or the time without one */
};

/* Whether an address was found, or why not. */
enum resolve_outcome {
	RESOLVE_FOUND,
	RESOLVE_NO_NAME, /* the name does not exist */
	RESOLVE_NO_DATA, /* the name exists and has no address */
	RESOLVE_FAILED, /* a server answered with a failure */
	RESOLVE_SILENT, /* no server answered */
	RESOLVE_NOWHERE, /* 0.0.0.0 or ::, by which filters block a name */
};

struct resolve {
	enum resolve_outcome outcome;
	size_t count;
	/* in the order in which to try them: those with a route first, IPv6 before IPv4 */
	char addresses[RESOLVE_MAX][DNS_ADDRESS_SIZE];
	size_t server_count; /* 0 if no query was necessary */
	/* in the order of the queries */
	struct resolve_server servers[RESOLVCONF_SERVERS_MAX];
	char alias[DNS_NAME_SIZE]; /* of which a denied name is an alias, or "" */
	int file_error; /* errno of a resolver file that cannot be read, else 0 */
	bool is_unconfigured; /* the file names no server: servers[0] is the one on this machine */
};

/* 0 also if nothing was found, see ret->outcome. ERR_NO_MEMORY, ERR_INTERNAL. */
int resolve_run(const struct resolve_inputs *inputs, struct resolve *ret, struct err *err) err_check;
/* Is the host an address, which needs no resolving? */
bool resolve_is_address(const char *host);

/* -1 and why nothing was found, as a clause that lists the servers and their answers. name: "the
 * name", "the proxy's name". ERR_DNS: it leads nowhere; ERR_DNS_NO_NAME, ERR_DNS_FAILED,
 * ERR_DNS_SILENT. */
int resolve_explain(const struct resolve *lookup, const char *name, struct err *err) err_check;
/* A server's answers in words: "answers", "answers (A), no answer in 5.0 s (AAAA)", ... */
void resolve_server_text(const struct resolve_server *server, char *ret, size_t size);

#endif
