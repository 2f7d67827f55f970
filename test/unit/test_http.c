/* Exchanges with a real TLS server that behaves as told, mostly badly. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "net/http.h"
#include "edge/json.h"
#include "net/proxy.h"
#include "../support/tls_server.h"

#define BODY_MAX 65536

static struct tls_server server; /* the well certified one */

struct call {
	const char *path;
	const char *ca_file;
	const char *content_type;
	unsigned int port;
	uint32_t timeout_ms, idle_timeout_ms;
	const struct proxy *proxy;
	const char *extra_ca_file;
};

static int exchange_with(
	struct http *http, const struct call *call, struct http_answer *ret, struct err *err)
{
	char url[128];
	struct http_request request = {
		.url = url,
		.content_type = call->content_type,
		.body = TEXT("hello"),
		.trust.ca_file = call->ca_file ? call->ca_file : server.ca_file,
		.connect_timeout_ms = 1000,
		.total_timeout_ms = call->timeout_ms ? call->timeout_ms : 10000,
		.idle_timeout_ms = call->idle_timeout_ms,
		.proxy = call->proxy,
		.trust.extra_ca_file = call->extra_ca_file,
	};

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u%s",
		call->port ? call->port : server.port, call->path);
	ret->body.max = BODY_MAX;
	return http_exchange(http, &request, ret, err);
}

static int exchange(const struct call *call, struct http_answer *ret, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;

	check_ok(http_open(&http, err), err);
	return exchange_with(http, call, ret, err);
}

static void a_post_arrives_and_its_answer_comes_back(void **state)
{
	struct call call = {.path = "/mode/echo", .content_type = "application/json"};
	auto_cleanup(json) json *told = NULL;
	struct http_answer answer = {0};
	const char *text;
	int64_t length;
	struct err err;

	(void)state;
	check_ok(exchange(&call, &answer, &err), &err);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.content_type, "application/json");
	assert_string_equal(answer.peer, "127.0.0.1");
	check_ok(json_parse(buf_bytes(&answer.body), &told, &err), &err);
	check_ok(json_get_text(told, "method", &text, &err), &err);
	assert_string_equal(text, "POST");
	check_ok(json_get_int(told, "length", &length, &err), &err);
	assert_int_equal(length, 5);
	check_ok(json_get_text(json_get(told, "headers"), "Content-Type", &text, &err), &err);
	assert_string_equal(text, "application/json");
	buf_done(&answer.body);
}

static int64_t peer_port(const struct http_answer *answer)
{
	auto_cleanup(json) json *told = NULL;
	int64_t port;
	struct err err;

	check_ok(json_parse(buf_bytes(&answer->body), &told, &err), &err);
	check_ok(json_get_int(told, "peer_port", &port, &err), &err);
	return port;
}

static void one_connection_serves_several_exchanges(void **state)
{
	struct call call = {.path = "/mode/echo"};
	auto_cleanup(http) struct http *http = NULL;
	struct http_answer first = {0}, second = {0};
	struct err err;

	(void)state;
	check_ok(http_open(&http, &err), &err);
	check_ok(exchange_with(http, &call, &first, &err), &err);
	check_ok(exchange_with(http, &call, &second, &err), &err);
	assert_int_equal(peer_port(&first), peer_port(&second));
	buf_done(&first.body);
	buf_done(&second.body);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
	struct call call = {.path = "/mode/redirect"};
	struct http_answer answer = {0};
	struct err err;

	(void)state;
	check_ok(exchange(&call, &answer, &err), &err);
	assert_int_equal(answer.status, 302);
	assert_int_equal(answer.body.len, 0);
	buf_done(&answer.body);
}

static void the_time_to_wait_is_read_and_bounded(void **state)
{
	struct call call = {.path = "/mode/throttled"}, long_call = {.path = "/mode/throttled-long"};
	struct http_answer answer = {0};
	struct err err;

	(void)state;
	check_ok(exchange(&call, &answer, &err), &err);
	assert_int_equal(answer.status, 429);
	assert_int_equal(answer.retry_after_s, 7);
	check_ok(exchange(&long_call, &answer, &err), &err);
	assert_in_range(answer.retry_after_s, 3600, 86400);
	buf_done(&answer.body);
}

/* Each bad answer ends soon, with its own code and a message that says where and what. */
static void bad_answers_have_their_codes(void **state)
{
	static const struct {
		struct call call;
		enum err_code code;
		const char *words;
	} rows[] = {
		{{.path = "/mode/big"}, ERR_ANSWER_TOO_LARGE, "more than 65536 bytes"},
		{{.path = "/mode/endless"}, ERR_ANSWER_TOO_LARGE, "more than 65536 bytes"},
		{{.path = "/mode/headers"}, ERR_ANSWER_TOO_LARGE, "headers"},
		{{.path = "/mode/header-line"}, ERR_ANSWER_TOO_LARGE, "the answer is too large"},
		{{.path = "/mode/drip", .timeout_ms = 700}, ERR_ANSWER_SLOW,
			"the answer began and was not complete after 0."},
		{{.path = "/mode/never", .timeout_ms = 700}, ERR_HTTP_TIMEOUT, "no answer after 0."},
		/* drips faster than that: it is no idle one */
		{{.path = "/mode/drip", .timeout_ms = 3000, .idle_timeout_ms = 1000},
			ERR_ANSWER_SLOW, "after 3."},
		{{.path = "/mode/never", .idle_timeout_ms = 1000}, ERR_HTTP_TIMEOUT,
			"no answer after "},
		{{.path = "/mode/half"}, ERR_ANSWER_CUT, "cut off"},
		{{.path = "/mode/close"}, ERR_CONNECTION_LOST, "ended without an answer"},
		{{.path = "/mode/reset"}, ERR_CONNECTION_LOST, "ended without an answer"},
		{{.path = "/mode/garbage"}, ERR_ANSWER_NOT_TOKEN, "speaks no HTTP/1"},
		{{.path = "/mode/two-lengths"}, ERR_HTTP_FAILED, "the exchange failed"},
		{{.path = "/mode/echo", .ca_file = "/nonexistent"}, ERR_CA_FILE, "/nonexistent"},
		{{.path = "/mode/echo", .ca_file = "Makefile"}, ERR_CA_FILE, "Makefile"},
	};
	char where[64];

	(void)state;
	(void)snprintf(where, sizeof(where), "127.0.0.1:%u (127.0.0.1, private)", server.port);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t start_ms = clock_monotonic_ms();
		struct http_answer answer = {0};
		struct err err;

		check_err(exchange(&rows[i].call, &answer, &err), &err, rows[i].code);
		print_message("%s\n", err.msg);
		assert_non_null(strstr(err.msg, rows[i].words));
		if (err.code != ERR_CA_FILE)
			assert_non_null(strstr(err.msg, where));
		assert_null(answer.body.data);
		assert_true(clock_monotonic_ms() - start_ms < 5000);
	}
}

static void bad_certificates_and_transports_have_their_codes(void **state)
{
	static const struct {
		const char *certificate, *transport;
		enum err_code code;
	} rows[] = {
		{"expired", "tls", ERR_CERT_EXPIRED},
		{"future", "tls", ERR_CERT_NOT_YET},
		{"other-name", "tls", ERR_CERT_NAME},
		{"unknown-ca", "tls", ERR_TLS_UNTRUSTED},
		{"good", "tls1.1", ERR_TLS_FAILED},
		{"good", "plain", ERR_TLS_FAILED},
		{"good", "mute", ERR_TLS_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct call call = {.path = "/mode/echo", .timeout_ms = 1500};
		struct http_answer answer = {0};
		struct tls_server bad = {0};
		struct err err;

		tls_server_start(&bad, rows[i].certificate, rows[i].transport);
		call.port = bad.port;
		call.ca_file = bad.ca_file;
		check_err(exchange(&call, &answer, &err), &err, rows[i].code);
		print_message("%s\n", err.msg);
		tls_server_stop(&bad);
	}
}

static void without_a_file_the_systems_authorities_count(void **state)
{
	auto_cleanup(http) struct http *http = NULL;
	char url[64];
	struct http_request request = {
		.url = url, .connect_timeout_ms = 1000, .total_timeout_ms = 5000};
	struct http_answer answer = {.body.max = BODY_MAX};
	struct err err;

	(void)state;
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/mode/echo", server.port);
	check_ok(http_open(&http, &err), &err);
	if (http_exchange(http, &request, &answer, &err) == 0)
		fail_msg("a throwaway CA is trusted by the system");
	assert_true(err.code == ERR_TLS_UNTRUSTED || err.code == ERR_CA_FILE);
}

/* A socket bound to a port of 127.0.0.1, listening or not. */
static int bound_socket(bool is_listening, unsigned int *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

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
	struct call call = {.path = "/"};
	struct http_answer answer = {0};
	auto_cleanup(fd) int fd = bound_socket(false, &call.port);
	struct err err;

	(void)state;
	check_err(exchange(&call, &answer, &err), &err, ERR_CONNECT_REFUSED);
	print_message("%s\n", err.msg);
	assert_non_null(strstr(err.msg, "(127.0.0.1, private): the connection was refused"));
}

/* A listener whose queue is full drops the handshakes of others, like a firewall. */
static void dropped_handshakes_are_a_connection_timeout(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct call call = {.path = "/"};
	struct http_answer answer = {0};
	auto_cleanup(fd) int fd = bound_socket(true, &call.port);
	int fillers[3];
	struct err err;

	(void)state;
	address.sin_port = htons((uint16_t)call.port);
	for (size_t i = 0; i < COUNT(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fillers[i], (struct sockaddr *)&address, sizeof(address));
	}
	check_err(exchange(&call, &answer, &err), &err, ERR_CONNECT_TIMEOUT);
	print_message("%s\n", err.msg);
	assert_non_null(strstr(err.msg, "(127.0.0.1, private): no connection after 1."));
	for (size_t i = 0; i < COUNT(fillers); i++)
		(void)close(fillers[i]);
}

static void a_name_that_does_not_exist_is_a_dns_error(void **state)
{
	auto_cleanup(http) struct http *http = NULL;
	struct http_request request = {.url = "https://nowhere.invalid/",
		.trust.ca_file = server.ca_file,
		.connect_timeout_ms = 3000,
		.total_timeout_ms = 3000};
	struct http_answer answer = {.body.max = BODY_MAX};
	struct err err;

	(void)state;
	check_ok(http_open(&http, &err), &err);
	assert_int_not_equal(http_exchange(http, &request, &answer, &err), 0);
	assert_true(err.code >= ERR_DNS_NO_NAME && err.code <= ERR_DNS_SILENT); /* whatever this
										   machine's
										   resolver is */
	assert_non_null(strstr(err.msg, "nowhere.invalid:443: the name "));
}

/* A refusal, a silent one and one that is not there are told from the endpoint's; the environment's
 * proxy is not asked. */
static void a_proxy_in_the_way_is_named(void **state)
{
	struct tls_server server_of_proxy = {0};
	unsigned int closed_port;
	auto_cleanup(fd) int fd = bound_socket(false, &closed_port);
	struct {
		const char *host;
		unsigned int port;
		enum err_code code;
		const char *words;
	} rows[] = {
		{"127.0.0.1", 0, ERR_PROXY_DENIED,
			" (settings): the proxy refused CONNECT: 403 after"},
		{"127.0.0.1", closed_port, ERR_PROXY_UNREACHABLE,
			" (settings): no connection to the proxy after"},
		{"nowhere.invalid", closed_port, ERR_PROXY_NAME, " (settings): the proxy's name "},
	};

	(void)state;
	tls_server_start(&server_of_proxy, "good", "plain");
	assert_int_equal(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
	rows[0].port = server_of_proxy.port;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proxy proxy = {.address.port = (uint16_t)rows[i].port, .source = "settings"};
		struct call call = {.path = "/mode/echo", .proxy = &proxy};
		struct http_answer answer = {0};
		char where[128];
		struct err err;

		(void)snprintf(proxy.address.host, sizeof(proxy.address.host), "%s", rows[i].host);
		check_err(exchange(&call, &answer, &err), &err, rows[i].code);
		print_message("%s\n", err.msg);
		(void)snprintf(where, sizeof(where), " by proxy %s:%u", rows[i].host, rows[i].port);
		assert_true(strstr(err.msg, where) && strstr(err.msg, rows[i].words));
	}
	tls_server_stop(&server_of_proxy);
}

static void a_proxy_passes_on_what_it_cannot_read(void **state)
{
	struct tls_server server_of_proxy = {0};
	struct proxy proxy = {.address.host = "127.0.0.1", .source = "settings"};
	struct call call = {.path = "/mode/echo", .proxy = &proxy};
	struct http_answer answer = {0};
	struct err err;

	(void)state;
	tls_server_start(&server_of_proxy, "good", "plain");
	folder_write(server_of_proxy.folder, "proxy", "me:hu:sh", 8);
	proxy.address.port = (uint16_t)server_of_proxy.port;
	check_err(exchange(&call, &answer, &err), &err, ERR_PROXY_AUTH);
	assert_non_null(strstr(err.msg, "asks for a user and password"));
	(void)snprintf(proxy.user, sizeof(proxy.user), "me");
	(void)snprintf(proxy.password, sizeof(proxy.password), "wrong");
	check_err(exchange(&call, &answer, &err), &err, ERR_PROXY_AUTH);
	assert_non_null(strstr(err.msg, "refuses the user or password"));
	assert_null(strstr(err.msg, "wrong"));
	(void)snprintf(proxy.password, sizeof(proxy.password), "hu:sh");
	check_ok(exchange(&call, &answer, &err), &err);
	assert_int_equal(answer.status, 200);
	assert_null(strstr((const char *)answer.body.data, "Proxy-"));
	buf_done(&answer.body);
	tls_server_stop(&server_of_proxy);
}

static void each_method_of_a_proxy_is_tried_or_named(void **state)
{
	static const struct {
		const char *offers, *user, *password;
		enum err_code code;
		const char *words; /* of the message */
		const char *shown; /* the last header Proxy-Authorization; NULL: it must be none */
	} rows[] = {
		{"MD5\n", "me", "hu:sh", ERR_OK, "", "Digest username=\"me\", realm=\"corp"},
		{"SHA-256\n", "me", "hu:sh", ERR_OK, "", "Digest "},
		{"Basic realm=\"x\"\nMD5\n", "me", "hu:sh", ERR_OK, "", "Digest "},
		{"NTLM\nBasic realm=\"x\"\n", "me", "hu:sh", ERR_OK, "", "Basic "},
		{"MD5\n", "me", "wrong", ERR_PROXY_AUTH,
			"the proxy refuses the user or password given to it (407 Digest)", "Digest "},
		{"MD5\n", "", "", ERR_PROXY_AUTH,
			"the proxy asks for a user and password (407 Digest)", NULL},
		{"Negotiate\nNTLM\n", "me", "hu:sh", ERR_PROXY_AUTH,
			"the proxy takes only Negotiate, NTLM, and nothing but Basic and Digest is possible here (407)",
			NULL},
		{"Negotiate, NTLM\n", "", "", ERR_PROXY_AUTH,
			"the proxy takes only Negotiate, NTLM,", NULL},
	};
	struct tls_server server_of_proxy = {0};

	(void)state;
	tls_server_start(&server_of_proxy, "good", "plain");
	folder_write(server_of_proxy.folder, "proxy", "me:hu:sh", 8);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proxy proxy = {.address = {"127.0.0.1", (uint16_t)server_of_proxy.port},
			.source = "settings"};
		struct call call = {.path = "/mode/echo", .proxy = &proxy};
		struct http_answer answer = {0};
		char shown[1024] = "";
		struct err err = {0};

		(void)snprintf(proxy.user, sizeof(proxy.user), "%s", rows[i].user);
		(void)snprintf(proxy.password, sizeof(proxy.password), "%s", rows[i].password);
		folder_write(
			server_of_proxy.folder, "offers", rows[i].offers, strlen(rows[i].offers));
		folder_write(server_of_proxy.folder, "shown", "", 0);
		(void)!exchange(&call, &answer, &err);
		(void)folder_read(
			server_of_proxy.folder, "shown", (uint8_t *)shown, sizeof(shown) - 1);
		if (err.code != rows[i].code || (err.code && !strstr(err.msg, rows[i].words)) ||
			(rows[i].shown ? !strstr(shown, rows[i].shown) : shown[strspn(shown, "\n")]))
			fail_msg("row %zu: %s: %s; shown: %s", i, err_info(err.code)->name, err.msg,
				shown);
		/* the password itself goes over the wire by Basic alone */
		assert_true(!rows[i].shown || strncmp(rows[i].shown, "Basic", 5) == 0 ||
			    !strstr(shown, "Basic"));
		buf_done(&answer.body);
	}
	tls_server_stop(&server_of_proxy);
}

/* The server's authority is in the second file; the first one alone would not do. */
static void authorities_of_a_second_file_count_too(void **state)
{
	struct tls_server other = {0};
	struct call call = {.path = "/mode/echo"};
	struct http_answer answer = {0};
	struct err err;

	(void)state;
	tls_server_start(&other, "good", "tls");
	call.ca_file = other.ca_file;
	check_err(exchange(&call, &answer, &err), &err, ERR_TLS_UNTRUSTED);
	call.extra_ca_file = server.ca_file;
	check_ok(exchange(&call, &answer, &err), &err);
	buf_done(&answer.body);
	call.extra_ca_file = "/nonexistent";
	check_err(exchange(&call, &answer, &err), &err, ERR_CA_FILE);
	call.extra_ca_file = "Makefile";
	check_err(exchange(&call, &answer, &err), &err, ERR_CA_FILE);
	assert_non_null(strstr(err.msg, "'Makefile' holds no certificates"));
	tls_server_stop(&other);
}

/* Where a FIFO stands in its place, opening it the usual way waits for a writer, without any
 * deadline. */
static void a_ca_file_that_is_no_file_is_refused_at_once(void **state)
{
	char fifo[FOLDER_SIZE + 8];
	const char *places[] = {fifo, "/dev/zero", "/tmp"};

	(void)state;
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", server.folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	(void)alarm(20);
	for (size_t i = 0; i < COUNT(places); i++) {
		struct call call = {.path = "/mode/echo", .ca_file = places[i]};
		struct http_answer answer = {0};
		struct err err;

		check_err(exchange(&call, &answer, &err), &err, ERR_CA_FILE);
		assert_non_null(strstr(err.msg, places[i]));
		assert_non_null(strstr(err.msg, "is not a regular file"));
	}
	(void)alarm(0);
	assert_int_equal(unlink(fifo), 0);
}

static void the_environment_is_not_asked_for_a_proxy(void **state)
{
	unsigned int closed_port;
	auto_cleanup(fd) int fd = bound_socket(false, &closed_port);
	struct proxy proxy = {.address = {"127.0.0.1", (uint16_t)closed_port}, .source = "settings"};
	struct call call = {.path = "/mode/echo"};
	struct http_answer answer = {0};
	struct err err;

	(void)state;
	assert_int_equal(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("no_proxy", "*", 1), 0); /* nor who goes without one */
	call.proxy = &proxy;
	check_err(exchange(&call, &answer, &err), &err, ERR_PROXY_UNREACHABLE);
	assert_int_equal(unsetenv("no_proxy"), 0);
	call.proxy = NULL;
	check_ok(exchange(&call, &answer, &err), &err);
	assert_int_equal(unsetenv("https_proxy"), 0);
	buf_done(&answer.body);
}

static void only_https_addresses_are_understood(void **state)
{
	static const struct {
		const char *url, *host; /* host NULL: refused */
		unsigned int port;
		const char *path;
	} rows[] = {
		{"https://sharedeus.eus.attest.azure.net", "sharedeus.eus.attest.azure.net", 443, ""},
		{"HTTPS://Shared.EXAMPLE:8443/attest?x=1", "shared.example", 8443, "/attest?x=1"},
		{"https://[0:0::1]:1/", "[::1]", 1, "/"},
		{"https://host?q", "host", 443, "?q"},
		{"https://10.0.0.4/", "10.0.0.4", 443, "/"},
		{"https://1.example-0x1f/", "1.example-0x1f", 443, "/"},
		{"https://10.0.4/", NULL, 0, NULL}, /* curl takes it for 10.0.0.4 */
		{"https://0x7F.1/", NULL, 0, NULL},
		{"https://127.0.0.0x1/", NULL, 0, NULL},
		{"https://2130706433/", NULL, 0, NULL},
		{"https://010.0.0.4/", NULL, 0, NULL},
		{"https://a123456789012345678901234567890123456789012345678901234567890123.example/",
			NULL, 0, NULL},
		{"http://host/", NULL, 0, NULL},
		{"ftp://host/", NULL, 0, NULL},
		{"https:/host/", NULL, 0, NULL},
		{"https://", NULL, 0, NULL},
		{"https:///path", NULL, 0, NULL},
		{"https://user@host/", NULL, 0, NULL},
		{"https://user:word@host/", NULL, 0, NULL},
		{"https://good.example@evil.example/", NULL, 0, NULL},
		{"https://good.example\\@evil.example/", NULL, 0, NULL},
		{"https://good.example#@evil.example/", NULL, 0, NULL},
		{"https://host:0/", NULL, 0, NULL},
		{"https://host:65536/", NULL, 0, NULL},
		{"https://host:/", NULL, 0, NULL},
		{"https://host:44a/", NULL, 0, NULL},
		{"https://host:1:2/", NULL, 0, NULL},
		{"https://ho st/", NULL, 0, NULL},
		{"https://host\r\nX: y/", NULL, 0, NULL},
		{"https://h\xc3\xb6st/", NULL, 0, NULL},
		{"https://ho%73t/", NULL, 0, NULL},
		{"https://.host/", NULL, 0, NULL},
		{"https://host..example/", NULL, 0, NULL},
		{"https://[::1/", NULL, 0, NULL},
		{"https://::1/", NULL, 0, NULL},
		{"https://[fe80::1%25eth0]/", NULL, 0, NULL},
		{"https://[::1]x/", NULL, 0, NULL},
		{"https://a[::1]/", NULL, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_origin origin;
		char path[HTTP_URL_SIZE];
		struct err err;

		if (!rows[i].host) {
			check_err(http_parse_url(rows[i].url, &origin, path, &err), &err,
				ERR_ENDPOINT_INVALID);
			continue;
		}
		check_ok(http_parse_url(rows[i].url, &origin, path, &err), &err);
		assert_string_equal(origin.host, rows[i].host);
		assert_int_equal(origin.port, rows[i].port);
		assert_string_equal(path, rows[i].path);
	}
}

static char openssl_folder[FOLDER_SIZE];

/* A distribution's configuration may forbid old TLS by itself; here only the library under test
 * does. */
static void allow_old_tls(void)
{
	static const char configuration[] =
		"openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
		"[c]\nMinProtocol = TLSv1\nCipherString = DEFAULT:@SECLEVEL=0\n";
	char path[FOLDER_SIZE + 8];

	folder_make(openssl_folder);
	folder_write(openssl_folder, "conf", configuration, sizeof(configuration) - 1);
	(void)snprintf(path, sizeof(path), "%s/conf", openssl_folder);
	assert_int_equal(setenv("OPENSSL_CONF", path, 1), 0);
}

static int start(void **state)
{
	(void)state;
	allow_old_tls();
	tls_server_start(&server, "good", "tls");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tls_server_stop(&server);
	folder_remove(openssl_folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_addresses_are_understood),
		cmocka_unit_test(a_post_arrives_and_its_answer_comes_back),
		cmocka_unit_test(one_connection_serves_several_exchanges),
		cmocka_unit_test(a_redirect_is_an_answer_and_not_followed),
		cmocka_unit_test(the_time_to_wait_is_read_and_bounded),
		cmocka_unit_test(bad_answers_have_their_codes),
		cmocka_unit_test(bad_certificates_and_transports_have_their_codes),
		cmocka_unit_test(without_a_file_the_systems_authorities_count),
		cmocka_unit_test(a_port_where_nobody_listens_refuses),
		cmocka_unit_test(dropped_handshakes_are_a_connection_timeout),
		cmocka_unit_test(a_proxy_in_the_way_is_named),
		cmocka_unit_test(a_proxy_passes_on_what_it_cannot_read),
		cmocka_unit_test(each_method_of_a_proxy_is_tried_or_named),
		cmocka_unit_test(authorities_of_a_second_file_count_too),
		cmocka_unit_test(a_ca_file_that_is_no_file_is_refused_at_once),
		cmocka_unit_test(the_environment_is_not_asked_for_a_proxy),
		cmocka_unit_test(a_name_that_does_not_exist_is_a_dns_error),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
