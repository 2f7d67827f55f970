/* dns.h - one question to one DNS server (RFC 1035), and to the file of hosts, by way of c-ares,
 * which only dns.c includes.
 *
 * Which servers are asked, in which order and for how long, is resolve.h's affair. c-ares does the
 * packets: their making and parsing, the match of answer and question, and TCP where an answer is
 * truncated.
 */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "base/buf.h"

#define DNS_ADDRESSES_MAX 8 /* of one answer, more are left out */
#define DNS_ADDRESS_SIZE  46
#define DNS_QUESTIONS_MAX 32 /* that dns_wait takes */

enum dns_outcome {
	DNS_SILENT, /* no answer so far                                   */
	DNS_FOUND, /* addresses                                          */
	DNS_NO_NAME, /* NXDOMAIN: the name does not exist                  */
	DNS_NO_DATA, /* it exists, and has no address of the family        */
	DNS_FAILED, /* SERVFAIL, REFUSED or another code of failure       */
	DNS_UNREACHED, /* nobody listens there, or there is no way           */
	DNS_GARBLED, /* an answer that is none by the rules                */
	DNS_NO_MEMORY, /* this program's, not the server's                   */
};

struct dns_answer {
	enum dns_outcome outcome;
	unsigned int rcode; /* of an answer: RFC 1035 section 4.1.1 */
	size_t count;
	char addresses[DNS_ADDRESSES_MAX][DNS_ADDRESS_SIZE]; /* in the server's order */
};

struct dns_server {
	const char *address; /* IPv4 or IPv6, perhaps with a zone */
	uint16_t port;
	bool is_tcp;
	int64_t deadline_ms; /* base/clock.h, monotonic: then nothing more is to be expected */
};

enum dns_family {
	DNS_A,
	DNS_AAAA,
	DNS_FAMILIES,
};

struct dns_question; /* under way, or answered */

/* Sends it. ERR_NO_MEMORY, ERR_INTERNAL; a server that cannot be reached is an answer. */
int dns_ask(const struct dns_server *server, const char *name, enum dns_family family,
	struct dns_question **ret, struct err *err) err_check;
/* Lives as long as the question. */
const struct dns_answer *dns_answer_of(const struct dns_question *question);
void dns_forget(struct dns_question *question);
/* Until something came for one of the questions, or until_ms. They are not NULL. ERR_INTERNAL. */
int dns_wait(struct dns_question *const *questions, size_t count, int64_t until_ms,
	struct err *err) err_check;

/* What a packet says, which is taken for the answer to a question of this family: pure, any
 * bytes. */
void dns_read_answer(struct bytes packet, enum dns_family family, struct dns_answer *ret);

/* What the file says of a name, addresses of both families in its order; "localhost" is known
 * without (RFC 6761 section 6.3). file NULL: /etc/hosts; another one needs c-ares 1.19. Never
 * DNS_FAILED: a file that cannot be read says nothing, as to the C library. */
int dns_ask_hosts(
	const char *file, const char *name, struct dns_answer *ret, struct err *err) err_check;

/* "answered SERVFAIL", "nobody answers there", ... */
void dns_answer_text(const struct dns_answer *answer, char *ret, size_t size);

#endif
