#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Length of the well-formed UTF-8 character at the start (RFC 3629 section 4), 0 if there is none. */
static size_t utf8_length(const uint8_t *at, size_t left)
{
	static const struct {
		uint8_t first_low, first_high, second_low, second_high, length;
	} forms[] = {
		{0xC2, 0xDF, 0x80, 0xBF, 2},
		{0xE0, 0xE0, 0xA0, 0xBF, 3},
		{0xE1, 0xEC, 0x80, 0xBF, 3},
		{0xED, 0xED, 0x80, 0x9F, 3},
		{0xEE, 0xEF, 0x80, 0xBF, 3},
		{0xF0, 0xF0, 0x90, 0xBF, 4},
		{0xF1, 0xF3, 0x80, 0xBF, 4},
		{0xF4, 0xF4, 0x80, 0x8F, 4},
	};

	if (left && at[0] < 0x80)
		return 1;
	for (size_t i = 0; left && i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (at[0] < forms[i].first_low || at[0] > forms[i].first_high || left < forms[i].length)
			continue;
		if (at[1] < forms[i].second_low || at[1] > forms[i].second_high)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if ((at[k] & 0xC0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

bool text_is_utf8(struct bytes bytes)
{
	size_t length;

	for (size_t i = 0; i < bytes.len; i += length) {
		length = utf8_length(bytes.data + i, bytes.len - i);
		if (!length)
			return false;
	}
	return true;
}

/* C0 and C1 controls and DEL; U+0080..U+009F are C2 80 to C2 9F. */
static bool is_control(const uint8_t *at, size_t length)
{
	return (length == 1 && (at[0] < 0x20 || at[0] == 0x7F)) ||
	       (length == 2 && at[0] == 0xC2 && at[1] < 0xA0);
}

void text_clean(char *ret, size_t size, struct bytes bytes)
{
	size_t out = 0;
	size_t length;

	for (size_t i = 0; i < bytes.len; i += length) {
		const uint8_t *at = bytes.data + i;
		bool is_blank = at[0] == '\n' || at[0] == '\r' || at[0] == '\t';

		length = utf8_length(at, bytes.len - i);
		if (!length || is_control(at, length)) {
			at = (const uint8_t *)(is_blank ? " " : "?");
			length = length ? length : 1;
			if (out + 1 >= size)
				break;
			ret[out++] = (char)*at;
			continue;
		}
		if (out + length >= size)
			break;
		memcpy(ret + out, at, length);
		out += length;
	}
	ret[out] = '\0';
}

bool text_format(char *ret, size_t size, const char *format, ...)
{
	char raw[4096];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_clean(ret, size, bytes_of_text(len < 0 ? "" : raw));
	return len >= 0 && (size_t)len < sizeof(raw) && (size_t)len < size;
}

bool text_equal_nocase(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char low_a = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
		char low_b = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;

		if (low_a != low_b)
			return false;
	}
	return *a == *b;
}
