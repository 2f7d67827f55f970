/* guest-attest explain: what a code means, and what to do. It looks at nothing but its tables. */
#include <string.h>
#include "base/text.h"
#include "commands.h"
#include "explain_table.h"

#define INDENT 10 /* of "  means   " */

struct options {
	const char *word;
};

struct explanation {
	const char *meaning, *example;
};

static struct explanation explanation_of(enum err_code code)
{
#define EXPLAIN_CASE(code, meaning, example)                                                       \
	case code:                                                                                 \
		return (struct explanation){meaning, example};
	switch (code) {
		EXPLAIN_TABLE(EXPLAIN_CASE)
	case ERR_OK:
		break;
	}
#undef EXPLAIN_CASE
	return (struct explanation){"", ""};
}

static const struct err_info *find_code(const char *word)
{
	const struct err_info *info;
	uint32_t number;
	bool is_number = text_number(bytes_of_text(word), 999, &number);

	for (size_t i = 0; (info = err_info_at(i)); i++)
		if (is_number ? (uint32_t)info->code == number : text_equal_nocase(info->name, word))
			return info;
	return NULL;
}

static int refuse_word(const char *word, struct err *err)
{
	const struct err_info *info;

	for (size_t i = 0; (info = err_info_at(i)); i++)
		if (text_is_near(word, info->name))
			return err_set(err, ERR_USAGE, 0,
				"there is no code '%s' (did you mean '%s'?)", word, info->name);
	return err_set(err, ERR_USAGE, 0, "there is no code '%s'", word);
}

static int check(const void *given, struct err *err)
{
	const struct options *options = given;

	return find_code(options->word) ? 0 : refuse_word(options->word, err);
}

static void print_part(const char *name, const char *text)
{
	print_format("  %-*s", INDENT - 2, name);
	print_hanging(INDENT, text);
}

static int explain(const void *given, int *ret_exit_code, struct err *err)
{
	static const char *const retries[] = {
		[ERR_RETRY_NEVER] = "It stays until somebody removes the cause.",
		[ERR_RETRY_LATER] = "The service tries again by itself.",
		[ERR_RETRY_SOON] = "The service tries again by itself, the first time within seconds.",
	};
	const struct options *options = given;
	const struct err_info *info = find_code(options->word);
	struct explanation explanation;

	(void)ret_exit_code;
	if (!info)
		return refuse_word(options->word, err);
	explanation = explanation_of(info->code);
	print_format("%s (%d, %s)\n", info->name, (int)info->code, err_kind_name(info->kind));
	print_part("means", explanation.meaning);
	print_part("verdict", info->is_against_vm
				      ? "As the reason of a verdict it makes the VM Unhealthy."
				      : "It does not make the VM Unhealthy by itself.");
	print_part("retry", retries[info->retry]);
	print_part("do", info->remedy);
	print_part("example", explanation.example);
	return 0;
}

static const struct option_row rows[] = {
	OPTION_WORD(struct options, word, "CODE",
		"its number or its name, e.g. 503 or connection-timeout"),
	{0},
};

const struct command explain_command = {
	.name = "explain",
	.summary = "what a code means, and what to do about it",
	.words = "CODE",
	.about = "Explains a code that the portal, a log or a command showed: what it means, with the usual causes, what to do, and an example of a message. It needs neither root nor a network.",
	.notes = "Exit code: 0 explained; 64 wrong usage, or no such code.",
	.rows = rows,
	.size = sizeof(struct options),
	.is_for_anybody = always,
	.check = check,
	.run = explain,
};
