#include "check.h"

#include "net/freshness.h"

static void headers_say_how_long_an_answer_is_fresh(void **state)
{
	static const struct {
		const char *cache_control, *age;
		int64_t lifetime_s;
		uint32_t fresh_s;
	} rows[] = {
		{NULL, NULL, 0, 0},
		{NULL, NULL, 300, 300},
		{NULL, NULL, -300, 0},
		{NULL, "100", 300, 200},
		{NULL, NULL, INT64_MAX, 86400},
		{"max-age=3600", NULL, 0, 3600},
		{"max-age=3600", NULL, 60, 3600}, /* Expires does not count beside it */
		{"public, Max-Age=\"3600\" , must-revalidate", NULL, 0, 3600},
		{"max-age=3600,max-age=60", NULL, 0, 60},
		{"max-age=3600", "3599", 0, 1},
		{"max-age=3600", "3600", 0, 0},
		{"max-age=99999999999999999999999", NULL, 0, 86400},
		{"max-age=0", NULL, 3600, 0},
		{"max-age=3600, no-cache", NULL, 0, 0},
		{"no-cache, max-age=3600", NULL, 0, 0},
		{"no-cache=\"Set-Cookie\", max-age=3600", NULL, 0, 0},
		{"no-store", NULL, 3600, 0},
		{"private", NULL, 300, 300},
		{"s-maxage=5", NULL, 300, 300}, /* of shared caches only */
		{"max-age", NULL, 300, 0},
		{"max-age=", NULL, 300, 0},
		{"max-age=-1", NULL, 300, 0},
		{"max-age=1x", NULL, 300, 0},
		{"max-age=3600", "x", 0, 0},
		{",, ,", NULL, 300, 300},
		{"", "", 300, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t fresh_s =
			freshness_s(rows[i].cache_control, rows[i].age, rows[i].lifetime_s);

		if (fresh_s != rows[i].fresh_s)
			fail_msg("row %zu: %u", i, fresh_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_say_how_long_an_answer_is_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
