#include "check.h"
#include "boot/sbat.h"

static void levels_are_read_and_told(void **state)
{
	static const struct {
		const char *value, *date;
		size_t count;
		const char *text;
	} rows[] = {
		{"sbat,1,2025021800\nshim,4\ngrub,5\n", "2025021800", 2, "2025021800: shim 4, grub 5"},
		{"sbat,1,2022052400\ngrub,2\n", "2022052400", 1, "2022052400: grub 2"},
		{"sbat,1,2021030218\n", "2021030218", 0, "2021030218"},
		{"sbat,1,2021030218", "2021030218", 0, "2021030218"},
		{"sbat,1\ngrub.debian,12,more,fields\n", "", 1, "grub.debian 12"},
		{"", "", 0, "(empty)"},
		{"\n", "", 0, "(empty)"},
		{"sbat,1,20250218001\n", "", 0, "(empty)"}, /* one digit too many */
		{"sbat,1,2025x21800\n", "", 0, "(empty)"},
		{"shim\nshim,\nshim,-1\nshim,99999999999999999999\n,4\nshim,4 \n", "", 0, "(empty)"},
		{"sbat,1,2025021800\nsbat,2,2026010100\n", "2025021800", 0, "2025021800"},
		{"s\x1bim,4\n", "", 1, "s?im 4"},
		{"shim,4\r\n", "", 0, "(empty)"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sbat sbat;
		char text[128];

		sbat_read(TEXT(rows[i].value), &sbat);
		sbat_text(&sbat, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
		assert_string_equal(sbat.date, rows[i].date);
		assert_int_equal(sbat.count, rows[i].count);
	}
}

static void final_zeros_do_not_count(void **state)
{
	static const uint8_t value[] = "sbat,1,2025021800\nshim,4\n\0";
	struct sbat sbat;

	(void)state;
	sbat_read((struct bytes){value, sizeof(value)}, &sbat);
	assert_string_equal(sbat.date, "2025021800");
	assert_int_equal(sbat.components[0].generation, 4);
}

static void more_than_fits_is_left_out(void **state)
{
	char value[64 * 8 + 1], text[40];
	struct sbat sbat;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		(void)snprintf(value + i * 8, 9, "comp,%02zu\n", i);
	sbat_read(TEXT(value), &sbat);
	assert_int_equal(sbat.count, SBAT_MAX_COMPONENTS);
	sbat_text(&sbat, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

/* What may not start at the old level may not at the new one. */
static void a_level_is_raised_if_nothing_is_lower(void **state)
{
	static const struct {
		const char *old, *new;
		bool is_raised;
	} rows[] = {
		{"sbat,1,2024010900\nshim,4\n", "sbat,1,2025021800\nshim,4\ngrub,5\n", true},
		{"sbat,1\nshim,4\n", "sbat,1\nshim,4\n", true},
		{"", "sbat,1\n", true},
		{"sbat,1\nshim,4\ngrub,5\n", "sbat,1\nshim,5\n", false},
		{"sbat,1\nshim,4\n", "sbat,1\nshim,3\n", false},
		{"sbat,2\nshim,4\n", "sbat,1\nshim,4\n", false},
		{"sbat,1\nshim,4\n", "shim,4\n", false},
		/* a line that was not understood may be the one that is lower */
		{"sbat,1\nshim,x\n", "sbat,1\nshim,4\n", false},
		{"sbat,1\nshim,4\n", "sbat,1\nshim,4\ngrub\n", false},
		{"sbat,1\na-name-of-more-than-31-characters-1,4\n",
			"sbat,1\na-name-of-more-than-31-characters-2,4\n", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sbat old, new;

		sbat_read(TEXT(rows[i].old), &old);
		sbat_read(TEXT(rows[i].new), &new);
		assert_int_equal(sbat_is_raised(&old, &new), rows[i].is_raised);
	}
}

static void a_level_that_was_cut_is_not_compared(void **state)
{
	char value[SBAT_MAX_COMPONENTS * 7 + 16];
	struct sbat whole, cut;

	(void)state;
	for (size_t i = 0; i <= SBAT_MAX_COMPONENTS; i++)
		(void)snprintf(value + i * 7, 8, "abcd,1\n");
	sbat_read((struct bytes){(const uint8_t *)value, SBAT_MAX_COMPONENTS * 7}, &whole);
	sbat_read((struct bytes){(const uint8_t *)value, (SBAT_MAX_COMPONENTS + 1) * 7}, &cut);
	assert_true(sbat_is_raised(&whole, &whole));
	assert_false(sbat_is_raised(&cut, &cut));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_read_and_told),
		cmocka_unit_test(final_zeros_do_not_count),
		cmocka_unit_test(more_than_fits_is_left_out),
		cmocka_unit_test(a_level_is_raised_if_nothing_is_lower),
		cmocka_unit_test(a_level_that_was_cut_is_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
