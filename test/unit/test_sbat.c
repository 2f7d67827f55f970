#include "check.h"
#include "../support/kinds.h"
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

static struct sbat level_of(const char *value)
{
	struct sbat sbat;

	sbat_read(TEXT(value), &sbat);
	return sbat;
}

static void a_level_is_raised_if_nothing_is_lower(void **state)
{
	static const struct {
		const char *old, *new;
		enum sbat_change change;
	} rows[] = {
		{"sbat,1,2024010900\nshim,4\n", "sbat,1,2025021800\nshim,4\ngrub,5\n", SBAT_RAISED},
		/* what shim published: Debian's from 2023 to 2025, and levels between */
		{"sbat,1,2023012900\nshim,2\ngrub,3\ngrub.debian,4\n",
			"sbat,1,2025021800\nshim,4\ngrub,5\n", SBAT_RAISED},
		{"sbat,1,2024010900\nshim,4\ngrub,3\ngrub.debian,4\n",
			"sbat,1,2025021800\nshim,4\ngrub,5\n", SBAT_RAISED},
		{"sbat,1,2024040900\nshim,4\ngrub,4\ngrub.peimage,2\n",
			"sbat,1,2025021800\nshim,4\ngrub,5\n", SBAT_RAISED},
		{"sbat,1,2021030218\n", "sbat,1,2022052400\ngrub,2\n", SBAT_RAISED},
		{"sbat,1,2023091900\nshim,2\ngrub,4\n",
			"sbat,1,2024010900\nshim,4\ngrub,3\ngrub.debian,4\n", SBAT_LOWERED},
		{"", "sbat,1,2021030218\n", SBAT_RAISED},
		{"sbat,1,1\na.b.c,4\n", "sbat,1,2\na,2\n", SBAT_RAISED},
		{"sbat,1,1\na.b.c,4\n", "sbat,1,2\na.b,2\n", SBAT_RAISED},
		{"sbat,1,1\ngrub.debian,1\n", "sbat,1,2\n", SBAT_RAISED}, /* it revoked nothing */
		/* the lines alone do not make a level higher, and lower no one either */
		{"sbat,1\nshim,4\n", "sbat,1\nshim,4\n", SBAT_CHANGED},
		{"sbat,1,2025021800\nshim,4\n", "sbat,1,2024010900\nshim,5\n", SBAT_CHANGED},
		{"sbat,1,2025021800\nshim,4\n", "sbat,1,2025021800\nshim,5\n", SBAT_CHANGED},
		{"sbat,1,2025021800\n", "sbat,1\nshim,5\n", SBAT_CHANGED},
		{"sbat,1,2025021800\n", "sbat,1,9\nshim,5\n", SBAT_CHANGED},
		{"sbat,1,1\nshim,4\ngrub,5\n", "sbat,1,2\nshim,5\n", SBAT_LOWERED},
		{"sbat,1,1\nshim,4\n", "sbat,1,2\nshim,3\n", SBAT_LOWERED},
		{"sbat,2,1\nshim,4\n", "sbat,1,2\nshim,4\n", SBAT_LOWERED},
		{"sbat,1,1\nshim,4\n", "shim,4\n", SBAT_CHANGED},
		{"sbat,1,1\nshim,4\n", "", SBAT_LOWERED},
		/* a parent that did not rise, or is none, or stands beside the lower line */
		{"sbat,1,1\ngrub,3\ngrub.debian,4\n", "sbat,1,2\ngrub,3\n", SBAT_LOWERED},
		{"sbat,1,1\ngrub.debian,4\n", "sbat,1,2\ngrub,1\n", SBAT_LOWERED},
		{"sbat,1,1\ngrub.debian,4\n", "sbat,1,2\ngrub.deb,9\ngrub.,9\n.,9\ngru,9\n",
			SBAT_LOWERED},
		{"sbat,1,1\ngrub.debian,4\n", "sbat,1,2\ngrub.debian.x,9\ndebian,9\n", SBAT_LOWERED},
		{"sbat,1,1\ngrub.debian,4\n", "sbat,1,2\ngrub.ubuntu,9\nshim,9\n", SBAT_LOWERED},
		{"sbat,1,1\ngrub,3\ngrub.debian,4\n", "sbat,1,2\ngrub,5\ngrub.debian,3\n",
			SBAT_LOWERED},
		{"sbat,1,1\ngrub,5\n", "sbat,1,2\ngrub.debian,9\n", SBAT_LOWERED},
		/* shim applies each of two lines for one component */
		{"sbat,1,1\nshim,4\n", "sbat,1,2\nshim,1\nshim,4\n", SBAT_RAISED},
		{"sbat,1,1\nshim,1\nshim,4\n", "sbat,1,2\nshim,3\n", SBAT_LOWERED},
		/* a line that was not understood may be the one that is lower */
		{"sbat,1,1\nshim,x\n", "sbat,1,2\nshim,4\n", SBAT_CHANGED},
		{"sbat,1,1\nshim,4\n", "sbat,1,2\nshim,4\ngrub\n", SBAT_CHANGED},
		{"sbat,1,1\na-name-of-more-than-31-characters-1,4\n",
			"sbat,1,2\na-name-of-more-than-31-characters-2,4\n", SBAT_CHANGED},
	};

	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sbat old = level_of(rows[i].old), new = level_of(rows[i].new);

		if (sbat_compare(&old, &new) != rows[i].change)
			fail_msg("row %zu: %d", i, sbat_compare(&old, &new));
		judged_add(&judged, rows[i].change == SBAT_RAISED);
	}
	judged_print(1, judged);
}

#define DEBIANS_SHIM                                                                               \
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\nshim,4,UEFI shim,shim,1,https://github.com/rhboot/shim\nshim.debian,1,Debian,shim,16.1,https://tracker.debian.org/pkg/shim\n"

static void a_program_starts_if_no_generation_is_below_the_level(void **state)
{
	static const struct {
		const char *level, *program;
		enum sbat_start start;
		const char *refused;
	} rows[] = {
		{"sbat,1,2025021800\nshim,4\ngrub,5\n", DEBIANS_SHIM, SBAT_STARTS, NULL},
		{"sbat,1,2030010100\nshim,5\n", DEBIANS_SHIM, SBAT_REVOKED, "shim"},
		{"sbat,1,2030010100\nshim.debian,2\n", DEBIANS_SHIM, SBAT_REVOKED, "shim.debian"},
		{"sbat,2,2030010100\n", DEBIANS_SHIM, SBAT_REVOKED, "sbat"},
		{"", DEBIANS_SHIM, SBAT_STARTS, NULL},
		/* of two lines shim applies both */
		{"sbat,1,1\ngrub,5\ngrub,3\n", "sbat,1\ngrub,4\n", SBAT_REVOKED, "grub"},
		{"sbat,1,1\ngrub,3\n", "sbat,1\ngrub,4\ngrub,2\n", SBAT_REVOKED, "grub"},
		/* a name alone says nothing about another one */
		{"sbat,1,1\ngrub.debian,9\n", "sbat,1\ngrub,1\ngrub.ubuntu,1\n", SBAT_STARTS, NULL},
		{"sbat,1,1\nshim,0\n", "sbat,1\nshim,0\n", SBAT_STARTS, NULL},
		/* what was not understood may be what is revoked */
		{"sbat,1,1\nshim\n", DEBIANS_SHIM, SBAT_UNCLEAR, NULL},
		{"sbat,1,1\nshim,4\n", "sbat,1\nshim,x\n", SBAT_UNCLEAR, NULL},
		{"sbat,1,1\nshim,4\ngrub\n", "sbat,1\nshim,3\n", SBAT_REVOKED, "shim"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sbat level = level_of(rows[i].level), program = level_of(rows[i].program);
		struct sbat_component refused = {"", 0};

		if (sbat_judge(&level, &program, &refused) != rows[i].start)
			fail_msg("row %zu: %d", i, sbat_judge(&level, &program, &refused));
		assert_string_equal(refused.name, rows[i].refused ? rows[i].refused : "");
	}
}

/* A program's generations, and a level's (0: it has no such line). */
enum { GRUB, DEBIAN, CLOUD, COMPONENTS, GENERATIONS = 4 };
static const char *const names[COMPONENTS] = {"grub", "grub.debian", "grub.debian.cloud"};

struct generations {
	uint32_t of[COMPONENTS];
};

static struct generations generations_of(uint32_t number, uint32_t lowest)
{
	struct generations ret;

	for (size_t i = 0; i < COMPONENTS; i++, number /= GENERATIONS)
		ret.of[i] = number % GENERATIONS + lowest;
	return ret;
}

/* shim's verify_single_entry: no generation of the program's is below the level's. */
static bool starts(const struct generations *program, const struct generations *level)
{
	for (size_t i = 0; i < COMPONENTS; i++)
		if (program->of[i] < level->of[i])
			return false;
	return true;
}

/* SBAT.md: what is derived from a generation above that of the old level has the fixes that the
 * old level asked for; so a level may leave the derived one's line out. */
static bool has_fixes(const struct generations *program, const struct generations *old,
	const struct generations *new)
{
	for (size_t i = 1; i < COMPONENTS; i++)
		for (size_t k = 0; k < i; k++)
			if (!new->of[i] && program->of[i] < old->of[i] && program->of[k] > 1 &&
				program->of[k] > old->of[k])
				return false;
	return true;
}

static bool lets_more_start(const struct generations *old, const struct generations *new)
{
	for (uint32_t i = 0; i < GENERATIONS * GENERATIONS * GENERATIONS; i++) {
		struct generations program = generations_of(i, 1);

		if (has_fixes(&program, old, new) && starts(&program, new) && !starts(&program, old))
			return true;
	}
	return false;
}

static struct sbat level_with(const struct generations *generations, const char *date)
{
	char text[128];
	size_t len = (size_t)snprintf(text, sizeof(text), "sbat,1,%s\n", date);

	for (size_t i = 0; i < COMPONENTS; i++)
		if (generations->of[i])
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s,%u\n", names[i],
				generations->of[i]);
	return level_of(text);
}

/* All pairs of levels of three components: 4096, beside all programs that there can be. */
static void levels_are_judged_as_shim_lets_programs_start(void **state)
{
	const uint32_t levels = GENERATIONS * GENERATIONS * GENERATIONS;
	struct judged judged = {0};

	(void)state;
	for (uint32_t i = 0; i < levels * levels; i++) {
		struct generations before = generations_of(i / levels, 0);
		struct generations after = generations_of(i % levels, 0);
		struct sbat old = level_with(&before, "2023012900");
		struct sbat new = level_with(&after, "2025021800");
		enum sbat_change change = sbat_compare(&old, &new);

		if (change != (lets_more_start(&before, &after) ? SBAT_LOWERED : SBAT_RAISED))
			fail_msg("%u,%u,%u to %u,%u,%u: %d", before.of[0], before.of[1],
				before.of[2], after.of[0], after.of[1], after.of[2], change);
		judged_add(&judged, change == SBAT_RAISED);
		/* whatever the lines are, an older date raises nothing */
		assert_int_not_equal(sbat_compare(&new, &old), SBAT_RAISED);
	}
	assert_true(judged.good >= 200 && judged.attacks >= 200);
	judged_print(1, judged);
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
	assert_true(whole.is_whole);
	assert_false(cut.is_whole);
	assert_int_equal(sbat_compare(&whole, &cut), SBAT_CHANGED);
	assert_int_equal(sbat_compare(&cut, &whole), SBAT_CHANGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_starts_if_no_generation_is_below_the_level),
		cmocka_unit_test(levels_are_read_and_told),
		cmocka_unit_test(final_zeros_do_not_count),
		cmocka_unit_test(more_than_fits_is_left_out),
		cmocka_unit_test(a_level_is_raised_if_nothing_is_lower),
		cmocka_unit_test(levels_are_judged_as_shim_lets_programs_start),
		cmocka_unit_test(a_level_that_was_cut_is_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
