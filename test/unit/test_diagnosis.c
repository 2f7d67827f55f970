/* One reason out of a failed exchange and a look at the way; first from values, then with real
 * servers. */
#include "check.h"

#include "base/clock.h"
#include "maa/diagnosis.h"
#include "../support/tls_server.h"

static struct probe probe_that_ends(enum probe_step step, enum err_code code, const char *text)
{
	struct probe probe = {.server = {"server.example", 443}, .address_count = 1};

	(void)snprintf(probe.addresses[0].text, sizeof(probe.addresses[0].text), "20.1.2.3");
	for (enum probe_step i = PROBE_RESOLVE; i < PROBE_STEPS && i <= step; i++)
		probe.parts[i].is_tried = true;
	if (step < PROBE_STEPS) {
		probe.parts[step].err.code = code;
		(void)snprintf(probe.parts[step].err.msg, ERR_MSG_SIZE, "%s", text);
	}
	return probe;
}

static void the_walk_makes_the_reason_precise(void **state)
{
	static const struct {
		enum err_code failed;
		enum probe_step step;
		enum err_code found, code;
		const char *msg;
	} rows[] = {
		{ERR_TLS_FAILED, PROBE_TLS, ERR_TLS_CUT, ERR_TLS_CUT,
			"server.example:443 (20.1.2.3, public): it, after 8.0 s."},
		{ERR_TLS_UNTRUSTED, PROBE_TLS, ERR_CERT_EXPIRED, ERR_CERT_EXPIRED,
			"server.example:443 (20.1.2.3, public): it, after 8.0 s."},
		{ERR_CONNECT_TIMEOUT, PROBE_STEPS, ERR_OK, ERR_CONNECT_TIMEOUT,
			"Failed. Right after, the way was open up to TLS."},
		/* what became of the request, the walk cannot tell */
		{ERR_HTTP_TIMEOUT, PROBE_STEPS, ERR_OK, ERR_HTTP_TIMEOUT,
			"Failed. Right after, the way was open: name, connection and TLS were in order."},
		{ERR_CONNECT_TIMEOUT, PROBE_RESOLVE, ERR_INTERNAL, ERR_CONNECT_TIMEOUT, "Failed."},
		{ERR_ANSWER_CUT, PROBE_CONNECT, ERR_CONNECT_REFUSED, ERR_ANSWER_CUT,
			"Failed. Right after: server.example:443 (20.1.2.3, public): it, after 8.0 s."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct probe probe = probe_that_ends(rows[i].step, rows[i].found, "it");
		struct err err;

		err_fill(&err, rows[i].failed, 7, "Failed.");
		diagnosis_merge(&probe, 8000, &err);
		if (err.code != rows[i].code || strcmp(err.msg, rows[i].msg) != 0)
			fail_msg("row %zu: %s: %s", i, err_info(err.code)->name, err.msg);
	}
}

static struct exchange exchange_with(const struct tls_server *server, struct http *http)
{
	int64_t now_ms = clock_monotonic_ms();

	return (struct exchange){.http = http,
		.way.origin = {"127.0.0.1", (uint16_t)server->port},
		.way.trust.ca_file = server->ca_file,
		.connect_timeout_ms = 1500,
		.total_timeout_ms = 4000,
		.deadline_ms = now_ms + 9000,
		.now_s = clock_now_s(),
		.now_ms = now_ms};
}

static void real_failures_are_explained(void **state)
{
	static const struct {
		const char *certificate, *transport, *answer;
		enum err_code code;
		const char *words;
	} rows[] = {
		{"expired", "tls", "{}", ERR_CERT_EXPIRED, "its certificate expired at 2021"},
		{"future", "tls", "{}", ERR_CERT_NOT_YET, "its certificate is not yet valid"},
		{"other-name", "tls", "{}", ERR_CERT_NAME, "is for other.example"},
		{"unknown-ca", "tls", "{}", ERR_TLS_UNTRUSTED, "issued by 'CN=Throwaway CA unknown'"},
		{"good", "cut", "{}", ERR_TLS_CUT, "closed right after the TLS ClientHello"},
		{"good", "mute", "{}", ERR_TLS_FAILED, "no answer to the TLS ClientHello"},
		{"good", "tls", "{\"mode\": \"never\"}", ERR_HTTP_TIMEOUT,
			"name, connection and TLS were in order"},
		{"good", "tls", "{\"mode\": \"half\"}", ERR_ANSWER_CUT,
			"name, connection and TLS were in order"},
		{"good", "tls", "{\"status\": 403}", ERR_PROVIDER_FORBIDDEN, "answered 403"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf answer = buf_with_max(1 << 16);
		auto_cleanup(http) struct http *http = NULL;
		struct tls_server server;
		struct exchange exchange;
		struct exchange_facts facts;
		struct err err;

		tls_server_start(&server, rows[i].certificate, rows[i].transport);
		folder_write(server.folder, "answer", rows[i].answer, strlen(rows[i].answer));
		check_ok(http_open(&http, &err), &err);
		exchange = exchange_with(&server, http);
		assert_int_not_equal(
			exchange_attest(&exchange, TEXT("{}"), &answer, &facts, &err), 0);
		diagnosis_make(&exchange, &facts, &err);
		print_message("%s: %s\n", err_info(err.code)->name, err.msg);
		if (err.code != rows[i].code || !strstr(err.msg, rows[i].words))
			fail_msg("row %zu", i);
		assert_true(clock_monotonic_ms() < exchange.deadline_ms + 5000);
		tls_server_stop(&server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_walk_makes_the_reason_precise),
		cmocka_unit_test(real_failures_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
