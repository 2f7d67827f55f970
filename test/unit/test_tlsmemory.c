/* An exchange over TLS in which one allocation fails, each in turn: nothing crashes, no certificate is blamed, and the next one succeeds. */
#include "check.h"

#include <stdio.h>
#include "edge/http.h"
#include "../support/tls_server.h"

#define FIRST 250 /* of the allocations, each of which fails; then every STEPth */
#define STEP  61

static struct tls_server server;
static long countdown; /* this one fails; 0: none */
static long counted;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool is_due(void)
{
	counted++;
	return countdown && --countdown == 0;
}

void *__wrap_malloc(size_t size)
{
	return is_due() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_due() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return is_due() ? NULL : __real_realloc(old, size);
}

static int exchange(struct http *http, struct err *err)
{
	char url[64];
	struct http_request request = {
		.url = url, .ca_file = server.ca_file, .connect_timeout_ms = 5000, .total_timeout_ms = 10000};
	struct http_answer answer = {.body.max = 65536};
	int status;

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/mode/echo", server.port);
	status = http_exchange(http, &request, &answer, err);
	buf_done(&answer.body);
	return status;
}

/* From the library's start on. */
static int open_and_exchange(struct http **ret, struct err *err)
{
	return http_open(ret, err) < 0 ? -1 : exchange(*ret, err);
}

/* False: the exchange has fewer allocations. */
static bool fail_one(long which)
{
	auto_cleanup(http) struct http *http = NULL;
	struct err err = {0};
	int status;

	countdown = which;
	status = open_and_exchange(&http, &err);
	if (countdown)
		return false;
	if (status < 0 && err.code != ERR_NO_MEMORY && err.code != ERR_TLS_FAILED &&
		err.code != ERR_HTTP_FAILED && err.code != ERR_INTERNAL && err.code != ERR_CONNECTION_LOST &&
		err.code != ERR_CONNECT_REFUSED)
		fail_msg("allocation %ld: %s: %s", which, err_info(err.code)->name, err.msg);
	if (!http)
		check_ok(http_open(&http, &err), &err);
	check_ok(exchange(http, &err), &err);
	return true;
}

static void a_failed_allocation_ends_one_exchange_alone(void **state)
{
	long which = 1, failed = 0;

	(void)state;
	while (fail_one(which)) {
		failed++;
		which += which < FIRST ? 1 : STEP;
	}
	countdown = 0;
	print_message("%ld allocations failed, of about %ld\n", failed, which);
	assert_true(failed > FIRST);
}

static int start(void **state)
{
	(void)state;
	tls_server_start(&server, "good", "tls");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tls_server_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_allocation_ends_one_exchange_alone),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
