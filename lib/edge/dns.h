/* dns.h - what a DNS server says to one question, for telling why a name was not resolved (RFC 1035). Names are resolved by the system;
 * this explains only. */
#ifndef EDGE_DNS_H
#define EDGE_DNS_H

#include "base/buf.h"

#define DNS_RESOLVER_FILE "/etc/resolv.conf" /* the one that the C library reads */
#define DNS_SERVERS_MAX   3                  /* as many as the C library uses (resolv.conf(5)) */
#define DNS_PACKET_MAX    512

enum dns_outcome {
	DNS_SILENT,    /* no answer in time                             */
	DNS_UNREACHED, /* nobody listens there, or there is no way      */
	DNS_FOUND,     /* the name exists                               */
	DNS_NO_NAME,   /* NXDOMAIN: it does not                         */
	DNS_FAILED,    /* SERVFAIL, REFUSED or another code of failure  */
};

struct dns_server {
	char address[46];
	enum dns_outcome outcome;
	unsigned int rcode; /* of an answer: RFC 1035 section 4.1.1 */
	uint32_t took_ms;
};

/* The "nameserver" lines of a resolver file, in order; the count. */
size_t dns_parse_servers(struct bytes text, struct dns_server ret[DNS_SERVERS_MAX]);

/* A question for the IPv4 addresses of `name`, recursion desired. ERR_FORMAT if that is no name. */
int dns_build_question(const char *name, uint16_t id, struct buf *ret, struct err *err) err_check;
/* True if `answer` is one to the question; *ret_rcode: its code. */
bool dns_parse_answer(struct bytes answer, struct bytes question, unsigned int *ret_rcode);

/* Asks all servers at once, by UDP, and waits until all have answered or deadline_ms (base/clock.h, monotonic). */
int dns_ask(const char *name, uint16_t port, struct dns_server *servers, size_t count, int64_t deadline_ms,
	struct err *err) err_check;

/* "NXDOMAIN", "SERVFAIL", "no answer in 2.0 s", ... */
void dns_outcome_text(const struct dns_server *server, char *ret, size_t size);

#endif
