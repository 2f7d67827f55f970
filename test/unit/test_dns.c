/* A name server's answer: packets by the book (RFC 1035), and real servers on 127.0.0.1. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "edge/dns.h"

static void servers_are_read_as_the_c_library_does(void **state)
{
	static const struct {
		const char *text, *servers; /* by blanks */
	} rows[] = {
		{"", ""},
		{"nameserver 168.63.129.16\n", "168.63.129.16 "},
		{"# nameserver 1.1.1.1\nsearch a.example\nnameserver\t10.0.0.4\nnameserver  fd00::53  # "
		 "ours\n",
			"10.0.0.4 fd00::53 "},
		{"nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\n",
			"1.1.1.1 2.2.2.2 3.3.3.3 "},
		{"nameserver 1.1.1.1", "1.1.1.1 "},
		{"nameserver localhost\nnameserver fe80::1%eth0\nnameserver\nnameservers 1.1.1.1\n "
		 "nameserver 1.1.1.1\n",
			""},
		{"nameserver 1.1.1.1\r\n", "1.1.1.1 "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dns_server servers[DNS_SERVERS_MAX];
		size_t count = dns_parse_servers(TEXT(rows[i].text), servers);
		auto_cleanup(buf) struct buf text = buf_with_max(256);
		struct err err;

		check_ok(buf_append_text(&text, "", &err), &err);
		for (size_t k = 0; k < count; k++) {
			check_ok(buf_append_text(&text, servers[k].address, &err), &err);
			check_ok(buf_append_text(&text, " ", &err), &err);
		}
		if (!bytes_equal(buf_bytes(&text), TEXT(rows[i].servers)))
			fail_msg("row %zu: '%s'", i, (const char *)text.data);
	}
}

static void a_question_is_one_of_the_book(void **state)
{
	static const uint8_t expected[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 7, 'e', 'x', 'a',
		'm', 'p', 'l', 'e', 0, 0, 1, 0, 1};
	static const char *const bad[] = {"", ".", "a..example", ".a", "a b\n.example.",
		"0123456789012345678901234567890123456789012345678901234567890123.example"};
	auto_cleanup(buf) struct buf question = buf_with_max(DNS_PACKET_MAX);
	struct err err;

	(void)state;
	check_ok(dns_build_question("a.example", 0x1234, &question, &err), &err);
	assert_int_equal(question.len, sizeof(expected));
	assert_memory_equal(question.data, expected, sizeof(expected));
	for (size_t i = 0; i < COUNT(bad); i++) {
		auto_cleanup(buf) struct buf other = buf_with_max(DNS_PACKET_MAX);

		if (i != 4) /* any bytes may be in a label */
			check_err(dns_build_question(bad[i], 1, &other, &err), &err, ERR_FORMAT);
	}
}

static void only_an_answer_to_the_question_is_one(void **state)
{
	static const uint8_t question[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	static const struct {
		uint8_t answer[12];
		size_t len;
		int rcode; /* -1: none */
	} rows[] = {
		{{0x12, 0x34, 0x81, 0x80}, 12, 0},
		{{0x12, 0x34, 0x81, 0x83}, 12, 3},
		{{0x12, 0x34, 0x81, 0x82}, 12, 2},
		{{0x12, 0x35, 0x81, 0x80}, 12, -1},
		{{0x12, 0x34, 0x01, 0x80}, 12, -1},
		{{0x12, 0x34, 0x81, 0x80}, 11, -1},
		{{0}, 0, -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned int rcode = 99;
		bool is_answer = dns_parse_answer((struct bytes){rows[i].answer, rows[i].len},
			(struct bytes){question, sizeof(question)}, &rcode);

		if (is_answer != (rows[i].rcode >= 0) || (is_answer && rcode != (unsigned int)rows[i].rcode))
			fail_msg("row %zu: %u", i, rcode);
	}
}

/* Answers each question with a code; none for a code of 0xff. */
struct name_server {
	int fd;
	uint8_t rcode;
	uint16_t port;
	pthread_t thread;
};

static void *serve(void *context)
{
	struct name_server *server = context;
	struct sockaddr_in from;
	uint8_t packet[DNS_PACKET_MAX];
	socklen_t len = sizeof(from);
	ssize_t got = recvfrom(server->fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &len);

	if (got > 12 && server->rcode != 0xff) {
		uint8_t wrong[12] = {(uint8_t)(packet[0] + 1), packet[1], 0x81, 0x80};

		/* another's answer first, as a forger would send it */
		(void)sendto(server->fd, wrong, sizeof(wrong), 0, (struct sockaddr *)&from, len);
		packet[2] |= 0x80;
		packet[3] = (uint8_t)(0x80 | server->rcode);
		(void)sendto(server->fd, packet, (size_t)got, 0, (struct sockaddr *)&from, len);
	}
	return NULL;
}

static void name_server_start(struct name_server *ret, uint8_t rcode)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	ret->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret->rcode = rcode;
	assert_int_equal(bind(ret->fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(ret->fd, (struct sockaddr *)&address, &len), 0);
	ret->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&ret->thread, NULL, serve, ret), 0);
}

static void name_server_stop(struct name_server *server)
{
	(void)shutdown(server->fd, SHUT_RDWR);
	(void)pthread_join(server->thread, NULL);
	(void)close(server->fd);
}

static void real_servers_answer_for_themselves(void **state)
{
	static const struct {
		uint8_t rcode;
		enum dns_outcome outcome;
		const char *text;
	} rows[] = {
		{0, DNS_FOUND, "answers"},
		{2, DNS_FAILED, "answered SERVFAIL"},
		{3, DNS_NO_NAME, "answered NXDOMAIN"},
		{5, DNS_FAILED, "answered REFUSED"},
		{9, DNS_FAILED, "answered code 9"},
		{0xff, DNS_SILENT, "no answer in 0.3 s"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dns_server servers[] = {{.address = "127.0.0.1"}};
		struct name_server server;
		char text[64];
		struct err err;

		name_server_start(&server, rows[i].rcode);
		check_ok(dns_ask("a.example", server.port, servers, 1, clock_monotonic_ms() + 300, &err),
			&err);
		dns_outcome_text(&servers[0], text, sizeof(text));
		if (servers[0].outcome != rows[i].outcome || strcmp(text, rows[i].text) != 0)
			fail_msg("row %zu: %s", i, text);
		name_server_stop(&server);
	}
}

static void nobody_there_is_no_silence(void **state)
{
	struct dns_server servers[] = {{.address = "127.0.0.1"}, {.address = "::1"}};
	struct name_server server;
	int64_t started_ms = clock_monotonic_ms();
	struct err err;

	(void)state;
	name_server_start(&server, 0);
	name_server_stop(&server);
	check_ok(dns_ask("a.example", server.port, servers, 2, started_ms + 2000, &err), &err);
	assert_int_equal(servers[0].outcome, DNS_UNREACHED);
	assert_int_equal(servers[1].outcome, DNS_UNREACHED);
	assert_true(clock_monotonic_ms() - started_ms < 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_read_as_the_c_library_does),
		cmocka_unit_test(a_question_is_one_of_the_book),
		cmocka_unit_test(only_an_answer_to_the_question_is_one),
		cmocka_unit_test(real_servers_answer_for_themselves),
		cmocka_unit_test(nobody_there_is_no_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
