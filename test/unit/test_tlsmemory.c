/* One allocation fails, each in turn: nothing crashes, no certificate and no key is blamed, and
 * what comes next succeeds. */
#include "check.h"

#include <stdio.h>
#include "base/codec.h"
#include "edge/crypto.h"
#include "net/http.h"
#include "maa/keys.h"
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
	struct http_request request = {.url = url,
		.trust.ca_file = server.ca_file,
		.connect_timeout_ms = 5000,
		.total_timeout_ms = 10000};
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
		err.code != ERR_HTTP_FAILED && err.code != ERR_INTERNAL &&
		err.code != ERR_CONNECTION_LOST && err.code != ERR_CONNECT_REFUSED)
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

/* ---- what certificates prove ---- */

static char folder[FOLDER_SIZE];
static uint8_t leaf_der[4096];
static struct bytes leaf_bytes, inter_pem, root_pem;

static struct bytes read_file(const char *name, uint8_t *ret, size_t size)
{
	return (struct bytes){ret, folder_read(folder, name, ret, size)};
}

static int verify_leaf(struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *leaf = NULL;
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *inters = NULL, *roots = NULL;

	if (crypto_cert_parse(leaf_bytes, &leaf, err) < 0 ||
		crypto_cert_set_parse_pem(inter_pem, &inters, err) < 0 ||
		crypto_cert_set_parse_pem(root_pem, &roots, err) < 0)
		return -1;
	return crypto_cert_verify(leaf, inters, roots, 1622505600, NULL, err); /* 2021-06-01 */
}

static int parse_keys(struct err *err)
{
	auto_cleanup(buf) struct buf set = buf_with_max(KEYS_MAX_BYTES);
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory.");
	if (buf_append_text(&set, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"one\",\"x5c\":[\"", err) < 0 ||
		base64_encode(leaf_bytes, BASE64_STANDARD, &set, err) < 0 ||
		buf_append_text(&set, "\"]}]}", err) < 0)
		return -1;
	return keys_parse(buf_bytes(&set), keys, err);
}

static void no_memory_is_no_bad_certificate_and_no_bad_key(void **state)
{
	static int (*const steps[])(struct err * err) = {verify_leaf, parse_keys};
	static uint8_t inter[8192], root[8192];

	(void)state;
	leaf_bytes = read_file("leaf.der", leaf_der, sizeof(leaf_der));
	inter_pem = read_file("inter.pem", inter, sizeof(inter));
	root_pem = read_file("root.pem", root, sizeof(root));
	for (size_t i = 0; i < COUNT(steps); i++) {
		long which = 0, failed = 0;
		struct err err;

		check_ok(steps[i](&err), &err);
		do {
			int status;

			countdown = ++which;
			status = steps[i](&err);
			if (status < 0 && err.code != ERR_NO_MEMORY)
				fail_msg("step %zu, allocation %ld: %s: %s", i, which,
					err_info(err.code)->name, err.msg);
			failed += countdown == 0;
		} while (!countdown);
		countdown = 0;
		print_message("step %zu: %ld allocations failed\n", i, failed);
		assert_true(failed > 20);
	}
}

static int start(void **state)
{
	const char *chain[] = {"test/support/make_chain", folder, NULL};

	(void)state;
	folder_make(folder);
	folder_run(chain);
	tls_server_start(&server, "good", "tls");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tls_server_stop(&server);
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory_is_no_bad_certificate_and_no_bad_key),
		cmocka_unit_test(a_failed_allocation_ends_one_exchange_alone),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
