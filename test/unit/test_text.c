#include "check.h"
#include "base/text.h"
#include "base/clock.h"

static void utf8_is_told_from_look_alikes(void **state)
{
	static const char *const good[] = {
		"", "a", "\u00e9", "\u20ac", "\U0001F512", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {
		"\x80",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xc3",
		"\xe2\x82",
		"a\xff",
		"\xe2\x28\xa1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(text_is_utf8(TEXT(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(text_is_utf8(TEXT(bad[i])));
}

static void clean_text_is_printable_and_cut_between_characters(void **state)
{
	static const struct {
		const char *in, *out;
		size_t size;
	} rows[] = {
		{"plain", "plain", 64},
		{"two\r\nlines\t", "two  lines ", 64},
		{"bell\x07", "bell?", 64},
		{"\xff\xfe", "??", 64},
		{"\u00e9\xc3", "\u00e9?", 64},
		{"ab\u20ac", "ab", 5},
		{"ab\u20ac", "ab\u20ac", 6},
		{"abcdef", "abc", 4},
		{"abc", "", 1},
		{"\xc2\x85", "?", 64},
		{"\x7f", "?", 64},
		/* what turns text around or hides in it is shown by its number */
		{"a\u202eb\u2069c\u200fd\u061ce\u2028",
			"a<U+202E>b<U+2069>c<U+200F>d<U+061C>e<U+2028>", 64},
		{"\u00ad\u200b\ufeff\U000E0041", "<U+00AD><U+200B><U+FEFF><U+E0041>", 64},
		{"\u17b4\U0001D173", "<U+17B4><U+1D173>", 64},
		{"plain \u00e9 \u20ac \U0001f600", "plain \u00e9 \u20ac \U0001f600", 64},
		{"a\u202e", "a", 9},
		{"a\u202e", "a<U+202E>", 10},
		{"a\u202eb", "a", 4}, /* nothing behind what did not fit */
		{"\xff\xe2\x80", "???", 64},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[64];

		text_clean(out, rows[i].size, TEXT(rows[i].in));
		assert_string_equal(out, rows[i].out);
	}
}

static void a_copy_is_whole(void **state)
{
	auto_cleanup(free) char *plain = text_clean_copy(TEXT("a\u202e\n\xff\u20ac"));
	auto_cleanup(free) char *empty = text_clean_copy(TEXT(""));

	(void)state;
	assert_string_equal(plain, "a<U+202E> ?\u20ac");
	assert_string_equal(empty, "");
}

static void formatted_text_tells_whether_it_fitted(void **state)
{
	char out[8];

	(void)state;
	assert_true(text_format(out, sizeof(out), "%d-%s", 12, "abcd"));
	assert_string_equal(out, "12-abcd");
	assert_false(text_format(out, sizeof(out), "%s", "12345678"));
	assert_string_equal(out, "1234567");
	assert_false(text_format(out, sizeof(out), "\u202e"));
	assert_string_equal(out, "");
}

static void a_list_has_a_comma_before_all_but_the_first(void **state)
{
	char list[12] = "";

	(void)state;
	assert_true(text_list_add(list, sizeof(list), "%s", "one"));
	assert_string_equal(list, "one");
	assert_true(text_list_add(list, sizeof(list), "%d\n", 2));
	assert_string_equal(list, "one, 2 ");
	assert_false(text_list_add(list, sizeof(list), "%s", "three"));
	assert_string_equal(list, "one, 2 , th");
	assert_false(text_list_add(list, sizeof(list), "%s", "four"));
	assert_string_equal(list, "one, 2 , th");
}

static void an_end_is_found_in_a_text_that_is_long_enough(void **state)
{
	(void)state;
	assert_true(text_ends_with("a.mod", ".mod"));
	assert_true(text_ends_with(".mod", ".mod"));
	assert_true(text_ends_with("a", ""));
	assert_false(text_ends_with("mod", ".mod"));
	assert_false(text_ends_with("a.mod.x", ".mod"));
}

static void parts_are_taken_up_to_a_mark(void **state)
{
	struct bytes rest = bytes_of_text("a,,bc");

	(void)state;
	assert_true(bytes_equal(bytes_take_until(&rest, ','), bytes_of_text("a")));
	assert_int_equal(bytes_take_until(&rest, ',').len, 0);
	assert_int_equal(rest.len, 2);
	assert_true(bytes_equal(bytes_take_until(&rest, ','), bytes_of_text("bc")));
	assert_int_equal(rest.len, 0);
	assert_int_equal(bytes_take_until(&rest, ',').len, 0);
	rest = (struct bytes){NULL, 0};
	assert_int_equal(bytes_take_until(&rest, ',').len, 0);
}

static void a_number_is_digits_within_its_bound(void **state)
{
	static const struct {
		const char *in;
		uint32_t max, number;
		bool is_good;
	} rows[] = {
		{"0", 0, 0, true},
		{"007", 7, 7, true},
		{"8", 7, 0, false},
		{"4294967295", UINT32_MAX, UINT32_MAX, true},
		{"4294967296", UINT32_MAX, 0, false},
		{"18446744073709551617", UINT32_MAX, 0, false},
		{"", 7, 0, false},
		{"-1", 7, 0, false},
		{" 1", 7, 0, false},
		{"1a", 99, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t number = 42;

		assert_int_equal(text_number(bytes_of_text(rows[i].in), rows[i].max, &number),
			rows[i].is_good);
		assert_int_equal(number, rows[i].is_good ? rows[i].number : 42);
	}
}

static void times_are_written_as_iso_8601(void **state)
{
	char out[CLOCK_TEXT_SIZE];

	(void)state;
	clock_text(0, out);
	assert_string_equal(out, "1970-01-01T00:00:00Z");
	clock_text(1795469083, out);
	assert_string_equal(out, "2026-11-23T21:24:43Z");
	clock_text(INT64_MAX, out);
	assert_string_equal(out, "9999-12-31T23:59:59Z");
	clock_text(INT64_MIN, out);
	assert_int_equal(strlen(out), CLOCK_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_told_from_look_alikes),
		cmocka_unit_test(clean_text_is_printable_and_cut_between_characters),
		cmocka_unit_test(a_copy_is_whole),
		cmocka_unit_test(formatted_text_tells_whether_it_fitted),
		cmocka_unit_test(a_list_has_a_comma_before_all_but_the_first),
		cmocka_unit_test(an_end_is_found_in_a_text_that_is_long_enough),
		cmocka_unit_test(parts_are_taken_up_to_a_mark),
		cmocka_unit_test(a_number_is_digits_within_its_bound),
		cmocka_unit_test(times_are_written_as_iso_8601),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
