#include "edge/dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto.h"
#include "edge/address.h"

#define HEADER_SIZE     12
#define LABEL_MAX       63
#define NAME_MAX_BYTES  253
#define RCODE_NXDOMAIN  3
#define NO_ANSWER_RCODE 0xff

/* ---- resolv.conf(5) ---- */

static bool take_server(const char *word, struct dns_server *ret)
{
	uint8_t binary[16];

	if (inet_pton(AF_INET, word, binary) != 1 && inet_pton(AF_INET6, word, binary) != 1)
		return false; /* e.g. an address with a zone */
	*ret = (struct dns_server){.rcode = NO_ANSWER_RCODE};
	return text_format(ret->address, sizeof(ret->address), "%s", word);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The word after "nameserver" at the line's start; false if it is another line. */
static bool server_word(const char *line, size_t len, char ret[64])
{
	static const char keyword[] = "nameserver";
	size_t at = sizeof(keyword) - 1;
	size_t word_len = 0;

	if (len <= at || memcmp(line, keyword, at) != 0 || !is_blank(line[at]))
		return false;
	while (at < len && is_blank(line[at]))
		at++;
	while (at + word_len < len && !is_blank(line[at + word_len]))
		word_len++;
	if (word_len >= 64)
		return false;
	memcpy(ret, line + at, word_len);
	ret[word_len] = '\0';
	return true;
}

size_t dns_parse_servers(struct bytes text, struct dns_server ret[DNS_SERVERS_MAX])
{
	const char *at = (const char *)text.data;
	const char *end = at + text.len;
	size_t count = 0;

	while (at < end && count < DNS_SERVERS_MAX) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline ? newline : end;
		char word[64];

		if (server_word(at, (size_t)(line_end - at), word) && take_server(word, &ret[count]))
			count++;
		at = line_end + 1;
	}
	return count;
}

/* ---- packets (RFC 1035 section 4.1) ---- */

static int append_name(const char *name, struct buf *ret, struct err *err)
{
	if (!name[0] || strlen(name) > NAME_MAX_BYTES)
		return err_set(err, ERR_FORMAT, 0, "'%.64s' is no name for DNS.", name);
	while (*name) {
		size_t len = strcspn(name, ".");
		uint8_t size = (uint8_t)len;

		if (len == 0 || len > LABEL_MAX)
			return err_set(err, ERR_FORMAT, 0, "'%.64s' is no name for DNS.", name);
		if (buf_append(ret, &size, 1, err) < 0 || buf_append(ret, name, len, err) < 0)
			return -1;
		name += name[len] == '.' ? len + 1 : len;
	}
	return buf_append(ret, "", 1, err);
}

int dns_build_question(const char *name, uint16_t id, struct buf *ret, struct err *err)
{
	const uint8_t header[HEADER_SIZE] = {
		(uint8_t)(id >> 8), (uint8_t)id, 0x01 /* recursion desired */, 0, 0, 1};
	static const uint8_t type_a_class_in[] = {0, 1, 0, 1};

	if (buf_append(ret, header, sizeof(header), err) < 0 || append_name(name, ret, err) < 0)
		return -1;
	return buf_append(ret, type_a_class_in, sizeof(type_a_class_in), err);
}

bool dns_parse_answer(struct bytes answer, struct bytes question, unsigned int *ret_rcode)
{
	if (answer.len < HEADER_SIZE || question.len < HEADER_SIZE ||
		memcmp(answer.data, question.data, 2) != 0)
		return false;
	if (!(answer.data[2] & 0x80)) /* a question itself */
		return false;
	*ret_rcode = answer.data[3] & 0x0f;
	return true;
}

/* ---- asking ---- */

static enum dns_outcome outcome_of(unsigned int rcode)
{
	return rcode == 0 ? DNS_FOUND : rcode == RCODE_NXDOMAIN ? DNS_NO_NAME : DNS_FAILED;
}

/* True once nothing more is to be expected from this server. */
static bool take_packet(int fd, struct bytes question, struct dns_server *server)
{
	uint8_t packet[DNS_PACKET_MAX];
	ssize_t len = recv(fd, packet, sizeof(packet), 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (len < 0) { /* e.g. an ICMP message: nobody listens */
		server->outcome = DNS_UNREACHED;
		return true;
	}
	if (!dns_parse_answer((struct bytes){packet, (size_t)len}, question, &server->rcode))
		return false;
	server->outcome = outcome_of(server->rcode);
	return true;
}

static int wait_for_all(struct pollfd *fds, struct bytes question, struct dns_server *servers, size_t count,
	int64_t deadline_ms)
{
	int64_t started_ms = clock_monotonic_ms();
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		open += fds[i].fd >= 0;
	while (open) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			break;
		if (poll(fds, count, (int)left_ms) < 0 && errno != EINTR)
			return -1;
		for (size_t i = 0; i < count; i++) {
			if (fds[i].fd < 0 || !fds[i].revents ||
				!take_packet(fds[i].fd, question, &servers[i]))
				continue;
			servers[i].took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
			(void)close(fds[i].fd);
			fds[i].fd = -1;
			open--;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (fds[i].fd >= 0)
			servers[i].took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
	return 0;
}

int dns_ask(const char *name, uint16_t port, struct dns_server *servers, size_t count, int64_t deadline_ms,
	struct err *err)
{
	auto_cleanup(buf) struct buf question = buf_with_max(DNS_PACKET_MAX);
	struct pollfd fds[DNS_SERVERS_MAX];
	uint8_t id[2];
	int status;

	if (count > DNS_SERVERS_MAX)
		count = DNS_SERVERS_MAX;
	if (crypto_random(id, sizeof(id), err) < 0 ||
		dns_build_question(name, (uint16_t)(id[0] << 8 | id[1]), &question, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		fds[i] = (struct pollfd){
			.fd = address_connect(servers[i].address, port, SOCK_DGRAM), .events = POLLIN};
		servers[i].outcome = fds[i].fd < 0 ? DNS_UNREACHED : DNS_SILENT;
		if (fds[i].fd >= 0)
			(void)!send(fds[i].fd, question.data, question.len, MSG_NOSIGNAL);
	}
	status = wait_for_all(fds, buf_bytes(&question), servers, count, deadline_ms);
	for (size_t i = 0; i < count; i++)
		fd_cleanup(&fds[i].fd);
	return status == 0 ? 0 : err_set(err, ERR_INTERNAL, (unsigned long)errno, "Waiting failed: %m.");
}

void dns_outcome_text(const struct dns_server *server, char *ret, size_t size)
{
	static const char *const rcodes[] = {"answers", "answered FORMERR", "answered SERVFAIL",
		"answered NXDOMAIN", "answered NOTIMP", "answered REFUSED"};

	if (server->outcome == DNS_SILENT)
		(void)text_format(ret, size, "no answer in %.1f s", server->took_ms / 1e3);
	else if (server->outcome == DNS_UNREACHED)
		(void)text_format(ret, size, "nobody answers there");
	else if (server->rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		(void)text_format(ret, size, "%s", rcodes[server->rcode]);
	else
		(void)text_format(ret, size, "answered code %u", server->rcode);
}
