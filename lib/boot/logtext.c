#include "boot/logtext.h"

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "boot/uefivar.h"

#define SHOWN_BYTES 16 /* of data that is not text */

static bool has_control_byte(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((bytes.data[i] < 0x20 && !strchr("\t\r\n", bytes.data[i])) ||
			bytes.data[i] == 0 || bytes.data[i] == 0x7F)
			return true;
	return false;
}

static bool is_printable_utf16(struct bytes bytes)
{
	if (bytes.len % 2)
		return false;
	for (size_t i = 0; i + 1 < bytes.len; i += 2)
		if (bytes.data[i + 1] != 0 || bytes.data[i] < 0x20 || bytes.data[i] > 0x7E)
			return false;
	return bytes.len > 0;
}

bool logtext_of(struct bytes bytes, struct logtext *ret)
{
	struct bytes text = bytes_without_final_zeros(bytes);
	struct bytes wide = {bytes.data, text.len + text.len % 2};

	if (text.len && text_is_utf8(text) && !has_control_byte(text)) {
		*ret = (struct logtext){text, 1};
		return true;
	}
	if (wide.len > bytes.len || !is_printable_utf16(wide))
		return false;
	*ret = (struct logtext){wide, 2};
	return true;
}

void logtext_clean(const struct logtext *text, char *ret, size_t size)
{
	if (text->step == 2)
		uefi_text(text->bytes, ret, size);
	else
		text_clean(ret, size, text->bytes);
}

void logtext_or_hex(struct bytes bytes, char *ret, size_t size)
{
	char hex[2 * SHOWN_BYTES + 1];
	struct logtext text;

	if (logtext_of(bytes, &text)) {
		logtext_clean(&text, ret, size);
		return;
	}
	hex_encode(
		(struct bytes){bytes.data, bytes.len > SHOWN_BYTES ? SHOWN_BYTES : bytes.len}, hex);
	if (bytes.len <= SHOWN_BYTES)
		(void)text_format(ret, size, "%s", hex);
	else
		(void)text_format(ret, size, "%s... (%zu bytes)", hex, bytes.len);
}

bool logtext_starts_with(const struct logtext *text, const char *word)
{
	size_t len = strlen(word);

	if (text->bytes.len / text->step < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text->bytes.data[i * text->step] != (uint8_t)word[i])
			return false;
	return true;
}

struct logtext logtext_behind(const struct logtext *text, size_t len)
{
	return (struct logtext){bytes_behind(text->bytes, len * text->step), text->step};
}

bool logtext_ends_with(const struct logtext *text, const char *word)
{
	size_t count = text->bytes.len / text->step, len = strlen(word);
	struct logtext end;

	if (count < len)
		return false;
	end = logtext_behind(text, count - len);
	return logtext_starts_with(&end, word);
}

bool logtext_is(const struct logtext *text, const char *word)
{
	return text->bytes.len == strlen(word) * text->step && logtext_starts_with(text, word);
}

bool logtext_holds(const struct logtext *text, const char *word)
{
	for (struct logtext rest = *text; rest.bytes.len; rest = logtext_behind(&rest, 1))
		if (logtext_starts_with(&rest, word))
			return true;
	return false;
}
