/* dns.h - one query to one DNS server (RFC 1035), and a look-up in the file of hosts, through
 * c-ares, which only dns.c includes.
 *
 * resolve.h decides which servers are queried, in which order and for how long. c-ares makes and
 * parses the packets, matches answers to queries, and repeats a truncated one by TCP. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "base/buf.h"

#define DNS_ADDRESSES_MAX 8 /* of one answer; more are left out */
#define DNS_ADDRESS_SIZE  46
#define DNS_NAME_SIZE     256
#define DNS_QUESTIONS_MAX 32 /* in one call of dns_wait */

enum dns_outcome {
	DNS_SILENT, /* no answer so far */
	DNS_FOUND, /* addresses */
	DNS_NO_NAME, /* NXDOMAIN: the name does not exist */
	DNS_NO_DATA, /* the name exists, without an address of the family */
	DNS_FAILED, /* SERVFAIL, REFUSED or another code of failure */
	DNS_NOT_RECURSING, /* no failure and no address: the server refers to others */
	DNS_UNREACHED, /* nothing listens at the address, or there is no route to it */
	DNS_GARBLED, /* the answer is not valid DNS */
	DNS_NO_MEMORY, /* this program ran out of memory */
};

struct dns_answer {
	enum dns_outcome outcome;
	unsigned int rcode; /* RFC 1035 section 4.1.1; 0 without an answer */
	size_t count;
	char addresses[DNS_ADDRESSES_MAX][DNS_ADDRESS_SIZE]; /* in the server's order */
};

struct dns_server {
	const char *address; /* IPv4 or IPv6, perhaps with a zone */
	uint16_t port;
	bool is_tcp;
	int64_t deadline_ms; /* end of waiting for an answer (base/clock.h, monotonic) */
};

enum dns_family {
	DNS_A,
	DNS_AAAA,
	DNS_FAMILIES,
};

struct dns_question; /* a query, pending or answered; freed by dns_forget */

/* Sends a query. ERR_NO_MEMORY, ERR_INTERNAL; an unreachable server is an answer, DNS_UNREACHED. */
int dns_ask(const struct dns_server *server, const char *name, enum dns_family family,
	struct dns_question **ret, struct err *err) err_check;
/* The answer is valid as long as the question. */
const struct dns_answer *dns_answer_of(const struct dns_question *question);
/* The name that a denied one is an alias of (CNAME), likewise; "" if it is none. */
const char *dns_alias_of(const struct dns_question *question);
void dns_forget(struct dns_question *question);
/* Returns when data arrived for one of the questions, or at until_ms (monotonic). No question may
 * be NULL. ERR_INTERNAL: also for more than DNS_QUESTIONS_MAX questions. */
int dns_wait(struct dns_question *const *questions, size_t count, int64_t until_ms,
	struct err *err) err_check;

/* Parses a packet as the answer to a query of this family. Accepts any bytes. */
void dns_read_answer(struct bytes packet, enum dns_family family, struct dns_answer *ret);

/* The first alias in a packet, cleaned; "" if there is none. Accepts any bytes. */
void dns_read_alias(struct bytes packet, char ret[DNS_NAME_SIZE]);

/* A name's addresses of both families in the order of the file; "localhost" is known without the
 * file (RFC 6761 section 6.3). file NULL: /etc/hosts; another one needs c-ares 1.19. An unreadable
 * file counts as an empty one, as for the C library, so the outcome is never DNS_FAILED.
 * ERR_NO_MEMORY, ERR_INTERNAL. */
int dns_ask_hosts(
	const char *file, const char *name, struct dns_answer *ret, struct err *err) err_check;

/* The answer in words: "answered SERVFAIL", "nobody answers there", ... */
void dns_answer_text(const struct dns_answer *answer, char *ret, size_t size);

#endif
