/* Names by real servers on 127.0.0.x. What a VM's network does to them:
 * flow/network_names_are_resolved. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "net/resolve.h"
#include "../support/folder.h"

#define SILENT      0xff
#define PACKET_SIZE 512
#define TYPE_A      1

/* Answers 127.0.0.9 and ::1 to questions for one name, NXDOMAIN to others. */
struct name_server {
	const char *address;
	uint8_t rcodes[DNS_FAMILIES]; /* or SILENT */
	const char *name; /* as in a packet; NULL: any */
	int fd;
	atomic_int asked;
	pthread_t thread;
};

static char folder[FOLDER_SIZE];
static uint16_t port;

static size_t append_record(uint8_t *packet, size_t len, bool is_a)
{
	static const uint8_t a[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 9};
	static const uint8_t aaaa[] = {0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

	memcpy(packet + len, is_a ? a : aaaa, is_a ? sizeof(a) : sizeof(aaaa));
	packet[7] = 1;
	return len + (is_a ? sizeof(a) : sizeof(aaaa));
}

static void answer(
	struct name_server *server, uint8_t *packet, size_t len, const struct sockaddr_in *to)
{
	const char *name = (const char *)packet + 12;
	bool is_a = packet[12 + strlen(name) + 2] == TYPE_A;
	uint8_t rcode = server->name && strcmp(name, server->name) != 0
				? 3
				: server->rcodes[is_a ? DNS_A : DNS_AAAA];

	server->asked++;
	if (rcode == SILENT)
		return;
	packet[2] |= 0x80;
	packet[3] = (uint8_t)(0x80 | rcode);
	if (rcode == 0)
		len = append_record(packet, len, is_a);
	(void)sendto(server->fd, packet, len, 0, (const struct sockaddr *)to, sizeof(*to));
}

static void *serve(void *context)
{
	struct name_server *server = context;

	for (;;) {
		uint8_t packet[PACKET_SIZE] = {0};
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(server->fd, packet, PACKET_SIZE / 2, 0,
			(struct sockaddr *)&from, &from_len);

		if (len <= 12) /* shut down */
			return NULL;
		answer(server, packet, (size_t)len, &from);
	}
}

static void start(struct name_server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t len = sizeof(address);

	assert_int_equal(inet_pton(AF_INET, server->address, &address.sin_addr), 1);
	server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
	port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct name_server *server)
{
	(void)shutdown(server->fd, SHUT_RDWR);
	(void)pthread_join(server->thread, NULL);
	(void)close(server->fd);
}

static void look_up(
	const char *host, const char *resolver_text, uint32_t within_ms, struct resolve *ret)
{
	char file[FOLDER_SIZE + 16];
	struct resolve_inputs inputs = {.host = host,
		.resolver_file = file,
		.port = port,
		.deadline_ms = clock_monotonic_ms() + within_ms};
	struct err err;

	folder_write(folder, "resolv.conf", resolver_text, strlen(resolver_text));
	(void)snprintf(file, sizeof(file), "%s/resolv.conf", folder);
	check_ok(resolve_run(&inputs, ret, &err), &err);
}

/* Code and the sentence's begin. */
static void check_cause(const struct resolve *lookup, enum err_code code, const char *msg)
{
	struct err err = {0};

	assert_int_equal(lookup->count, 0);
	assert_int_not_equal(resolve_explain(lookup, "the name", &err), 0);
	if (err.code != code || strncmp(err.msg, msg, strlen(msg)) != 0)
		fail_msg("%s: %s", err_info(err.code)->name, err.msg);
}

static void an_address_needs_no_resolver(void **state)
{
	static const struct {
		const char *host, *address;
	} rows[] = {{"10.0.0.4", "10.0.0.4"}, {"::1", "::1"}, {"[2001:db8::1]", "2001:db8::1"}};
	struct resolve found;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		look_up(rows[i].host, "nameserver 127.0.0.1\n", 0, &found);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.server_count, 0);
		assert_string_equal(found.addresses[0], rows[i].address);
	}
	look_up("localhost", "nameserver 127.0.0.1\n", 0, &found);
	assert_true(found.count > 0 && found.server_count == 0);
}

static void each_type_stands_for_itself(void **state)
{
	static const struct {
		uint8_t rcodes[DNS_FAMILIES];
		enum resolve_outcome outcome;
		size_t count; /* at most: once the one is there, the other is not waited for long */
		const char *said;
	} rows[] = {
		{{0, 0}, RESOLVE_FOUND, 2, NULL},
		{{0, 3}, RESOLVE_FOUND, 1, NULL},
		{{0, 5}, RESOLVE_FOUND, 1, NULL},
		{{3, 0}, RESOLVE_FOUND, 1, NULL},
		{{2, 0}, RESOLVE_FOUND, 1, NULL},
		{{3, 2}, RESOLVE_NO_NAME, 0, "answered NXDOMAIN (A), answered SERVFAIL (AAAA)"},
		{{2, 3}, RESOLVE_FAILED, 0, "answered SERVFAIL (A), answered NXDOMAIN (AAAA)"},
		{{9, 9}, RESOLVE_FAILED, 0, "answered code 9"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name_server server = {.address = "127.0.0.1"};
		struct resolve found;
		char said[128];

		memcpy(server.rcodes, rows[i].rcodes, sizeof(server.rcodes));
		start(&server);
		look_up("a.example", "nameserver 127.0.0.1\nsearch .\n", 20000, &found);
		resolve_server_text(&found.servers[0], said, sizeof(said));
		if (found.outcome != rows[i].outcome || found.count > rows[i].count ||
			(found.count == 0) != (rows[i].count == 0) ||
			(rows[i].said && strcmp(said, rows[i].said) != 0))
			fail_msg("row %zu: %d, %zu addresses, %s", i, found.outcome, found.count,
				said);
		stop(&server);
	}
}

static void servers_are_asked_in_their_order(void **state)
{
	static const struct {
		uint8_t first, second;
		enum resolve_outcome outcome;
		bool is_second_asked;
	} rows[] = {
		{0, 3, RESOLVE_FOUND, false},
		{3, 0, RESOLVE_NO_NAME, false},
		{2, 0, RESOLVE_FOUND, true},
		{4, 3, RESOLVE_NO_NAME, true},
		{5, 2, RESOLVE_FAILED, true},
		{SILENT, 0, RESOLVE_FOUND, true},
		{SILENT, 3, RESOLVE_NO_NAME, true},
		{SILENT, 2, RESOLVE_FAILED, true},
		{SILENT, SILENT, RESOLVE_SILENT, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name_server first = {
			.address = "127.0.0.1", .rcodes = {rows[i].first, rows[i].first}};
		struct name_server second = {
			.address = "127.0.0.2", .rcodes = {rows[i].second, rows[i].second}};
		struct resolve found;

		start(&first);
		start(&second);
		look_up("a.example",
			"nameserver 127.0.0.1\nnameserver 127.0.0.2\nsearch .\noptions timeout:1 attempts:2\n",
			20000, &found);
		if (found.outcome != rows[i].outcome ||
			(second.asked != 0) != rows[i].is_second_asked || first.asked == 0)
			fail_msg("row %zu: %d, asked %d and %d", i, found.outcome, first.asked,
				second.asked);
		stop(&first);
		stop(&second);
	}
}

static void a_search_list_makes_names(void **state)
{
	static const struct {
		const char *host, *options;
		const char *name; /* that the server knows */
		bool is_found;
		/* or one less: of the name that is found, the second type may come late */
		int asked;
	} rows[] = {
		{"a", "search b.example c.example\n", "\1a\1c\7example", true, 4},
		{"a", "search b.example c.example\n", "\1a", true, 6}, /* as it is, at last */
		{"a.b", "search c.example\n", "\1a\1b", true, 2}, /* as it is, at first */
		{"a.b", "search c.example\n", "\1a\1b\1c\7example", true, 4},
		{"a.b", "search c.example\noptions ndots:2\n", "\1a\1b\1c\7example", true, 2},
		{"a.b.", "search c.example\n", "\1a\1b", true, 2},
		{"a.b.", "search c.example\n", "\1a\1b\1c\7example", false, 2}, /* absolute */
		{"a.", "search c.example\n", "\1a", true, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name_server server = {.address = "127.0.0.1", .name = rows[i].name};
		struct resolve found;
		char text[128];

		(void)snprintf(text, sizeof(text), "nameserver 127.0.0.1\n%s", rows[i].options);
		start(&server);
		look_up(rows[i].host, text, 20000, &found);
		if ((found.count != 0) != rows[i].is_found || server.asked > rows[i].asked ||
			server.asked < rows[i].asked - rows[i].is_found)
			fail_msg("row %zu: %zu addresses after %d questions", i, found.count,
				server.asked);
		stop(&server);
	}
}

static void what_failed_is_told(void **state)
{
	struct name_server server = {.address = "127.0.0.1", .rcodes = {2, 2}};
	struct resolve_inputs inputs = {
		.host = "a.example", .resolver_file = "/nonexistent/resolv.conf"};
	struct resolve found;
	struct err err;

	(void)state;
	start(&server);
	look_up("a.example", "nameserver 127.0.0.1\nsearch .\n", 20000, &found);
	check_cause(&found, ERR_DNS_FAILED,
		"the name was not resolved (DNS server 127.0.0.1: answered SERVFAIL)");
	look_up("a.example", "search .\n", 20000, &found);
	check_cause(&found, ERR_DNS_FAILED,
		"the name was not resolved: /etc/resolv.conf names no DNS server (DNS server 127.0.0.1: answered SERVFAIL)");
	inputs.port = port;
	inputs.deadline_ms = clock_monotonic_ms() + 20000;
	check_ok(resolve_run(&inputs, &found, &err), &err);
	check_cause(&found, ERR_DNS_FAILED,
		"the name was not resolved: /etc/resolv.conf cannot be read: No such file or directory (DNS server 127.0.0.1: answered SERVFAIL)");
	stop(&server); /* nobody listens there any more */
	look_up("a.example", "nameserver 127.0.0.1\nsearch .\n", 20000, &found);
	check_cause(&found, ERR_DNS_SILENT,
		"the name was not resolved (DNS server 127.0.0.1: nobody answers there)");
}

static void the_deadline_is_kept(void **state)
{
	struct name_server server = {.address = "127.0.0.1", .rcodes = {SILENT, SILENT}};
	int64_t started_ms = clock_monotonic_ms();
	struct resolve found;

	(void)state;
	start(&server);
	look_up("a.example", "nameserver 127.0.0.1\n", 300, &found);
	assert_in_range(clock_monotonic_ms() - started_ms, 300, 4000); /* less than one timeout */
	check_cause(&found, ERR_DNS_SILENT,
		"the name was not resolved (DNS server 127.0.0.1: no answer in ");
	stop(&server);
}

static int make(void **state)
{
	(void)state;
	folder_make(folder);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_needs_no_resolver),
		cmocka_unit_test(each_type_stands_for_itself),
		cmocka_unit_test(servers_are_asked_in_their_order),
		cmocka_unit_test(a_search_list_makes_names),
		cmocka_unit_test(what_failed_is_told),
		cmocka_unit_test(the_deadline_is_kept),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
