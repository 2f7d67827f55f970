#define CARES_NO_DEPRECATED /* 1.18 lacks the replacements that newer versions recommend */
#include <ares.h>

#include "net/dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"

#define FDS_MAX        4 /* of one question: UDP, then TCP */
#define CLASS_IN       1
#define FLAGS_OFFSET   2
#define FLAG_AA        0x0400 /* RFC 1035 section 4.1.1 */
#define FLAG_RA        0x0080
#define RCODE_OFFSET   3
#define RCODE_NXDOMAIN 3
#define HEADER_SIZE    12
#define PACKET_MAX     65535 /* by TCP */
#define EMPTY_FILE     "/dev/null" /* in place of resolv.conf */

struct dns_question {
	ares_channel channel;
	enum dns_family family;
	bool is_over; /* c-ares calls back once more when the channel is closed */
	struct pollfd fds[FDS_MAX];
	size_t fd_count;
	struct dns_answer answer;
	char alias[DNS_NAME_SIZE];
};

/* ---- c-ares's callbacks ---- */

static void on_socket_state(void *context, ares_socket_t fd, int is_readable, int is_writable)
{
	struct dns_question *question = context;
	short events = (short)((is_readable ? POLLIN : 0) | (is_writable ? POLLOUT : 0));
	size_t at = 0;

	while (at < question->fd_count && question->fds[at].fd != fd)
		at++;
	if (!events && at < question->fd_count)
		question->fds[at] = question->fds[--question->fd_count];
	else if (events && at < FDS_MAX) {
		question->fds[at] = (struct pollfd){.fd = fd, .events = events};
		question->fd_count += at == question->fd_count;
	}
}

/* For the status of a query, or of parsing an answer's records. */
static enum dns_outcome outcome_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return DNS_FOUND;
	case ARES_ENODATA:
		return DNS_NO_DATA;
	case ARES_ETIMEOUT:
		return DNS_SILENT;
	case ARES_ECONNREFUSED:
		return DNS_UNREACHED;
	case ARES_EBADRESP:
		return DNS_GARBLED;
	case ARES_ENOMEM:
		return DNS_NO_MEMORY;
	default:
		return DNS_FAILED;
	}
}

static void add_address(int family, const void *binary, struct dns_answer *ret)
{
	if (ret->count < DNS_ADDRESSES_MAX &&
		inet_ntop(family, binary, ret->addresses[ret->count], DNS_ADDRESS_SIZE))
		ret->count++;
}

/* As glibc: a server that neither is the domain's nor asks others has not answered. */
static bool is_referral(struct bytes packet)
{
	unsigned flags = (unsigned)packet.data[FLAGS_OFFSET] << 8 | packet.data[FLAGS_OFFSET + 1];

	return !(flags & (FLAG_AA | FLAG_RA));
}

void dns_read_answer(struct bytes packet, enum dns_family family, struct dns_answer *ret)
{
	struct hostent *host = NULL;
	int status;

	*ret = (struct dns_answer){.outcome = DNS_GARBLED};
	if (packet.len < HEADER_SIZE || packet.len > PACKET_MAX)
		return;
	ret->rcode = packet.data[RCODE_OFFSET] & 0x0f;
	if (ret->rcode) {
		ret->outcome = ret->rcode == RCODE_NXDOMAIN ? DNS_NO_NAME : DNS_FAILED;
		return;
	}
	status = family == DNS_A
			 ? ares_parse_a_reply(packet.data, (int)packet.len, &host, NULL, NULL)
			 : ares_parse_aaaa_reply(packet.data, (int)packet.len, &host, NULL, NULL);
	for (char **at = status == ARES_SUCCESS && host ? host->h_addr_list : NULL; at && *at; at++)
		add_address(host->h_addrtype, *at, ret);
	if (host)
		ares_free_hostent(host);
	ret->outcome = status == ARES_SUCCESS && ret->count == 0 ? DNS_NO_DATA : outcome_of(status);
	if (ret->outcome == DNS_NO_DATA && is_referral(packet))
		ret->outcome = DNS_NOT_RECURSING;
}

void dns_read_alias(struct bytes packet, char ret[DNS_NAME_SIZE])
{
	struct hostent *host = NULL;

	ret[0] = '\0';
	if (packet.len < HEADER_SIZE || packet.len > PACKET_MAX)
		return;
	(void)ares_parse_a_reply(packet.data, (int)packet.len, &host, NULL, NULL);
	if (host && host->h_name && host->h_aliases && host->h_aliases[0])
		text_clean(ret, DNS_NAME_SIZE, bytes_of_text(host->h_name));
	if (host)
		ares_free_hostent(host);
}

/* c-ares reports success for a response code that it does not know, so the packet decides, not the
 * status. */
static void on_answer(void *context, int status, int timeouts, unsigned char *packet, int len)
{
	struct dns_question *question = context;

	(void)timeouts;
	if (question->is_over)
		return;
	question->is_over = true;
	if (!packet || len <= 0) {
		question->answer.outcome = outcome_of(status);
		return;
	}
	dns_read_answer((struct bytes){packet, (size_t)len}, question->family, &question->answer);
	if (question->answer.outcome == DNS_NO_NAME || question->answer.outcome == DNS_NO_DATA)
		dns_read_alias((struct bytes){packet, (size_t)len}, question->alias);
}

/* ---- a query ---- */

static int cannot_start(int status, struct err *err)
{
	return err_set(err, status == ARES_ENOMEM ? ERR_NO_MEMORY : ERR_INTERNAL,
		(unsigned long)status, "c-ares cannot start: %s.", ares_strerror(status));
}

/* Sets every option, so that no default of c-ares, no variable and no file takes effect: one
 * server, one try, every response code passed on, no search list. No EDNS, as in the C library:
 * some devices drop queries with it. */
static int open_channel(
	const struct dns_server *server, struct dns_question *question, struct err *err)
{
	int64_t left_ms = server->deadline_ms - clock_monotonic_ms();
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_UDP_PORT |
		   ARES_OPT_TCP_PORT | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
		   ARES_OPT_RESOLVCONF;
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
			 (server->is_tcp ? ARES_FLAG_USEVC : 0),
		.timeout = left_ms < 1           ? 1
			   : left_ms > INT32_MAX ? INT32_MAX
						 : (int)left_ms,
		.tries = 1,
		.udp_port = server->port,
		.tcp_port = server->port,
		.lookups = (char[]){"b"},
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = question,
		.resolvconf_path = (char[]){EMPTY_FILE},
	};
	int status;

#ifdef ARES_OPT_MAXTIMEOUTMS /* otherwise 5 s limit the timeout */
	options.maxtimeout = options.timeout;
	mask |= ARES_OPT_MAXTIMEOUTMS;
#endif
	status = ares_init_options(&question->channel, &options, mask);
	if (status == ARES_SUCCESS)
		status = ares_set_servers_csv(question->channel, server->address);
	return status == ARES_SUCCESS ? 0 : cannot_start(status, err);
}

static void question_cleanup(struct dns_question **question)
{
	dns_forget(*question);
}

int dns_ask(const struct dns_server *server, const char *name, enum dns_family family,
	struct dns_question **ret, struct err *err)
{
	auto_cleanup(question) struct dns_question *question = calloc(1, sizeof(*question));

	if (!question)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory to resolve a name.");
	question->family = family;
	if (open_channel(server, question, err) < 0)
		return -1;
	ares_query(question->channel, name, CLASS_IN, family == DNS_A ? 1 : 28, on_answer, question);
	*ret = steal_ptr(question);
	return 0;
}

const struct dns_answer *dns_answer_of(const struct dns_question *question)
{
	return &question->answer;
}

const char *dns_alias_of(const struct dns_question *question)
{
	return question->alias;
}

void dns_forget(struct dns_question *question)
{
	if (!question)
		return;
	question->is_over = true;
	if (question->channel)
		ares_destroy(question->channel);
	free(question);
}

/* ---- waiting ---- */

int dns_wait(struct dns_question *const *questions, size_t count, int64_t until_ms, struct err *err)
{
	struct pollfd fds[DNS_QUESTIONS_MAX * FDS_MAX];
	const struct pollfd *event = fds;
	int64_t left_ms = until_ms - clock_monotonic_ms();
	size_t fd_count = 0;

	if (count > DNS_QUESTIONS_MAX)
		return err_set(err, ERR_INTERNAL, 0, "%zu questions at once are too many.", count);
	for (size_t i = 0; i < count; i++) {
		memcpy(fds + fd_count, questions[i]->fds, questions[i]->fd_count * sizeof(*fds));
		fd_count += questions[i]->fd_count;
	}
	left_ms = left_ms < 0 ? 0 : left_ms > INT32_MAX ? INT32_MAX : left_ms;
	if (poll(fds, fd_count, (int)left_ms) < 0)
		return errno == EINTR ? 0
				      : err_set(err, ERR_INTERNAL, (unsigned long)errno,
						"Waiting failed: %m.");
	for (size_t i = 0; i < count; i++) /* handling one event may change its sockets */
		for (size_t of_it = questions[i]->fd_count; of_it; of_it--, event++)
			/* an error of the socket counts as readable: c-ares reads the error there
			 */
			if (event->revents)
				ares_process_fd(questions[i]->channel,
					event->revents & ~POLLOUT ? event->fd : ARES_SOCKET_BAD,
					event->revents & POLLOUT ? event->fd : ARES_SOCKET_BAD);
	return 0;
}

/* ---- the file of hosts ---- */

static void on_hosts(void *context, int status, int timeouts, struct ares_addrinfo *found)
{
	struct dns_answer *answer = context;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	(void)timeouts;
	for (const struct ares_addrinfo_node *at = found ? found->nodes : NULL; at; at = at->ai_next)
		if (at->ai_family == AF_INET) {
			memcpy(&in, at->ai_addr, sizeof(in));
			add_address(AF_INET, &in.sin_addr, answer);
		} else if (at->ai_family == AF_INET6) {
			memcpy(&in6, at->ai_addr, sizeof(in6));
			add_address(AF_INET6, &in6.sin6_addr, answer);
		}
	if (found)
		ares_freeaddrinfo(found);
	answer->outcome = answer->count           ? DNS_FOUND
			  : status == ARES_ENOMEM ? DNS_NO_MEMORY
						  : DNS_NO_NAME;
}

int dns_ask_hosts(const char *file, const char *name, struct dns_answer *ret, struct err *err)
{
	static const struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	int mask = ARES_OPT_FLAGS | ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF;
	struct ares_options options = {.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.lookups = (char[]){"f"},
		.resolvconf_path = (char[]){EMPTY_FILE}};
	struct dns_answer answer = {0};
	ares_channel channel;
	int status;

#ifdef ARES_OPT_HOSTS_FILE
	options.hosts_path = (char *)(uintptr_t)file;
	mask |= file ? ARES_OPT_HOSTS_FILE : 0;
#else
	(void)file;
#endif
	status = ares_init_options(&channel, &options, mask);
	if (status != ARES_SUCCESS)
		return cannot_start(status, err);
	/* calls back before it returns */
	ares_getaddrinfo(channel, name, NULL, &hints, on_hosts, &answer);
	ares_destroy(channel);
	if (answer.outcome == DNS_NO_MEMORY)
		return cannot_start(ARES_ENOMEM, err);
	*ret = answer;
	return 0;
}

/* ---- in words ---- */

void dns_answer_text(const struct dns_answer *answer, char *ret, size_t size)
{
	static const char *const rcodes[] = {
		"", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
	static const char *const texts[] = {[DNS_SILENT] = "no answer",
		[DNS_FOUND] = "answers",
		[DNS_NO_NAME] = "answered NXDOMAIN",
		[DNS_NO_DATA] = "knows no address",
		[DNS_FAILED] = "failed",
		[DNS_NOT_RECURSING] = "resolves no names for others",
		[DNS_UNREACHED] = "nobody answers there",
		[DNS_GARBLED] = "answered what is not DNS",
		[DNS_NO_MEMORY] = "memory ran out"};

	if (answer->outcome != DNS_FAILED || answer->rcode == 0)
		(void)text_format(ret, size, "%s", texts[answer->outcome]);
	else if (answer->rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		(void)text_format(ret, size, "answered %s", rcodes[answer->rcode]);
	else
		(void)text_format(ret, size, "answered code %u", answer->rcode);
}
