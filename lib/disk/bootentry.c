#include "disk/bootentry.h"

#include <string.h>
#include "base/text.h"
#include "disk/bootscript.h"

/* Gets the value of a line "KEY VALUE", without the quotes around it. */
static bool value_of(struct bytes line, const char *key, struct bytes *ret)
{
	struct bytes word = bootscript_first_word(line), rest = bytes_behind(line, word.len);

	if (!bytes_equal(word, bytes_of_text(key)) || !bootscript_next_line(&rest, ret))
		return false;
	if (ret->len >= 2 && ret->data[0] == '"' && ret->data[ret->len - 1] == '"')
		*ret = (struct bytes){ret->data + 1, ret->len - 2};
	return true;
}

static bool put(struct buf *options, uint32_t character)
{
	const uint8_t unit[] = {(uint8_t)character, (uint8_t)(character >> 8)};
	struct err ignored;

	return character <= 0xFFFF && buf_append(options, unit, sizeof(unit), &ignored) == 0;
}

/* A path gets backslashes, and never two in a row. */
static bool put_text(struct buf *options, struct bytes text, bool is_path)
{
	uint32_t character, last = 0;

	while (text.len) {
		size_t len = text_character(text, &character);

		if (is_path && character == '/')
			character = '\\';
		if (len == 0 || (!(is_path && character == '\\' && last == '\\') &&
					!put(options, character)))
			return false;
		last = character;
		text = bytes_behind(text, len);
	}
	return true;
}

bool bootentry_append(struct buf *options, struct bytes text)
{
	return put_text(options, text, /* is_path= */ false);
}

static bool put_lines(struct buf *options, struct bytes entry, const char *key, const char *prefix)
{
	struct bytes line, value;

	while (bootscript_next_line(&entry, &line)) {
		if (!value_of(line, key, &value))
			continue;
		if ((options->len && !put(options, ' ')) ||
			!put_text(options, bytes_of_text(prefix), false) ||
			!put_text(options, value, prefix[0]))
			return false;
	}
	return true;
}

bool bootentry_next(struct bytes *rest, const char *key, struct bytes *ret)
{
	struct bytes line;

	while (bootscript_next_line(rest, &line))
		if (value_of(line, key, ret))
			return true;
	return false;
}

bool bootentry_value(struct bytes entry, const char *key, struct bytes *ret)
{
	return bootentry_next(&entry, key, ret);
}

bool bootentry_load_options(struct bytes entry, struct buf *ret)
{
	ret->len = 0;
	return put_lines(ret, entry, "initrd", "initrd=") && put_lines(ret, entry, "options", "") &&
	       ret->len && put(ret, 0);
}
