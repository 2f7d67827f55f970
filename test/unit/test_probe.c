/* Walks to real servers, and to places where none is. */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "net/sockets.h"
#include "net/probe.h"
#include "../support/tls_server.h"

#define TIMEOUT_MS 3000

static struct probe_inputs inputs_of(const char *host, unsigned int port, const char *ca_file)
{
	static struct way way;
	struct probe_inputs inputs = {.way = &way,
		.now_s = clock_now_s(),
		.name_timeout_ms = TIMEOUT_MS,
		.timeout_ms = TIMEOUT_MS};

	way = (struct way){.origin.port = (uint16_t)port, .trust.ca_file = ca_file};
	(void)snprintf(way.origin.host, sizeof(way.origin.host), "%s", host);
	return inputs;
}

static void every_errno_has_one_meaning(void **state)
{
	(void)state;
	for (int error = 0; error < 200; error++) {
		enum err_code expected = error == ETIMEDOUT ? ERR_CONNECT_TIMEOUT
					 : error == ECONNREFUSED || error == ECONNRESET
						 ? ERR_CONNECT_REFUSED
					 : error == EPERM || error == EACCES ? ERR_CONNECT_FORBIDDEN
									     : ERR_UNREACHABLE;
		struct sockets_cause cause = sockets_cause_of(error, false);

		if (cause.code != expected)
			fail_msg("errno %d: %s", error, err_info(cause.code)->name);
		/* ICMPv6's "administratively prohibited" */
		assert_int_equal(sockets_cause_of(error, true).code,
			error == EACCES ? ERR_UNREACHABLE : expected);
		assert_int_equal(err_info(cause.code)->place, ERR_PLACE_WAY);
		assert_true(cause.text[0] != '\0');
	}
}

static void walk(const struct probe_inputs *inputs, struct probe *ret)
{
	int64_t started_ms = clock_monotonic_ms();

	probe_run(inputs, ret);
	assert_true(clock_monotonic_ms() - started_ms < TIMEOUT_MS + 500);
}

/* The failure's code and the whole sentence. */
static void check_cause(
	const struct probe *probe, enum probe_step step, enum err_code code, const char *words)
{
	struct err err = {0};

	if (probe_explain(probe, 0, &err) == 0)
		fail_msg("nothing failed, but %s was expected", err_info(code)->name);
	print_message("%s: %s\n", err_info(err.code)->name, err.msg);
	if (err.code != code || !strstr(err.msg, words) || probe_failed_step(probe) != step)
		fail_msg("step %s, expected %s, %s, '%s'", probe_step_name(probe_failed_step(probe)),
			probe_step_name(step), err_info(code)->name, words);
}

static void a_good_server_passes_every_step(void **state)
{
	static const char *const words[PROBE_STEPS] = {
		"127.0.0.1 (private)", "127.0.0.1, ", "not tried", "throwaway server"};
	struct tls_server server;
	struct probe_inputs inputs;
	struct probe probe;
	struct err err = {0};

	(void)state;
	tls_server_start(&server, "good", "tls");
	inputs = inputs_of("localhost", server.port, server.ca_file);
	walk(&inputs, &probe);
	check_ok(probe_explain(&probe, 0, &err), &err);
	assert_int_equal(probe_failed_step(&probe), PROBE_STEPS);
	assert_int_equal(probe.peer.fault.code, ERR_OK);
	assert_string_equal(probe.peer.names, "127.0.0.1, localhost");
	for (enum probe_step step = PROBE_RESOLVE; step < PROBE_STEPS; step++) {
		char text[256];

		probe_step_text(&probe, step, text, sizeof(text));
		print_message("%s: %s\n", probe_step_name(step), text);
		assert_non_null(strstr(text, words[step]));
	}
	tls_server_stop(&server);
}

/* The proxy passes on to the same server's port, where TLS is. */
static void a_proxy_is_passed_by_each_method(void **state)
{
	static const struct {
		const char *offers, *user, *password;
		enum err_code code;
		const char *words;
	} rows[] = {
		{"", "", "", ERR_OK, ""},
		{"MD5\n", "me", "hush", ERR_OK, ""},
		{"SHA-256\n", "me", "hush", ERR_OK, ""},
		{"Basic realm=\"x\"\n", "me", "hush", ERR_OK, ""},
		{"MD5\n", "me", "wrong", ERR_PROXY_AUTH,
			"refuses the user or password given to it (407 Digest)"},
		{"NTLM\n", "me", "hush", ERR_PROXY_AUTH, "takes only NTLM"},
		{"NTLM\n", "", "", ERR_PROXY_AUTH, "takes only NTLM"},
	};
	struct tls_server server, proxy;

	(void)state;
	tls_server_start(&server, "good", "tls");
	tls_server_start(&proxy, "good", "plain");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct probe_inputs inputs = inputs_of("127.0.0.1", server.port, server.ca_file);
		struct way way = *inputs.way;
		struct probe probe;

		way.proxy = (struct proxy){
			.address = {"localhost", (uint16_t)proxy.port}, .source = "settings"};
		(void)snprintf(way.proxy.user, sizeof(way.proxy.user), "%s", rows[i].user);
		(void)snprintf(
			way.proxy.password, sizeof(way.proxy.password), "%s", rows[i].password);
		inputs.way = &way;
		folder_write(proxy.folder, "proxy", "me:hush", rows[i].offers[0] ? 7 : 0);
		folder_write(proxy.folder, "offers", rows[i].offers, strlen(rows[i].offers));
		walk(&inputs, &probe);
		if (rows[i].code)
			check_cause(&probe, PROBE_TUNNEL, rows[i].code, rows[i].words);
		else if (probe_failed_step(&probe) != PROBE_STEPS)
			fail_msg("row %zu: %s", i, probe.parts[probe_failed_step(&probe)].err.msg);
	}
	tls_server_stop(&proxy);
	tls_server_stop(&server);
}

static void what_is_wrong_with_tls_is_named(void **state)
{
	static const struct {
		const char *certificate, *transport;
		enum err_code code;
		const char *words;
	} rows[] = {
		{"expired", "tls", ERR_CERT_EXPIRED,
			"its certificate expired at 2021-01-01T00:00:00Z; this VM's clock says 20"},
		{"future", "tls", ERR_CERT_NOT_YET,
			"(CN=throwaway server), and the server's, which is unproven, 20"},
		{"other-name", "tls", ERR_CERT_NAME,
			"its certificate is for other.example, by 'CN=Throwaway CA ca'"},
		{"unknown-ca", "tls", ERR_TLS_UNTRUSTED, "issued by 'CN=Throwaway CA unknown'"},
		{"good", "plain", ERR_TLS_FAILED, "speaks no TLS"},
		{"good", "mute", ERR_TLS_FAILED, "no answer to the TLS ClientHello"},
		{"good", "cut", ERR_TLS_CUT, "closed right after the TLS ClientHello"},
		{"good", "reset", ERR_TLS_CUT, "reset right after the TLS ClientHello"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tls_server server;
		struct probe_inputs inputs;
		struct probe probe;

		tls_server_start(&server, rows[i].certificate, rows[i].transport);
		inputs = inputs_of("127.0.0.1", server.port, server.ca_file);
		walk(&inputs, &probe);
		check_cause(&probe, PROBE_TLS, rows[i].code, rows[i].words);
		assert_false(probe.is_name_filtered);
		tls_server_stop(&server);
	}
}

static void a_filter_by_name_is_told_from_a_dead_server(void **state)
{
	struct tls_server server;
	struct probe_inputs inputs;
	struct probe probe;

	(void)state;
	tls_server_start(&server, "good", "sni-filter");
	inputs = inputs_of("localhost", server.port, server.ca_file);
	walk(&inputs, &probe);
	check_cause(&probe, PROBE_TLS, ERR_TLS_CUT, "something on the way filters by name");
	assert_true(probe.is_name_filtered);
	tls_server_stop(&server);
}

/* A socket bound to a port of 127.0.0.1, listening or not. */
static int bound_socket(int kind, bool is_listening, unsigned int *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	if (is_listening)
		assert_int_equal(listen(fd, 0), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void a_port_where_nobody_listens_refuses(void **state)
{
	unsigned int port;
	auto_cleanup(fd) int fd = bound_socket(SOCK_STREAM, false, &port);
	struct probe_inputs inputs = inputs_of("127.0.0.1", port, NULL);
	struct probe probe;

	(void)state;
	walk(&inputs, &probe);
	check_cause(&probe, PROBE_CONNECT, ERR_CONNECT_REFUSED,
		" (127.0.0.1, private): the connection was refused");
}

/* A listener whose queue is full drops the handshakes of others, like a firewall. */
static void dropped_handshakes_time_out(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	unsigned int port;
	auto_cleanup(fd) int fd = bound_socket(SOCK_STREAM, true, &port);
	struct probe_inputs inputs = inputs_of("127.0.0.1", port, NULL);
	struct probe probe;
	int fillers[3];

	(void)state;
	address.sin_port = htons((uint16_t)port);
	for (size_t i = 0; i < COUNT(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fillers[i], (struct sockaddr *)&address, sizeof(address));
	}
	walk(&inputs, &probe);
	check_cause(&probe, PROBE_CONNECT, ERR_CONNECT_TIMEOUT,
		"no answer to TCP connection requests, after 1.5 s");
	for (size_t i = 0; i < COUNT(fillers); i++)
		(void)close(fillers[i]);
}

static void a_name_that_does_not_exist_is_told(void **state)
{
	struct probe_inputs inputs = inputs_of("nowhere.invalid", 443, NULL);
	struct probe probe;
	struct err err = {0};

	(void)state;
	walk(&inputs, &probe);
	assert_int_equal(probe_failed_step(&probe), PROBE_RESOLVE);
	assert_int_not_equal(probe_explain(&probe, 0, &err), 0);
	print_message("%s: %s\n", err_info(err.code)->name, err.msg);
	assert_true(err.code >= ERR_DNS_NO_NAME && err.code <= ERR_DNS_SILENT); /* whatever this
										   machine's
										   resolver is */
}

static void addresses_are_private_or_public(void **state)
{
	static const struct {
		const char *address;
		bool is_private;
	} rows[] = {
		{"10.1.2.3", true},
		{"172.16.0.1", true},
		{"172.31.255.255", true},
		{"172.32.0.1", false},
		{"192.168.1.1", true},
		{"192.169.1.1", false},
		{"127.0.0.1", true},
		{"169.254.169.254", true},
		{"100.64.0.1", true},
		{"100.128.0.1", false},
		{"20.42.1.2", false},
		{"168.63.129.16", false},
		{"::1", true},
		{"::2", false},
		{"::ffff:10.0.0.4", true},
		{"::ffff:20.42.1.2", false},
		{"fe80::1", true},
		{"fd00::1", true},
		{"2603:1030::1", false},
		{"no address", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (sockets_is_private(rows[i].address) != rows[i].is_private)
			fail_msg("%s", rows[i].address);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_errno_has_one_meaning),
		cmocka_unit_test(a_good_server_passes_every_step),
		cmocka_unit_test(a_proxy_is_passed_by_each_method),
		cmocka_unit_test(what_is_wrong_with_tls_is_named),
		cmocka_unit_test(a_filter_by_name_is_told_from_a_dead_server),
		cmocka_unit_test(a_port_where_nobody_listens_refuses),
		cmocka_unit_test(dropped_handshakes_time_out),
		cmocka_unit_test(a_name_that_does_not_exist_is_told),
		cmocka_unit_test(addresses_are_private_or_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
