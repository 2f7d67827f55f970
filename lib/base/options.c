#include "base/options.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

#define WIDTH 100 /* of the usage, in columns */

static bool is_row(const struct option_row *row)
{
	return row->name || row->value;
}

static const struct option_row *find_row(const struct option_row *rows, struct bytes name)
{
	for (; is_row(rows); rows++)
		if (rows->name && bytes_are_text(name, rows->name))
			return rows;
	return NULL;
}

bool options_have(const struct option_row *rows, const char *name)
{
	return find_row(rows, bytes_of_text(name)) != NULL;
}

static const struct option_row *find_word(const struct option_row *rows)
{
	for (; is_row(rows); rows++)
		if (!rows->name)
			return rows;
	return NULL;
}

static int refuse_word(struct err *err, const char *word, const char *why)
{
	return err_set(err, ERR_USAGE, 0, "'%s' %s", word, why);
}

static void *member_of(void *options, const struct option_row *row)
{
	return (char *)options + row->offset;
}

static int take_value(const struct option_row *row, const char *value, void *options, struct err *err)
{
	struct option_texts *texts = member_of(options, row);

	if (row->kind == OPTION_TEXT) {
		*(const char **)member_of(options, row) = value;
		return 0;
	}
	if (texts->count == OPTIONS_TEXTS_MAX)
		return err_set(err, ERR_USAGE, 0, "'--%s' is one too many: %d can be given",
			row->name, OPTIONS_TEXTS_MAX);
	texts->items[texts->count++] = value;
	return 0;
}

struct parse {
	const struct option_row *rows;
	int argc, at; /* at: index of the word that is read */
	char **argv;
	void *options;
	char *ret_stranger; /* may be NULL */
};

static int refuse_stranger(const struct parse *parse, struct bytes name, struct err *err)
{
	const char *word = parse->argv[parse->at];
	char text[OPTIONS_STRANGER_SIZE];

	text_clean(text, sizeof(text), name);
	for (const struct option_row *row = parse->rows; is_row(row); row++)
		if (row->name && text_is_near(text, row->name))
			return err_set(err, ERR_USAGE, 0,
				"'%s' is no option (did you mean '--%s'?)", word, row->name);
	if (parse->ret_stranger)
		memcpy(parse->ret_stranger, text, sizeof(text));
	return refuse_word(err, word, "is no option");
}

/* Reads "--name", "--name=value", or "--name" and the next word as its value. */
static int take_option(struct parse *parse, struct err *err)
{
	const char *word = parse->argv[parse->at];
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	const struct option_row *row = NULL;
	struct bytes name = {(const uint8_t *)word + 2, len - 2};

	if (len > 2 && word[1] == '-')
		row = find_row(parse->rows, name);
	else
		name = bytes_of_text(word + 1);
	if (!row)
		return refuse_stranger(parse, name, err);
	if (row->kind == OPTION_SWITCH) {
		*(bool *)member_of(parse->options, row) = true;
		return value ? refuse_word(err, word, "takes no value") : 0;
	}
	if (!value && parse->at + 1 == parse->argc)
		return refuse_word(err, word, "needs a value");
	return take_value(row, value ? value + 1 : parse->argv[++parse->at], parse->options, err);
}

static int take_word(const struct parse *parse, struct err *err)
{
	const struct option_row *row = find_word(parse->rows);
	const char *word = parse->argv[parse->at];

	if (!row)
		return refuse_word(
			err, word, "is one word too many: options are all that is taken here");
	if (row->kind == OPTION_TEXT && *(const char **)member_of(parse->options, row))
		return err_set(err, ERR_USAGE, 0, "'%s' is one word too many: one %s can be given",
			word, row->value);
	return take_value(row, word, parse->options, err);
}

static int need_word(const struct parse *parse, struct err *err)
{
	const struct option_row *row = find_word(parse->rows);

	return row && row->kind == OPTION_TEXT && !*(const char **)member_of(parse->options, row)
		       ? refuse_word(err, row->value, "is missing")
		       : 0;
}

enum options_found options_parse(const struct option_row *rows, int argc, char **argv, void *ret,
	char ret_stranger[OPTIONS_STRANGER_SIZE], struct err *err)
{
	struct parse parse = {
		.rows = rows, .argc = argc, .argv = argv, .options = ret, .ret_stranger = ret_stranger};
	bool has_ended = false; /* by "--" */

	if (ret_stranger)
		*ret_stranger = '\0';
	for (parse.at = 1; parse.at < argc; parse.at++) {
		const char *word = argv[parse.at];
		int status = 0;

		if (has_ended || word[0] != '-' || !word[1])
			status = take_word(&parse, err);
		else if (strcmp(word, "--") == 0)
			has_ended = true;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return OPTIONS_HELP;
		else
			status = take_option(&parse, err);
		if (status < 0)
			return OPTIONS_WRONG;
	}
	return need_word(&parse, err) < 0 ? OPTIONS_WRONG : OPTIONS_READ;
}

static int append_blanks(size_t count, struct buf *ret, struct err *err)
{
	for (; count; count--)
		if (buf_append_text(ret, " ", err) < 0)
			return -1;
	return 0;
}

/* How many bytes of the first line fit: whole words, or one word that is too long for any line. */
static size_t fitting_len(const char *text, size_t room)
{
	size_t line = strcspn(text, "\n"), cut = room;

	if (line <= room)
		return line;
	while (cut && text[cut] != ' ')
		cut--;
	return cut ? cut : line;
}

/* Appends the text that starts at column `indent`; further lines are indented as far. */
static int append_wrapped(size_t indent, const char *text, struct buf *ret, struct err *err)
{
	size_t len = fitting_len(text, WIDTH - indent);

	while (buf_append(ret, text, len, err) == 0 && buf_append_text(ret, "\n", err) == 0) {
		text += len + (text[len] != '\0');
		if (!*text)
			return 0;
		if (append_blanks(indent, ret, err) < 0)
			return -1;
		len = fitting_len(text, WIDTH - indent);
	}
	return -1;
}

/* Writes "  --endpoint URL"; returns its length. */
static int write_form(const struct option_row *row, char ret[64])
{
	return snprintf(ret, 64, "  %s%s%s%s", row->name ? "--" : "", row->name ? row->name : "",
		row->name && row->value ? " " : "", row->value ? row->value : "");
}

static int append_row(const struct option_row *row, size_t indent, struct buf *ret, struct err *err)
{
	char form[64];
	int len = write_form(row, form);

	return buf_append_text(ret, form, err) < 0 ||
			       append_blanks(indent - (size_t)len, ret, err) < 0
		       ? -1
		       : append_wrapped(indent, row->about, ret, err);
}

int options_usage(const struct options_usage *usage, struct buf *ret, struct err *err)
{
	static const struct option_row help = {"help", NULL, "this text", OPTION_SWITCH, 0};
	size_t indent = sizeof("  --help  ") - 1;
	char line[160];

	for (const struct option_row *row = usage->rows; is_row(row); row++) {
		size_t len = (size_t)write_form(row, line) + 2;

		indent = len > indent ? len : indent;
	}
	(void)snprintf(line, sizeof(line), "Usage: %s %s\n\n", usage->program, usage->words);
	if (buf_append_text(ret, line, err) < 0 || append_wrapped(0, usage->about, ret, err) < 0 ||
		buf_append_text(ret, "\n", err) < 0)
		return -1;
	for (const struct option_row *row = usage->rows; is_row(row); row++)
		if (*row->about && append_row(row, indent, ret, err) < 0)
			return -1;
	if (append_row(&help, indent, ret, err) < 0)
		return -1;
	if (!usage->notes)
		return 0;
	return buf_append_text(ret, "\n", err) < 0 ? -1 : append_wrapped(0, usage->notes, ret, err);
}
