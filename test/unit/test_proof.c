#include "check.h"
#include "maa/token.h"
#include "memory/proof.h"

#define BOOT   "3e1a0f4c-0c7e-4ab3-9a44-9f1a8f3f2b11"
#define OTHER  "00000000-0000-4000-8000-000000000000"
#define WALL_S 1800000000LL /* when the proof was asked for .. */
#define BOOT_S 5000 /* .. by the boot clock */
#define LIFE_S 28800
#define YEAR_S (365LL * 86400)

static struct moment at(const char *boot_id, int64_t wall_s, int64_t boot_s)
{
	return (struct moment){.boot_id = boot_id, .time = {.wall_s = wall_s, .boot_s = boot_s}};
}

static void a_proof_counts_in_its_boot_and_by_both_clocks(void **state)
{
	static const struct {
		const char *boot_id;
		int64_t wall_s, boot_s; /* since it was asked for */
		enum proof_state state;
		uint32_t left_s;
	} rows[] = {
		{BOOT, 0, 0, PROOF_COUNTS, LIFE_S},
		{BOOT, 100, 100, PROOF_COUNTS, LIFE_S - 100},
		{BOOT, LIFE_S - 1, LIFE_S - 1, PROOF_COUNTS, 1},
		{BOOT, LIFE_S, LIFE_S, PROOF_ENDED, 0},
		/* the wall clock was set back: the boot clock went on */
		{BOOT, -100, LIFE_S - 1, PROOF_COUNTS, 1},
		{BOOT, -100, LIFE_S, PROOF_ENDED, 0},
		{BOOT, 0, LIFE_S, PROOF_ENDED, 0},
		{BOOT, -5 * YEAR_S, 100, PROOF_AHEAD, 0},
		{BOOT, -5 * YEAR_S, LIFE_S + 100, PROOF_AHEAD, 0},
		{BOOT, -TOKEN_CLOCK_SKEW_S, 100, PROOF_COUNTS, LIFE_S - 100},
		{BOOT, -TOKEN_CLOCK_SKEW_S - 1, 100, PROOF_AHEAD, 0},
		/* it was set forward, or the VM was saved and resumed: it shortens */
		{BOOT, LIFE_S - 10, 100, PROOF_COUNTS, 10},
		{BOOT, LIFE_S, 100, PROOF_ENDED, 0},
		{BOOT, 5 * YEAR_S, 100, PROOF_ENDED, 0},
		/* the boot clock does not go back */
		{BOOT, 100, -1, PROOF_ENDED, 0},
		{BOOT, 100, -BOOT_S, PROOF_ENDED, 0},
		{OTHER, 100, 100, PROOF_OF_OTHER_BOOT, 0},
		{OTHER, -5 * YEAR_S, 0, PROOF_OF_OTHER_BOOT, 0},
		{"", 100, 100, PROOF_OF_OTHER_BOOT, 0},
	};
	const struct moment asked = at(BOOT, WALL_S, BOOT_S);
	const struct proof proof = proof_of_token(&asked, WALL_S, WALL_S + LIFE_S);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct moment now =
			at(rows[i].boot_id, WALL_S + rows[i].wall_s, BOOT_S + rows[i].boot_s);
		uint32_t left_s = 7;
		enum proof_state found = proof_judge(&proof, &now, &left_s);

		if (found != rows[i].state || left_s != rows[i].left_s)
			fail_msg("row %zu: %d, %u s left", i, (int)found, left_s);
	}
}

static void its_life_is_no_longer_than_the_provider_gave(void **state)
{
	static const struct {
		int64_t issued_s, expires_s; /* beside the VM's clock */
		int64_t life_s;
	} rows[] = {
		{0, LIFE_S, LIFE_S},
		{-60, LIFE_S - 60, LIFE_S - 60},
		{60, LIFE_S + 60, LIFE_S}, /* the VM's clock is slow */
		{-LIFE_S, -1, 0},
		{0, -1, 0},
		{INT64_MIN, INT64_MAX, UINT32_MAX},
		{INT64_MAX / 2, INT64_MIN / 2, 0},
	};
	const struct moment asked = at(BOOT, WALL_S, BOOT_S);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t issued_s =
			rows[i].issued_s == INT64_MIN ? INT64_MIN : WALL_S + rows[i].issued_s;
		int64_t expires_s =
			rows[i].expires_s == INT64_MAX ? INT64_MAX : WALL_S + rows[i].expires_s;

		assert_int_equal(proof_of_token(&asked, issued_s, expires_s).life_s, rows[i].life_s);
	}
}

static void no_proof_counts_nowhere(void **state)
{
	const struct proof none = {.boot_id = ""};
	/* noted without a boot clock */
	const struct proof older = {.boot_id = BOOT, .expires_s = INT64_MAX};
	const struct moment now = at(BOOT, WALL_S, 0), nameless = at("", WALL_S, 0);

	(void)state;
	assert_int_equal(proof_judge(&none, &now, NULL), PROOF_ABSENT);
	assert_int_equal(proof_judge(&none, &nameless, NULL), PROOF_ABSENT);
	assert_int_equal(proof_judge(&older, &now, NULL), PROOF_ENDED);
}

static void why_it_does_not_count_is_a_sentence(void **state)
{
	const struct proof proof = {.boot_id = BOOT, .issued_s = 1800000000, .expires_s = 1800028800};
	char text[PROOF_TEXT_SIZE];

	(void)state;
	proof_text(&proof, PROOF_COUNTS, text);
	assert_string_equal(text, "");
	proof_text(&proof, PROOF_OF_OTHER_BOOT, text);
	assert_non_null(strstr(text, "earlier boot"));
	proof_text(&proof, PROOF_ENDED, text);
	assert_non_null(strstr(text, "valid until 2027-01-15T16:00:00Z."));
	proof_text(&proof, PROOF_AHEAD, text);
	assert_non_null(strstr(text, "set back before 2027-01-15T08:00:00Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proof_counts_in_its_boot_and_by_both_clocks),
		cmocka_unit_test(its_life_is_no_longer_than_the_provider_gave),
		cmocka_unit_test(no_proof_counts_nowhere),
		cmocka_unit_test(why_it_does_not_count_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
