#include "check.h"
#include "base/text.h"

static void every_code_is_unique_and_has_a_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; err_info_at(i); i++) {
		const struct err_info *info = err_info_at(i);

		assert_true(info->code > 0 && info->code < 1000);
		assert_true(info->exit_code > 0 && info->exit_code < 126);
		assert_true(strlen(info->name) > 0 && !strchr(info->name, ' '));
		assert_true(
			strlen(info->remedy) > 10 && info->remedy[strlen(info->remedy) - 1] == '.');
		assert_true(text_is_utf8(TEXT(info->remedy)));
		assert_ptr_equal(err_info(info->code), info);
		for (size_t k = 0; k < i; k++) {
			assert_true(err_info_at(k)->code < info->code);
			assert_string_not_equal(err_info_at(k)->name, info->name);
		}
	}
}

static void exit_codes_follow_the_kind(void **state)
{
	(void)state;
	for (size_t i = 0; err_info_at(i); i++) {
		const struct err_info *info = err_info_at(i);
		int expected = info->kind == ERR_KIND_PLATFORM       ? 51
			       : info->kind == ERR_KIND_PRECONDITION ? 52
			       : info->kind == ERR_KIND_SETTINGS     ? 53
			       : info->code == ERR_USAGE             ? 64
								     : 1;

		assert_int_equal(info->exit_code, expected);
	}
}

static void columns_agree_with_the_kind(void **state)
{
	(void)state;
	for (size_t i = 0; err_info_at(i); i++) {
		const struct err_info *info = err_info_at(i);
		bool is_network = info->kind == ERR_KIND_NETWORK;
		bool is_on_the_way = info->place != ERR_PLACE_VM && info->place < ERR_PLACE_BUSY;

		/* without a region's provider nothing was sent, whoever has to mend it */
		if (is_on_the_way != (is_network || info->code == ERR_REGION_UNKNOWN))
			fail_msg("%s: place %d", info->name, info->place);
		if (info->is_against_vm !=
			(info->kind == ERR_KIND_INTEGRITY || info->code == ERR_SECURE_BOOT_OFF))
			fail_msg("%s: weight", info->name);
		if (info->place >= ERR_PLACE_BUSY && info->kind != ERR_KIND_PROVIDER &&
			!info->is_against_vm)
			fail_msg("%s: an answer of no provider", info->name);
		/* what a person must mend, and what was answered, is not tried at once again */
		if (info->retry == ERR_RETRY_SOON && !is_network && info->place != ERR_PLACE_BUSY)
			fail_msg("%s: retry", info->name);
	}
}

static void messages_are_cleaned_and_contexts_go_in_front(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_IO, 5, "File '%s' lost.", "a\nb\xff"), -1);
	assert_string_equal(err.msg, "File 'a b?' lost.");
	assert_int_equal(err_wrap(&err, "Settings"), -1);
	assert_string_equal(err.msg, "Settings: File 'a b?' lost.");
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(err.native, 5);
}

static void long_messages_are_cut_at_a_character(void **state)
{
	char text[2 * ERR_MSG_SIZE + 1];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		memcpy(text + i, "\u00e9", 2);
	text[sizeof(text) - 1] = '\0';
	err_fill(&err, ERR_IO, 0, "x%s", text);
	assert_true(text_is_utf8(TEXT(err.msg)));
	assert_true(strlen(err.msg) < ERR_MSG_SIZE);
	err_push(&err, "%s", text);
	assert_true(text_is_utf8(TEXT(err.msg)));
}

static void a_format_error_takes_the_callers_code_and_no_other_does(void **state)
{
	struct err err;

	(void)state;
	err_fill(&err, ERR_FORMAT, 0, "Not hex.");
	assert_int_equal(err_as(&err, ERR_TOKEN_MALFORMED), -1);
	assert_int_equal(err.code, ERR_TOKEN_MALFORMED);
	err_fill(&err, ERR_NO_MEMORY, 0, "No memory.");
	assert_int_equal(err_as(&err, ERR_TOKEN_MALFORMED), -1);
	assert_int_equal(err.code, ERR_NO_MEMORY);
}

static void unknown_codes_are_internal_errors(void **state)
{
	(void)state;
	assert_int_equal(err_info((enum err_code)7)->code, ERR_INTERNAL);
	assert_int_equal(err_info(ERR_OK)->exit_code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_is_unique_and_has_a_remedy),
		cmocka_unit_test(exit_codes_follow_the_kind),
		cmocka_unit_test(columns_agree_with_the_kind),
		cmocka_unit_test(messages_are_cleaned_and_contexts_go_in_front),
		cmocka_unit_test(long_messages_are_cut_at_a_character),
		cmocka_unit_test(a_format_error_takes_the_callers_code_and_no_other_does),
		cmocka_unit_test(unknown_codes_are_internal_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
