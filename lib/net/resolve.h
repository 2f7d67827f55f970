/* resolve.h - a name's addresses, found as other programs of the machine find them: by /etc/hosts,
 * then by the servers of /etc/resolv.conf, in their order, with its search list, timeout, attempts
 * and options; without a server, by the one of this machine.
 *
 * One resolver for every build, whatever the C library, and for all who ask: exchanges (net/http.h)
 * and the doctor's walk (net/probe.h). nsswitch.conf is not read: names that only a module of the C
 * library knows (myhostname, mdns, libvirt) are not found; a resolver of this machine, such as
 * systemd-resolved, is one that resolv.conf names.
 *
 * A and AAAA are asked apart, and each stands for itself: whatever became of the one, the other's
 * addresses count. A server that fails is followed by the next; the first one's word counts, and a
 * later one's "no such name" only once those before it have said nothing in all their attempts. An
 * answer that comes late counts as long as anyone is waited for. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "net/dns.h"
#include "net/resolvconf.h"

#define RESOLVE_MAX           8
#define RESOLVE_NAME_SIZE     256
#define RESOLVE_RESOLVER_FILE "/etc/resolv.conf"

struct resolve_inputs {
	/* a name, with a dot at its end one that no search list applies to; or an address, IPv6 in
	 * brackets or not */
	const char *host;
	const char *resolver_file; /* NULL: RESOLVE_RESOLVER_FILE */
	const char *hosts_file; /* NULL: /etc/hosts (dns_ask_hosts) */
	uint16_t port; /* of DNS; 0: 53 */
	int64_t deadline_ms; /* base/clock.h, monotonic: then all ends */
};

struct resolve_server {
	char address[RESOLVCONF_SERVER_SIZE];
	bool is_asked;
	struct dns_answer said[DNS_FAMILIES];
	uint32_t took_ms[DNS_FAMILIES]; /* until it answered, or for how long it did not */
};

/* What failed, if no address was found. */
enum resolve_outcome {
	RESOLVE_FOUND,
	RESOLVE_NO_NAME, /* the name does not exist                           */
	RESOLVE_NO_DATA, /* it exists, and has no address                     */
	RESOLVE_FAILED, /* a server answered that it could not find out      */
	RESOLVE_SILENT, /* no server answered                                */
};

struct resolve {
	enum resolve_outcome outcome;
	size_t count;
	char addresses[RESOLVE_MAX]
		      /* in the order in which to try them: those first to which there is a way,
			 IPv6 before IPv4 */
		      [DNS_ADDRESS_SIZE];
	size_t server_count; /* 0 if none had to be asked */
	/* in the order in which they are asked */
	struct resolve_server servers[RESOLVCONF_SERVERS_MAX];
	int file_error; /* errno of a resolver file that cannot be read, else 0 */
	bool is_unconfigured; /* no server is named: the one is this machine's */
};

/* 0 whatever was found. ERR_NO_MEMORY, ERR_INTERNAL. */
int resolve_run(const struct resolve_inputs *inputs, struct resolve *ret, struct err *err) err_check;
/* An address needs no resolver. */
bool resolve_is_address(const char *host);

/* Why nothing was found, as a part of a sentence, with the servers and what they said. name: "the
 * name", "the proxy's name". ERR_DNS_NO_NAME, ERR_DNS_FAILED, ERR_DNS_SILENT. */
int resolve_explain(const struct resolve *lookup, const char *name, struct err *err) err_check;
/* What a server said: "answers", "answered SERVFAIL", "answers; AAAA: no answer in 5.0 s", ... */
void resolve_server_text(const struct resolve_server *server, char *ret, size_t size);

#endif
