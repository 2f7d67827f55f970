/* The conversation with a provider, over real TLS, with each answer that a provider or somebody in
 * its place may give. */
#include "check.h"

#include "base/clock.h"
#include "edge/json.h"
#include "maa/envelope.h"
#include "maa/exchange.h"
#include "../support/tls_server.h"

static struct tls_server server;
static struct http *http;

static struct exchange exchange_with_server(void)
{
	return (struct exchange){
		.http = http,
		.way.origin = {"127.0.0.1", (uint16_t)server.port},
		.way.trust.ca_file = server.ca_file,
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 5000,
	};
}

static void server_answers(const char *answer)
{
	folder_write(server.folder, "answer", answer, strlen(answer));
}

static int attest(struct buf *ret_answer, uint32_t *ret_retry_after_s, struct err *err)
{
	struct exchange exchange = exchange_with_server();
	struct exchange_facts facts;
	int status;

	status = exchange_attest(
		&exchange, TEXT("{\"AttestationInfo\":\"e30\"}"), ret_answer, &facts, err);
	*ret_retry_after_s = facts.retry_after_s;
	return status;
}

static void origins_become_text(void **state)
{
	static const struct {
		struct http_origin origin;
		const char *text;
	} rows[] = {
		{{"host.example", 443}, "https://host.example"},
		{{"host.example", 8443}, "https://host.example:8443"},
		{{"[::1]", 443}, "https://[::1]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[HTTP_URL_SIZE];

		http_origin_text(&rows[i].origin, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void a_token_comes_back_as_it_was_sent(void **state)
{
	auto_cleanup(buf) struct buf answer = buf_with_max(ENVELOPE_MAX_ANSWER);
	uint8_t requests[4096];
	uint32_t retry_after_s = 99;
	struct err err;

	(void)state;
	server_answers(
		"{\"status\": 200, \"headers\": {\"Content-Type\": \"text/plain\"}, \"body\": \"{\\\"token\\\": \\\"e30\\\"}\"}");
	check_ok(attest(&answer, &retry_after_s, &err), &err);
	assert_string_equal((const char *)answer.data, "{\"token\": \"e30\"}");
	assert_int_equal(retry_after_s, 0);
	requests[folder_read(server.folder, "requests", requests, sizeof(requests) - 1)] = 0;
	assert_non_null(strstr(
		(const char *)requests, "POST /attest/AzureGuest?api-version=2020-10-01 25\n"));
}

static void every_other_answer_has_its_code(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
		uint32_t retry_after_s;
		const char *words;
	} rows[] = {
		{"{\"status\": 400, \"body\": \"{\\\"error\\\":{\\\"code\\\":\\\"PolicyEvaluationError\\\",\\\"message\\\":\\\"A Deny claim was issued, authorization failed.\\\"}}\"}",
			ERR_POLICY_DENIED, 0,
			"127.0.0.1 (127.0.0.1, private) answered 400 PolicyEvaluationError: A Deny claim was issued, authorization failed."},
		{"{\"status\": 400, \"body\": \"{\\\"error\\\":{\\\"code\\\":\\\"InvalidParameter\\\",\\\"message\\\":\\\"Quote\\\\nbad\\\"}}\"}",
			ERR_EVIDENCE_REFUSED, 0, "400 InvalidParameter: Quote bad."},
		{"{\"status\": 400, \"body\": \"{\\\"Error\\\":{\\\"Code\\\":\\\"Inner\\\",\\\"Message\\\":\\\"Deep inside\\\"}}\"}",
			ERR_EVIDENCE_REFUSED, 0, "400 Inner: Deep inside"},
		{"{\"status\": 400, \"body\": \"{\\\"error\\\":{\\\"code\\\":\\\"PolicyEvaluationError\\\"}}\"}",
			ERR_POLICY_DENIED, 0, "answered 400 PolicyEvaluationError."},
		{"{\"status\": 400, \"body\": \"{\\\"error\\\": 5}\"}", ERR_NOT_A_PROVIDER, 0, "400"},
		{"{\"status\": 400, \"headers\": {\"Content-Type\": \"application/json\"}, \"body\": \"{\\\"error\\\": \\\"PolicyEvaluationError\\\"}\"}",
			ERR_NOT_A_PROVIDER, 0,
			"400 with a text of 'application/json', \"PolicyEvaluationError\"."},
		{"{\"status\": 401, \"headers\": {\"Content-Type\": \"application/json\"}, \"body\": \"{\\\"statusCode\\\": 401, \\\"message\\\": \\\"No key.\\\"}\"}",
			ERR_PROVIDER_FORBIDDEN, 0,
			"401 with a text of 'application/json', \"No key.\"."},
		{"{\"status\": 403, \"headers\": {\"Content-Type\": \"text/plain\"}, \"body\": \"RBAC: access\\ndenied\"}",
			ERR_BLOCK_PAGE, 0,
			"403 with a text of 'text/plain', \"RBAC: access denied\"; the request has 1 KiB."},
		{"{\"status\": 503, \"headers\": {\"Content-Type\": \"text/plain\"}, \"body\": \"no healthy upstream\"}",
			ERR_PROVIDER_DOWN, 0,
			"503 with a text of 'text/plain', \"no healthy upstream\"."},
		{"{\"status\": 400}", ERR_ANSWER_NOT_TOKEN, 0, "400 without a body"},
		{"{\"status\": 413}", ERR_REQUEST_TOO_LARGE, 0,
			"413 without a body; the request has 1 KiB."},
		{"{\"status\": 413, \"headers\": {\"Content-Type\": \"text/html\"}, \"body\": \"<title>413 Request Entity Too Large</title>\"}",
			ERR_REQUEST_TOO_LARGE, 0, "Too Large\"; the request has 1 KiB."},
		{"{\"status\": 413, \"headers\": {\"x-ms-error-code\": \"TooLarge\"}}",
			ERR_REQUEST_TOO_LARGE, 0, "413 TooLarge; the request has 1 KiB."},
		{"{\"status\": 421, \"body\": \"{\\\"error\\\":{\\\"code\\\":\\\"Misdirected\\\"}}\"}",
			ERR_NOT_A_PROVIDER, 0, "421 Misdirected"},
		{"{\"status\": 200, \"headers\": {\"Content-Encoding\": \"gzip\", \"Content-Type\": \"application/json\"}, \"body\": \"packed\"}",
			ERR_ANSWER_NOT_TOKEN, 0,
			"of 'application/json', encoded as gzip, which was not asked for: a device on the way does that."},
		{"{\"status\": 511}", ERR_BLOCK_PAGE, 0, "511 without a body"},
		{"{\"status\": 400, \"body\": \"<html>\"}", ERR_BLOCK_PAGE, 0, "400 with 6 bytes"},
		{"{\"status\": 401, \"body\": \"{\\\"error\\\":{\\\"code\\\":\\\"Unauthorized\\\",\\\"message\\\":\\\"no\\\"}}\"}",
			ERR_PROVIDER_FORBIDDEN, 0, "401 Unauthorized: no"},
		{"{\"status\": 403}", ERR_PROVIDER_FORBIDDEN, 0, "403"},
		{"{\"status\": 403, \"headers\": {\"Content-Type\": \"text/html\"}, \"body\": \"<html>blocked</html>\"}",
			ERR_BLOCK_PAGE, 0, "'text/html'"},
		{"{\"status\": 404}", ERR_PROVIDER_NOT_FOUND, 0, "404"},
		{"{\"status\": 408}", ERR_THROTTLED, 0, "408"},
		{"{\"status\": 429, \"headers\": {\"Retry-After\": \"33\"}}", ERR_THROTTLED, 33,
			"429"},
		{"{\"status\": 500, \"body\": \"<html>\"}", ERR_PROVIDER_DOWN, 0, "500"},
		{"{\"status\": 503, \"headers\": {\"Retry-After\": \"120\"}}", ERR_PROVIDER_DOWN,
			120, "503"},
		{"{\"status\": 302, \"headers\": {\"Location\": \"/mode/echo\"}}", ERR_BLOCK_PAGE,
			0, "302"},
		{"{\"status\": 404, \"body\": \"{\\\"detail\\\": \\\"Not Found\\\"}\"}",
			ERR_NOT_A_PROVIDER, 0, "404"},
		{"{\"status\": 405}", ERR_NOT_A_PROVIDER, 0, "405"},
		{"{\"status\": 470, \"body\": \"Action: Deny. Reason: No rule matched.\"}",
			ERR_FIREWALL_DENIED, 0, "470"},
		{"{\"status\": 204}", ERR_ANSWER_NOT_TOKEN, 0, "204"},
		{"{\"status\": 200}", ERR_ANSWER_NOT_TOKEN, 0, "200 without a body"},
		{"{\"status\": 200, \"body\": \"[]\"}", ERR_ANSWER_NOT_TOKEN, 0, "200 with 2 bytes"},
		{"{\"mode\": \"html\"}", ERR_BLOCK_PAGE, 0, "200 with 40 bytes of 'text/html'"},
		{"{\"mode\": \"endless\"}", ERR_ANSWER_TOO_LARGE, 0, "more than 262144 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf answer = buf_with_max(ENVELOPE_MAX_ANSWER);
		uint32_t retry_after_s = 99;
		struct err err = {0};

		server_answers(rows[i].answer);
		if (attest(&answer, &retry_after_s, &err) == 0)
			fail_msg("row %zu is taken for an answer", i);
		if (err.code != rows[i].code || !strstr(err.msg, rows[i].words))
			fail_msg("row %zu: %s: %s", i, err_info(err.code)->name, err.msg);
		assert_int_equal(retry_after_s, rows[i].retry_after_s);
		assert_int_equal(answer.len, 0);
	}
}

static int attest_within(uint32_t budget_ms, struct exchange_facts *ret_facts, struct err *err)
{
	auto_cleanup(buf) struct buf answer = buf_with_max(ENVELOPE_MAX_ANSWER);
	struct exchange exchange = exchange_with_server();

	exchange.now_s = clock_now_s();
	exchange.now_ms = clock_monotonic_ms();
	exchange.deadline_ms = exchange.now_ms + budget_ms;
	return exchange_attest(&exchange, TEXT("{}"), &answer, ret_facts, err);
}

/* Each row starts a server, which counts. */
static void what_passes_soon_is_tried_again(void **state)
{
	static const struct {
		const char *answers;
		uint32_t budget_ms;
		enum err_code code; /* ERR_OK: the answer comes */
		uint32_t tries;
	} rows[] = {
		{"[{\"status\": 503}, {\"body\": \"{}\"}]", 10000, ERR_OK, 2},
		{"[{\"mode\": \"close\"}, {\"body\": \"{}\"}]", 10000, ERR_OK, 2},
		{"[{\"mode\": \"half\"}, {\"mode\": \"reset\"}, {\"body\": \"{}\"}]", 10000, ERR_OK,
			3},
		{"[{\"status\": 503}, {\"body\": \"{}\"}]", 2500, ERR_PROVIDER_DOWN, 1},
		{"[{\"status\": 429, \"headers\": {\"Retry-After\": \"60\"}}]", 10000,
			ERR_THROTTLED, 1},
		{"[{\"status\": 400, \"body\": \"{\\\"error\\\": {}}\"}, {\"body\": \"{}\"}]",
			10000, ERR_EVIDENCE_REFUSED, 1},
		{"[{\"status\": 413}, {\"body\": \"{}\"}]", 10000, ERR_REQUEST_TOO_LARGE, 1},
		{"[{\"status\": 403}, {\"body\": \"{}\"}]", 10000, ERR_PROVIDER_FORBIDDEN, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t started_ms = clock_monotonic_ms();
		struct tls_server old = server;
		struct exchange_facts facts;
		struct err err = {0};

		tls_server_start(&server, "good", "tls");
		server_answers(rows[i].answers);
		if ((attest_within(rows[i].budget_ms, &facts, &err) < 0) != (rows[i].code != ERR_OK) ||
			(rows[i].code && err.code != rows[i].code) || facts.tries != rows[i].tries)
			fail_msg("row %zu: %s after %u tries", i, err.msg, facts.tries);
		assert_true(clock_monotonic_ms() - started_ms < rows[i].budget_ms + 1000);
		tls_server_stop(&server);
		server = old;
	}
}

static void what_the_answer_says_of_itself_is_kept(void **state)
{
	static const char answer[] =
		"{\"status\": 400, \"headers\": {\"x-ms-request-id\": \"4bf9\\u0001-1\", \"x-ms-error-code\": \"Odd\", \"x-ms-maa-service-version\": \"1.2\"}}";
	struct exchange_facts facts;
	struct err err;

	(void)state;
	server_answers(answer);
	check_err(attest_within(5000, &facts, &err), &err, ERR_EVIDENCE_REFUSED);
	assert_string_equal(facts.request_id, "4bf9?-1");
	assert_string_equal(facts.service_version, "1.2");
	assert_non_null(strstr(err.msg, "answered 400 Odd (request 4bf9?-1)"));
	assert_string_equal(facts.peer, "127.0.0.1");
	assert_true(facts.has_clock && facts.clock_ahead_s > -3 && facts.clock_ahead_s < 3);
}

/* Three tries, each with an id of its own; the facts keep the last one, also without an answer. */
static void each_try_has_an_id_of_its_own(void **state)
{
	struct tls_server old = server;
	struct exchange_facts facts;
	char ids[4 * UUID_SIZE], text[EXCHANGE_IDS_SIZE], expected[EXCHANGE_IDS_SIZE];
	struct err err;
	size_t len;

	(void)state;
	tls_server_start(&server, "good", "tls");
	server_answers(
		"[{\"status\": 503, \"headers\": {\"x-ms-request-id\": \"00-1\", \"Connection\": \"close\"}}, {\"mode\": \"close\"}]");
	check_err(attest_within(10000, &facts, &err), &err, ERR_CONNECTION_LOST);
	len = folder_read(server.folder, "ids", (uint8_t *)ids, sizeof(ids));
	assert_int_equal(facts.tries, 3);
	assert_int_equal(len, 3 * UUID_SIZE);
	assert_memory_not_equal(ids, ids + UUID_SIZE, UUID_SIZE - 1);
	assert_memory_not_equal(ids + UUID_SIZE, ids + 2 * UUID_SIZE, UUID_SIZE - 1);
	assert_memory_equal(ids + 2 * UUID_SIZE, facts.client_id, UUID_SIZE - 1);
	exchange_ids_text(&facts, text);
	(void)snprintf(expected, sizeof(expected), "request %s", facts.client_id);
	assert_string_equal(text, expected);
	tls_server_stop(&server);
	server = old;
}

static void ids_of_a_request_become_text(void **state)
{
	static const struct {
		struct exchange_facts facts;
		const char *text;
	} rows[] = {
		{{.tries = 0}, ""},
		{{.client_id = "a-b"}, "request a-b"},
		{{.client_id = "a-b", .request_id = "00-1"}, "request a-b (of the provider: 00-1)"},
	};
	char text[EXCHANGE_IDS_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		exchange_ids_text(&rows[i].facts, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void a_clock_that_is_off_is_told(void **state)
{
	static const struct {
		struct exchange_facts facts;
		const char *msg;
	} rows[] = {
		{{.has_clock = false, .clock_ahead_s = 9999}, "It."},
		{{.has_clock = true, .clock_ahead_s = 59}, "It."},
		{{.has_clock = true, .clock_ahead_s = -59}, "It."},
		{{.has_clock = true, .date_s = 1800000000, .clock_ahead_s = 600},
			"It. This VM's clock (2027-01-15T07:50:00Z) is 10 min behind the provider's (2027-01-15T08:00:00Z)."},
		{{.has_clock = true, .date_s = 1800000000, .clock_ahead_s = -7200},
			"It. This VM's clock (2027-01-15T10:00:00Z) is 2 h ahead of the provider's (2027-01-15T08:00:00Z)."},
		{{.has_clock = true, .date_s = 1800000000, .clock_ahead_s = 864000},
			"It. This VM's clock (2027-01-05T08:00:00Z) is 10 days behind the provider's (2027-01-15T08:00:00Z)."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;

		err_fill(&err, ERR_TOKEN_EXPIRED, 0, "It.");
		exchange_add_clock(&rows[i].facts, &err);
		assert_string_equal(err.msg, rows[i].msg);
	}
}

static int keys_of_server(struct keys *ret, struct err *err)
{
	struct exchange exchange = exchange_with_server();
	struct exchange_facts facts;

	return exchange_keys(&exchange, ret, &facts, err);
}

/* The throwaway provider's key set, as the answer to a request for /certs only. */
static void serve_certs(const char *tokens)
{
	auto_cleanup(buf) struct buf text = buf_with_max(1 << 20);
	auto_cleanup(json) json *root = json_new_object();
	json *certs = json_add_object(root, "/certs");
	static uint8_t body[KEYS_MAX_BYTES];
	struct err err;

	json_add_bytes_text(certs, "body",
		(struct bytes){body, folder_read(tokens, "certs", body, sizeof(body))});
	check_ok(json_print(root, JSON_COMPACT, &text, &err), &err);
	server_answers((const char *)text.data);
}

static void keys_are_fetched_and_read(void **state)
{
	char tokens[FOLDER_SIZE];
	const char *argv[] = {"test/support/make_tokens", tokens, NULL};
	static struct keys keys;
	struct err err;

	(void)state;
	folder_make(tokens);
	folder_run(argv);
	serve_certs(tokens);
	check_ok(keys_of_server(&keys, &err), &err);
	assert_non_null(keys_find(&keys, "first", 0));
	folder_remove(tokens);
}

static void keys_that_do_not_come_have_their_codes(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
	} rows[] = {
		{"{\"status\": 404}", ERR_PROVIDER_NOT_FOUND},
		{"{\"status\": 503}", ERR_PROVIDER_DOWN},
		{"{\"mode\": \"html\"}", ERR_BLOCK_PAGE},
		{"{\"body\": \"{}\"}", ERR_KEYS_INVALID},
		{"{\"mode\": \"redirect\"}", ERR_BLOCK_PAGE},
		{"{\"mode\": \"close\"}", ERR_CONNECTION_LOST},
	};
	static struct keys keys;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		server_answers(rows[i].answer);
		check_err(keys_of_server(&keys, &err), &err, rows[i].code);
		assert_non_null(strstr(err.msg, "127.0.0.1"));
	}
}

static int start(void **state)
{
	struct err err;

	(void)state;
	tls_server_start(&server, "good", "tls");
	return http_open(&http, &err);
}

static int stop(void **state)
{
	(void)state;
	http_close(http);
	tls_server_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origins_become_text),
		cmocka_unit_test(a_token_comes_back_as_it_was_sent),
		cmocka_unit_test(every_other_answer_has_its_code),
		cmocka_unit_test(what_passes_soon_is_tried_again),
		cmocka_unit_test(what_the_answer_says_of_itself_is_kept),
		cmocka_unit_test(each_try_has_an_id_of_its_own),
		cmocka_unit_test(ids_of_a_request_become_text),
		cmocka_unit_test(a_clock_that_is_off_is_told),
		cmocka_unit_test(keys_are_fetched_and_read),
		cmocka_unit_test(keys_that_do_not_come_have_their_codes),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
