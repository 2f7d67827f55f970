#include "check.h"
#include <stdio.h>
#include "../support/scarce.h"
#include "edge/json.h"

static void texts_are_read_strictly(void **state)
{
	static const char *const good[] = {"{}", "[]",
		" {\"a\" : [1, 2.5, -3e2, \"x\", true, false, null]} ", "\"\\u20ac\"", "0",
		"{\"a\":{\"a\":1}}",
		"\xef\xbb\xbf{}" /* RFC 8259 section 8.1 lets a reader pass over the mark */};
	static const char *const bad[] = {"", " ", "{", "{}x", "{} {}", "{\"a\":1,\"a\":2}", "[1,]",
		"{\"a\"}", "nul", "\"\\u0000\"", "\"a\\u0000b\"", "\"\xff\"", "\"\xc0\xaf\"",
		"[\"\\ud800\"]", "{\"x\":[{\"b\":1,\"b\":1}]}", "'a'", "\"a\nb\"", "\"a\x1f\"",
		"{\"a\"\v:1}", "[1,\f2]"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		auto_cleanup(json) json *value = NULL;
		struct err err;

		check_ok(json_parse(TEXT(good[i]), &value, &err), &err);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		json *value = NULL;
		struct err err;

		if (json_parse(TEXT(bad[i]), &value, &err) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_null(value);
	}
}

static void depth_and_width_are_bounded(void **state)
{
	auto_cleanup(buf) struct buf deep = buf_with_max(1 << 20);
	auto_cleanup(buf) struct buf wide = buf_with_max(1 << 20);
	json *value = NULL;
	struct err err;

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		check_ok(buf_append_text(&deep, "[", &err), &err);
	check_err(json_parse(buf_bytes(&deep), &value, &err), &err, ERR_FORMAT);
	check_ok(buf_append_text(&wide, "[0", &err), &err);
	for (size_t i = 0; i < 5000; i++)
		check_ok(buf_append_text(&wide, ",0", &err), &err);
	check_ok(buf_append_text(&wide, "]", &err), &err);
	check_err(json_parse(buf_bytes(&wide), &value, &err), &err, ERR_FORMAT);
}

/* Each array is narrow enough; all of them together would cost memory and time. */
static void values_are_bounded_in_all(void **state)
{
	auto_cleanup(buf) struct buf many = buf_with_max(1 << 20);
	json *value = NULL;
	struct err err;

	(void)state;
	check_ok(buf_append_text(&many, "[[]", &err), &err);
	for (size_t i = 0; i < 40000; i++)
		check_ok(buf_append_text(&many, i % 1000 ? ",0" : "],[0", &err), &err);
	check_ok(buf_append_text(&many, "]]", &err), &err);
	check_err(json_parse(buf_bytes(&many), &value, &err), &err, ERR_FORMAT);
	assert_non_null(strstr(err.msg, "values"));
	many.len = 1;
	check_ok(buf_append_text(&many, "\"[[,,{{\",[],{}]", &err), &err);
	check_ok(json_parse(buf_bytes(&many), &value, &err), &err);
	assert_int_equal(json_count(value), 3);
	json_free(value);
}

static void getters_name_the_member_that_is_wrong(void **state)
{
	auto_cleanup(json) json *value = NULL;
	const char *text;
	int64_t number;
	struct err err;

	(void)state;
	check_ok(json_parse(TEXT("{\"text\":\"x\",\"number\":7,\"half\":0.5,\"big\":1e300}"),
			 &value, &err),
		&err);
	check_ok(json_get_text(value, "text", &text, &err), &err);
	assert_string_equal(text, "x");
	check_ok(json_get_int(value, "number", &number, &err), &err);
	assert_int_equal(number, 7);
	check_err(json_get_text(value, "number", &text, &err), &err, ERR_FORMAT);
	assert_non_null(strstr(err.msg, "number"));
	check_err(json_get_text(value, "TEXT", &text, &err), &err, ERR_FORMAT);
	check_err(json_get_int(value, "half", &number, &err), &err, ERR_FORMAT);
	check_err(json_get_int(value, "big", &number, &err), &err, ERR_FORMAT);
	assert_non_null(json_get_nocase(value, "TEXT"));
}

static void what_is_written_is_valid_whatever_the_bytes(void **state)
{
	auto_cleanup(json) json *value = json_new_object();
	auto_cleanup(json) json *again = NULL;
	auto_cleanup(buf) struct buf text = buf_with_max(1000);
	auto_cleanup(buf) struct buf small = buf_with_max(4);
	const char *back;
	struct err err;

	(void)state;
	json_add_text(value, "raw", "a\xff\n\"\\");
	json_add_int(json_add_object(json_add_array(value, "list"), NULL), "n", -5);
	check_ok(json_print(value, JSON_COMPACT, &text, &err), &err);
	check_ok(json_parse(buf_bytes(&text), &again, &err), &err);
	check_ok(json_get_text(again, "raw", &back, &err), &err);
	assert_string_equal(back, "a? \"\\");
	check_err(json_print(value, JSON_COMPACT, &small, &err), &err, ERR_FORMAT);
}

/* A tree of somebody else's, as a token's claims are: its texts stay what they are, for programs,
 * and show what is in them, for people. */
static void what_nobody_sees_is_escaped(void **state)
{
	static const char given[] =
		"{\"a\u202e\":\"x\u00ad\u2066y\U000E0041\x7f\u00e9\u20ac\U0001F512\"}";
	static const char shown[] =
		"{\"a\\u202e\":\"x\\u00ad\\u2066y\\udb40\\udc41\\u007f\u00e9\u20ac\U0001F512\"}";
	auto_cleanup(json) json *value = NULL;
	auto_cleanup(json) json *copy = NULL;
	auto_cleanup(json) json *again = NULL;
	auto_cleanup(buf) struct buf text = buf_with_max(1000);
	struct err err;

	(void)state;
	check_ok(json_parse(TEXT(given), &value, &err), &err);
	copy = json_copy(value);
	check_ok(json_print(copy, JSON_COMPACT, &text, &err), &err);
	assert_true(bytes_equal(buf_bytes(&text), TEXT(shown)));
	check_ok(json_parse(buf_bytes(&text), &again, &err), &err);
	assert_true(json_equal(again, value));
}

static void want_of_memory_is_no_fault_of_the_text(void **state)
{
	static const char text[] = "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":null}";
	bool has_failed = true;
	long good = 0;

	(void)state;
	if (!SCARCE)
		skip();
	for (; has_failed; good++) {
		auto_cleanup(json) json *value = NULL;
		struct err err = {0};
		int status;

		scarce_after(good);
		status = json_parse(TEXT(text), &value, &err);
		has_failed = scarce_end();
		assert_int_equal(status, has_failed ? -1 : 0);
		if (has_failed && err.code != ERR_NO_MEMORY)
			fail_msg("allocation %ld: %s", good, err.msg);
	}
	assert_true(good > 8);
}

static void a_fault_of_the_text_is_told_whatever_was_before(void **state)
{
	json *value;
	struct err err;

	(void)state;
	if (!SCARCE)
		skip();
	scarce_after(0);
	check_err(json_parse(TEXT("[1]"), &value, &err), &err, ERR_NO_MEMORY);
	assert_true(scarce_end());
	check_err(json_parse(TEXT("[1"), &value, &err), &err, ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(want_of_memory_is_no_fault_of_the_text),
		cmocka_unit_test(a_fault_of_the_text_is_told_whatever_was_before),
		cmocka_unit_test(texts_are_read_strictly),
		cmocka_unit_test(depth_and_width_are_bounded),
		cmocka_unit_test(values_are_bounded_in_all),
		cmocka_unit_test(getters_name_the_member_that_is_wrong),
		cmocka_unit_test(what_is_written_is_valid_whatever_the_bytes),
		cmocka_unit_test(what_nobody_sees_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
