/* Rows that parse and print: what is taken, what is refused and how the usage shows them. */
#include <string.h>
#include "base/options.h"
#include "check.h"

struct given {
	const char *file, *endpoint;
	struct option_texts ca;
	bool is_json;
};

static const struct option_row rows[] = {
	OPTION_WORD(struct given, file, "FILE", ""),
	OPTION(struct given, endpoint, "endpoint", "URL", "the provider"),
	OPTION(struct given, ca, "ca", "PEM",
		"who may vouch for the key, in so many words that they do not fit on a single line of the usage, which goes on below"),
	OPTION(struct given, is_json, "json", NULL, "as JSON"),
	{0},
};

/* The words behind the program's name; NULL ends them. */
static enum options_found parse(
	const char *const words[], struct given *ret, char *ret_stranger, struct err *err)
{
	char *argv[2 * OPTIONS_TEXTS_MAX + 8];
	int argc = 0;

	argv[argc++] = (char *)(uintptr_t) "program";
	while (*words)
		argv[argc++] = (char *)(uintptr_t)*words++;
	return options_parse(rows, argc, argv, ret, ret_stranger, err);
}

#define PARSE(given, err, ...) parse((const char *const[]){__VA_ARGS__, NULL}, given, NULL, err)

static void options_and_words_come_in_any_order(void **state)
{
	struct given given = {0};
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&given, &err, "--ca", "a", "file", "--endpoint=u=v", "--json",
				 "--ca=b", "--endpoint", "--last"),
		OPTIONS_READ);
	assert_string_equal(given.file, "file");
	assert_string_equal(given.endpoint, "--last");
	assert_string_equal(given.ca.items[0], "a");
	assert_string_equal(given.ca.items[1], "b");
	assert_int_equal(given.ca.count, 2);
	assert_null(given.ca.items[2]);
	assert_true(given.is_json);
}

static void words_may_look_like_options(void **state)
{
	struct given given = {0};
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&given, &err, "--", "--json"), OPTIONS_READ);
	assert_string_equal(given.file, "--json");
	assert_false(given.is_json);
	given = (struct given){0};
	assert_int_equal(PARSE(&given, &err, "-"), OPTIONS_READ);
	assert_string_equal(given.file, "-");
}

static void help_counts_before_what_is_wrong(void **state)
{
	struct given given = {0};
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&given, &err, "-h", "--nonsense"), OPTIONS_HELP);
	assert_int_equal(PARSE(&given, &err, "--help"), OPTIONS_HELP);
	assert_int_equal(PARSE(&given, &err, "--nonsense", "--help"), OPTIONS_WRONG);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *words[4];
		const char *message, *stranger;
	} cases[] = {
		{{"--jsno"}, "'--jsno' is no option (did you mean '--json'?)", ""},
		{{"--end", "x"}, "'--end' is no option (did you mean '--endpoint'?)", ""},
		{{"--pcrs=1"}, "'--pcrs=1' is no option", "pcrs"},
		{{"-j"}, "'-j' is no option", "j"},
		{{"--=x"}, "'--=x' is no option", "-=x"},
		{{"--json=yes"}, "'--json=yes' takes no value", ""},
		{{"x", "--endpoint"}, "'--endpoint' needs a value", ""},
		{{"a", "b"}, "'b' is one word too many: one FILE can be given", ""},
		{{"--json"}, "'FILE' is missing", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char stranger[OPTIONS_STRANGER_SIZE] = "unset";
		struct given given = {0};
		struct err err;

		assert_int_equal(parse(cases[i].words, &given, stranger, &err), OPTIONS_WRONG);
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(err.msg, cases[i].message);
		assert_string_equal(stranger, cases[i].stranger);
	}
}

static void lists_are_bounded(void **state)
{
	const char *words[2 * (OPTIONS_TEXTS_MAX + 1) + 1] = {NULL};
	struct given given = {0};
	struct err err;

	(void)state;
	for (int i = 0; i <= OPTIONS_TEXTS_MAX; i++) {
		words[2 * i] = "--ca";
		words[2 * i + 1] = "x";
	}
	assert_int_equal(parse(words, &given, NULL, &err), OPTIONS_WRONG);
	assert_string_equal(err.msg, "'--ca' is one too many: 16 can be given");
	words[2 * OPTIONS_TEXTS_MAX] = "file";
	words[2 * OPTIONS_TEXTS_MAX + 1] = NULL;
	given = (struct given){0};
	assert_int_equal(parse(words, &given, NULL, &err), OPTIONS_READ);
}

static void the_rows_are_the_usage(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(4096);
	struct err err;

	(void)state;
	assert_int_equal(options_usage(&(struct options_usage){.program = "program",
					       .words = "FILE [OPTION...]",
					       .about = "First line.\nSecond line.",
					       .notes = "Last words.",
					       .rows = rows},
				 &text, &err),
		0);
	assert_string_equal((const char *)text.data,
		"Usage: program FILE [OPTION...]\n"
		"\n"
		"First line.\n"
		"Second line.\n"
		"\n"
		"  --endpoint URL  the provider\n"
		"  --ca PEM        who may vouch for the key, in so many words that they do not fit on a single line\n"
		"                  of the usage, which goes on below\n"
		"  --json          as JSON\n"
		"  --help          this text\n"
		"\n"
		"Last words.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_words_come_in_any_order),
		cmocka_unit_test(words_may_look_like_options),
		cmocka_unit_test(help_counts_before_what_is_wrong),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(lists_are_bounded),
		cmocka_unit_test(the_rows_are_the_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
