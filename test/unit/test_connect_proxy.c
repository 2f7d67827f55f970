/* What proxies say to CONNECT, and a real exchange with one that does as told. */
#include "check.h"
#include "../support/kinds.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "net/connect_proxy.h"

static void answers_are_read(void **state)
{
	static const struct {
		const char *text;
		unsigned int status; /* 0: no answer */
		const char *reason, *said, *schemes;
	} rows[] = {
		{"HTTP/1.1 200 Connection established\r\n\r\n", 200, "Connection established", "", ""},
		{"HTTP/1.0 200\r\n\r\n\x16\x03\x03", 200, "", "", ""},
		{"HTTP/1.1 407 Proxy Authentication Required\r\nServer: x\r\nproxy-authenticate: Basic realm=\"corp\"\r\n\r\n",
			407, "Proxy Authentication Required", "", "Basic"},
		{"HTTP/1.1 407 No\r\nProxy-Authenticate: NEGOTIATE\r\nProxy-Authenticate: ntlm\r\n"
		 "Proxy-Authenticate: Negotiate x\r\nProxy-Authenticate: bWU6aHVzaA==\r\n"
		 "Proxy-Authenticate: Basically\r\nProxy-Authenticate:\r\n\r\n",
			407, "No", "", "Negotiate, NTLM"},
		{"HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate,NTLM, Basic realm=\"a, Bearer\", Digest nonce=\"x\"\r\n\r\n",
			407, "No", "", "Negotiate, NTLM, Basic, Digest"},
		{"HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n<html><HEAD><Title lang=x>\n  Access denied\r\n</TITLE>",
			403, "Forbidden", "Access denied", ""},
		{"HTTP/1.1 503 \r\n\r\n<title>unfinished", 503, "", "", ""},
		{"HTTP/1.1 403 For\x1b[31m\xff\r\n\r\n", 403, "For?[31m?", "", ""},
		{"HTTP/1.1 200 OK\r\n", 0, NULL, NULL, NULL},
		{"HTTP/1.1 2x0 OK\r\n\r\n", 0, NULL, NULL, NULL},
		{"HTTP/1.1 2000 OK\r\n\r\n", 0, NULL, NULL, NULL},
		{"HTTP/2.0 200 OK\r\n\r\n", 0, NULL, NULL, NULL},
		{"\r\n\r\n", 0, NULL, NULL, NULL},
		{"", 0, NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct connect_proxy_answer answer = {0};
		bool is_answer = connect_proxy_parse_answer(TEXT(rows[i].text), &answer);

		if (is_answer != (rows[i].status != 0))
			fail_msg("row %zu: %u", i, answer.status);
		if (is_answer && (answer.status != rows[i].status ||
					 strcmp(answer.reason, rows[i].reason) != 0 ||
					 strcmp(answer.title, rows[i].said) != 0 ||
					 strcmp(answer.schemes, rows[i].schemes) != 0))
			fail_msg("row %zu: %u '%s' '%s' '%s'", i, answer.status, answer.reason,
				answer.title, answer.schemes);
	}
}

/* The other end of a socket, which reads the request and says its piece. */
struct peer {
	int fd;
	const char *piece; /* NULL: nothing, and stays */
	bool stays;
	char request[1024];
	pthread_t thread;
};

static void *speak(void *context)
{
	struct peer *peer = context;
	size_t len = 0;

	while (len + 1 < sizeof(peer->request) && !strstr(peer->request, "\r\n\r\n")) {
		ssize_t got = recv(peer->fd, peer->request + len, sizeof(peer->request) - 1 - len, 0);

		if (got <= 0)
			break;
		len += (size_t)got;
		peer->request[len] = '\0';
	}
	if (peer->piece)
		(void)send(peer->fd, peer->piece, strlen(peer->piece), MSG_NOSIGNAL);
	if (!peer->stays)
		(void)shutdown(peer->fd, SHUT_RDWR);
	return NULL;
}

static int open_with(struct peer *peer, int *ret_fd, struct err *err)
{
	static const struct http_origin server = {"server.example", 443};
	struct connect_proxy_answer answer;
	int fds[2];
	int status;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	peer->fd = fds[1];
	assert_int_equal(pthread_create(&peer->thread, NULL, speak, peer), 0);
	status = connect_proxy_open(fds[0], &server, clock_monotonic_ms() + 400, &answer, err);
	(void)pthread_join(peer->thread, NULL);
	*ret_fd = fds[0];
	return status;
}

static void each_refusal_has_its_code(void **state)
{
	static const struct {
		const char *piece;
		bool stays;
		enum err_code code;
		const char *words;
	} rows[] = {
		{"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"corp\"\r\n\r\n", false,
			ERR_PROXY_AUTH, "asks for a user and password (407 Basic)"},
		{"HTTP/1.1 407 No\r\n\r\n", false, ERR_PROXY_AUTH,
			"asks for a user and password (407 No)"},
		{"HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n",
			false, ERR_PROXY_AUTH, "takes only Negotiate, NTLM, and nothing but Basic"},
		{"HTTP/1.1 403 Filtered\r\n\r\n<title>Blocked by policy</title>", true,
			ERR_PROXY_DENIED, "refused CONNECT: 403 Filtered (\"Blocked by policy\")"},
		{"HTTP/1.1 302 Found\r\nLocation: https://portal.example/?h\r\n\r\n<title>Sign in</title>",
			true, ERR_PROXY_DENIED,
			"refused CONNECT: 302 Found, and points to https://portal.example/?h"},
		{"HTTP/1.1 503 Unavailable\r\n\r\n", false, ERR_PROXY_NO_WAY,
			"found no way to the server: 503 Unavailable"},
		{"HTTP/1.1 501 Not Implemented\r\n\r\n", false, ERR_PROXY_DENIED,
			"refused CONNECT: 501 Not Implemented"},
		{"HTTP/1.1 100 Continue\r\n\r\n", false, ERR_PROXY, "refused CONNECT: 100 Continue"},
		{NULL, false, ERR_PROXY, "ended the connection without an answer"},
		{"220 mail.example ESMTP\r\n", false, ERR_PROXY, "speaks no HTTP"},
		{NULL, true, ERR_PROXY, "does not answer CONNECT"},
		{"HTTP/1.1 200 Con", true, ERR_PROXY, "answer to CONNECT was not complete"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct peer peer = {.piece = rows[i].piece, .stays = rows[i].stays};
		struct err err;
		int fd;

		check_err(open_with(&peer, &fd, &err), &err, rows[i].code);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("row %zu: %s", i, err.msg);
		(void)close(fd);
		(void)close(peer.fd);
	}
	judged_print(14, (struct judged){.attacks = COUNT(rows)});
}

/* With a user it depends on the schemes whether the proxy saw them. */
static void a_password_that_was_not_tried_is_not_blamed(void **state)
{
	static const struct {
		struct connect_proxy_answer answer;
		const char *words;
	} rows[] = {
		{{.status = 407}, "refuses the user or password given to it (407)"},
		{{.status = 401}, "refuses the user or password given to it (401)"},
		{{.status = 407, .schemes = "Digest, Negotiate"},
			"refuses the user or password given to it (407 Digest, Negotiate)"},
		{{.status = 407, .schemes = "NTLM"}, "takes only NTLM, and nothing but"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;

		check_err(connect_proxy_check(&rows[i].answer, true, &err), &err, ERR_PROXY_AUTH);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void an_open_way_leaves_the_rest_to_tls(void **state)
{
	struct peer peer = {.piece = "HTTP/1.1 200 OK\r\n\r\nREST", .stays = true};
	char rest[16] = "";
	struct err err;
	int fd;

	(void)state;
	check_ok(open_with(&peer, &fd, &err), &err);
	assert_string_equal(peer.request,
		"CONNECT server.example:443 HTTP/1.1\r\nHost: server.example:443\r\n\r\n");
	assert_int_equal(recv(fd, rest, sizeof(rest) - 1, 0), 4);
	assert_string_equal(rest, "REST");
	(void)close(fd);
	(void)close(peer.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(each_refusal_has_its_code),
		cmocka_unit_test(a_password_that_was_not_tried_is_not_blamed),
		cmocka_unit_test(an_open_way_leaves_the_rest_to_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
