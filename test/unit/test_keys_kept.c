#include "check.h"

#include "maa/keys_kept.h"

static const struct http_origin origin = {"provider.example", 443};
static const struct clock_time received = {1000000, 5000};

static void keys_are_used_again_by_the_same_provider_within_their_time(void **state)
{
	static const struct {
		struct http_origin origin;
		struct clock_time now;
		bool is_used;
	} rows[] = {
		{{"provider.example", 443}, {1000000, 5000}, true},
		{{"provider.example", 443}, {1000299, 5299}, true},
		{{"provider.example", 443}, {1000300, 5299}, false},
		{{"provider.example", 443}, {1000299, 5300}, false}, /* the clock was set back */
		{{"provider.example", 443}, {2000000, 5001}, false}, /* the VM was saved */
		{{"provider.example", 443}, {999999, 5001}, false},
		{{"provider.example", 443}, {1000001, 4999}, false},
		{{"provider.example", 8443}, {1000001, 5001}, false},
		{{"other.example", 443}, {1000001, 5001}, false},
		{{"", 0}, {1000001, 5001}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct keys_kept kept = {0};
		struct bytes found;

		keys_keep(&kept, &origin, TEXT("set"), &received, 300);
		found = keys_kept_for(&kept, &rows[i].origin, &rows[i].now);
		if (bytes_equal(found, TEXT("set")) != rows[i].is_used ||
			(found.len > 0) != rows[i].is_used)
			fail_msg("row %zu", i);
		keys_kept_done(&kept);
	}
}

static void a_newer_set_takes_the_place_of_the_older(void **state)
{
	struct keys_kept kept = {0};

	(void)state;
	assert_int_equal(keys_kept_for(&kept, &origin, &received).len, 0);
	keys_keep(&kept, &origin, TEXT("old"), &received, 300);
	keys_keep(&kept, &origin, TEXT("new"), &received, 300);
	assert_true(bytes_equal(keys_kept_for(&kept, &origin, &received), TEXT("new")));
	keys_keep(&kept, &origin, TEXT("not to be kept"), &received, 0);
	assert_int_equal(keys_kept_for(&kept, &origin, &received).len, 0);
	keys_kept_done(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_used_again_by_the_same_provider_within_their_time),
		cmocka_unit_test(a_newer_set_takes_the_place_of_the_older),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
