/* Which failures are worth another try within a round, and after how long. */
#include "check.h"

#include "maa/retry.h"

static void what_may_pass_soon_is_tried_again(void **state)
{
	static const struct {
		struct retry_inputs inputs;
		uint32_t wait_ms; /* 0: no */
	} rows[] = {
		{{.code = ERR_THROTTLED, .tries = 1, .max_tries = 3, .left_ms = 50000}, 1000},
		{{.code = ERR_THROTTLED, .tries = 2, .max_tries = 3, .left_ms = 50000}, 2000},
		{{.code = ERR_THROTTLED, .tries = 3, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_THROTTLED, .tries = 1, .max_tries = 3, .random = 4000000999u, .left_ms = 50000},
			1999},
		{{.code = ERR_THROTTLED, .tries = 1, .max_tries = 3, .retry_after_s = 7, .left_ms = 50000},
			7000},
		{{.code = ERR_THROTTLED,
			 .tries = 1,
			 .max_tries = 3,
			 .retry_after_s = 86400,
			 .left_ms = INT32_MAX},
			0},
		{{.code = ERR_PROVIDER_DOWN, .tries = 1, .max_tries = 3, .left_ms = 3000}, 1000},
		{{.code = ERR_PROVIDER_DOWN, .tries = 1, .max_tries = 1, .left_ms = 50000}, 0},
		{{.code = ERR_PROVIDER_DOWN, .tries = 1, .max_tries = 3, .left_ms = 2999}, 0},
		{{.code = ERR_PROVIDER_DOWN, .tries = 1, .max_tries = 3, .left_ms = 0}, 0},
		{{.code = ERR_PROVIDER_DOWN, .tries = 1, .max_tries = 3, .left_ms = -5}, 0},
		{{.code = ERR_CONNECTION_LOST, .tries = 1, .max_tries = 3, .left_ms = 50000}, 1000},
		{{.code = ERR_CONNECT_REFUSED, .tries = 1, .max_tries = 3, .took_ms = 5000, .left_ms = 50000},
			1000},
		{{.code = ERR_TLS_FAILED, .tries = 1, .max_tries = 3, .took_ms = 5001, .left_ms = 50000},
			0},
		{{.code = ERR_CONNECT_TIMEOUT, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_HTTP_TIMEOUT, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_TLS_UNTRUSTED, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_PROXY_AUTH, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_POLICY_DENIED, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_EVIDENCE_REFUSED, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_PROVIDER_FORBIDDEN, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_PROVIDER_NOT_FOUND, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
		{{.code = ERR_NO_MEMORY, .tries = 1, .max_tries = 3, .left_ms = 50000}, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t wait_ms = 0;
		bool is_worth_it = retry_is_worth_it(&rows[i].inputs, &wait_ms);

		if (is_worth_it != (rows[i].wait_ms != 0) || wait_ms != rows[i].wait_ms)
			fail_msg("row %zu: %u ms", i, wait_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_pass_soon_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
