#include "disk/bootscript.h"

#include <string.h>

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool is_name(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_';
}

static struct bytes without_blanks(struct bytes bytes)
{
	while (bytes.len && is_blank(bytes.data[0]))
		bytes = bytes_behind(bytes, 1);
	while (bytes.len && is_blank(bytes.data[bytes.len - 1]))
		bytes.len--;
	return bytes;
}

bool bootscript_next_line(struct bytes *rest, struct bytes *ret)
{
	if (!bytes_next_line(rest, ret))
		return false;
	*ret = without_blanks(*ret);
	return true;
}

struct bytes bootscript_first_word(struct bytes line)
{
	size_t len = 0;

	while (len < line.len && !is_blank(line.data[len]))
		len++;
	return (struct bytes){line.data, len};
}

struct bytes bootscript_unquoted(struct bytes value)
{
	if (value.len >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
		value.data[value.len - 1] == value.data[0])
		return (struct bytes){value.data + 1, value.len - 2};
	return value;
}

/* Finds "$name" or "${name}" at the start of text. Returns its length, or 0 if there is none. */
static size_t variable_at(struct bytes text, struct bytes *ret)
{
	size_t start = text.len > 1 && text.data[1] == '{' ? 2 : 1, end = start;

	if (text.len < 2 || text.data[0] != '$')
		return 0;
	while (end < text.len && is_name(text.data[end]))
		end++;
	*ret = (struct bytes){text.data + start, end - start};
	if (start == 2 && (end == text.len || text.data[end++] != '}'))
		return 0;
	return ret->len ? end : 0;
}

/* Returns the variable's index, or `count` if there is none. */
static size_t find_variable(const struct bootscript_variables *variables, struct bytes name)
{
	size_t i = 0;

	while (i < variables->count && !bytes_equal(bytes_of_text(variables->items[i].name), name))
		i++;
	return i;
}

void bootscript_find_variables(struct bytes line, struct bootscript_variables *variables)
{
	for (; line.len; line = bytes_behind(line, 1)) {
		struct bytes name;
		struct bootscript_variable *added;

		if (variable_at(line, &name) == 0 || name.len >= BOOTSCRIPT_NAME_SIZE ||
			find_variable(variables, name) < variables->count ||
			variables->count == BOOTSCRIPT_MAX_VARIABLES)
			continue;
		added = &variables->items[variables->count++];
		*added = (struct bootscript_variable){.count = 1};
		memcpy(added->name, name.data, name.len);
	}
}

static void add_value(struct bootscript_variable *variable, struct bytes value)
{
	for (size_t i = 0; i < variable->count; i++)
		if (bytes_equal(variable->values[i], value))
			return;
	if (variable->count < BOOTSCRIPT_MAX_VALUES)
		variable->values[variable->count++] = value;
}

void bootscript_find_values(struct bytes text, struct bootscript_variables *variables)
{
	struct bytes line;

	while (variables->count && bootscript_next_line(&text, &line)) {
		size_t len = 0, i;

		if (bytes_equal(bootscript_first_word(line), bytes_of_text("set")))
			line = without_blanks(bytes_behind(line, strlen("set")));
		while (len < line.len && is_name(line.data[len]))
			len++;
		if (len == line.len || line.data[len] != '=')
			continue;
		i = find_variable(variables, (struct bytes){line.data, len});
		if (i < variables->count)
			add_value(&variables->items[i],
				bootscript_unquoted(bytes_behind(line, len + 1)));
	}
}

bool bootscript_choose_next(struct bootscript_variables *variables)
{
	for (size_t i = 0; i < variables->count; i++) {
		if (++variables->items[i].chosen < variables->items[i].count)
			return true;
		variables->items[i].chosen = 0;
	}
	return false;
}

/* ---- expansion ---- */

struct expansion {
	const struct bootscript_form *form;
	struct buf word; /* the word being read */
	bool is_word; /* a word has begun, perhaps an empty one in quotes */
	size_t words; /* number of words before it */
	struct buf *text;
	bool failed; /* the result is too long */
};

static void put(struct expansion *expansion, struct buf *buf, uint8_t byte)
{
	struct err ignored;

	if (buf_append(buf, &byte, 1, &ignored) < 0)
		expansion->failed = true;
}

static void put_escaped(struct expansion *expansion)
{
	const struct buf *word = &expansion->word;
	bool has_blank = word->len && memchr(word->data, ' ', word->len);

	if (has_blank)
		put(expansion, expansion->text, '"');
	for (size_t i = 0; i < word->len; i++) {
		if (word->data[i] == '"' || word->data[i] == '\'' || word->data[i] == '\\')
			put(expansion, expansion->text, '\\');
		put(expansion, expansion->text, word->data[i]);
	}
	if (has_blank)
		put(expansion, expansion->text, '"');
}

static void end_word(struct expansion *expansion)
{
	struct err ignored;

	if (!expansion->is_word)
		return;
	if (expansion->words++ >= expansion->form->skipped) {
		if (expansion->words > expansion->form->skipped + 1)
			put(expansion, expansion->text, ' ');
		if (expansion->form->is_escaped)
			put_escaped(expansion);
		else if (buf_append(expansion->text, expansion->word.data, expansion->word.len,
				 &ignored) < 0)
			expansion->failed = true;
	}
	expansion->word.len = 0;
	expansion->is_word = false;
}

static void put_word(struct expansion *expansion, uint8_t byte)
{
	put(expansion, &expansion->word, byte);
	expansion->is_word = true;
}

/* Outside quotes, blanks in a value end words. */
static void put_value(struct expansion *expansion, struct bytes value, bool is_quoted)
{
	for (size_t i = 0; i < value.len; i++) {
		if (!is_quoted && is_blank(value.data[i]))
			end_word(expansion);
		else
			put_word(expansion, value.data[i]);
	}
}

/* Takes one variable, escape or character outside single quotes. Returns its length. */
static size_t take_next(struct expansion *expansion, struct bytes line,
	const struct bootscript_variables *variables, bool *is_quoted)
{
	struct bytes name;
	size_t len = variable_at(line, &name), i = len ? find_variable(variables, name) : 0;

	if (len && i < variables->count)
		put_value(expansion, variables->items[i].values[variables->items[i].chosen],
			*is_quoted);
	if (len)
		return len;
	if (line.data[0] == '\\' && line.len > 1) {
		put_word(expansion, line.data[1]);
		return 2;
	}
	if (line.data[0] == '"') {
		*is_quoted = !*is_quoted;
		expansion->is_word = true;
	} else if (!*is_quoted && is_blank(line.data[0])) {
		end_word(expansion);
	} else {
		put_word(expansion, line.data[0]);
	}
	return 1;
}

/* Takes the text in single quotes at the start of the line unchanged. Returns its length. */
static size_t take_literal(struct expansion *expansion, struct bytes line)
{
	const uint8_t *end = memchr(line.data + 1, '\'', line.len - 1);
	size_t len = end ? (size_t)(end - line.data) - 1 : line.len - 1;

	expansion->is_word = true;
	for (size_t i = 0; i < len; i++)
		put_word(expansion, line.data[1 + i]);
	return 1 + len + (end ? 1 : 0);
}

bool bootscript_expand(struct bytes line, const struct bootscript_variables *variables,
	const struct bootscript_form *form, struct buf *ret)
{
	struct expansion expansion = {
		.form = form, .word = buf_with_max(BOOTSCRIPT_TEXT_MAX), .text = ret};
	bool is_quoted = false;
	struct err ignored;

	ret->len = 0;
	if (buf_append_text(ret, form->start, &ignored) < 0)
		return false;
	while (line.len && !expansion.failed)
		line = bytes_behind(
			line, !is_quoted && line.data[0] == '\''
				      ? take_literal(&expansion, line)
				      : take_next(&expansion, line, variables, &is_quoted));
	end_word(&expansion);
	buf_done(&expansion.word);
	return !expansion.failed;
}
