#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAND_IN_SIZE 16 /* "<U+10FFFF>" */

/* Length of the well-formed UTF-8 character at the start (RFC 3629 section 4); 0 if it is not
 * well-formed. */
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
		if (at[0] < forms[i].first_low || at[0] > forms[i].first_high ||
			left < forms[i].length)
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

size_t text_character(struct bytes bytes, uint32_t *ret)
{
	static const uint8_t first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	size_t length = utf8_length(bytes.data, bytes.len);
	uint32_t character = length ? bytes.data[0] & first_bits[length] : 0;

	for (size_t i = 1; i < length; i++)
		character = character << 6 | (bytes.data[i] & 0x3Fu);
	*ret = character;
	return length;
}

/* Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), controls, line separators,
 * and noncharacters. */
bool text_is_unseen(uint32_t character)
{
	/* first and last character of each */
	static const uint32_t ranges[][2] = {
		{0x00, 0x1F}, /* controls */
		{0x7F, 0x9F}, /* delete, C1 controls */
		{0xAD, 0xAD}, /* soft hyphen */
		{0x34F, 0x34F}, /* combining grapheme joiner */
		{0x61C, 0x61C}, /* Arabic letter mark */
		{0x115F, 0x1160}, /* Hangul fillers */
		{0x17B4, 0x17B5}, /* Khmer inherent vowels */
		{0x180B, 0x180F}, /* Mongolian selectors and separator */
		{0x200B, 0x200F}, /* zero widths, directional marks */
		{0x2028, 0x202E}, /* line and paragraph separators, embeddings and overrides */
		{0x2060, 0x206F}, /* joiners, isolates */
		{0x3164, 0x3164}, /* Hangul filler */
		{0xFE00, 0xFE0F}, /* variation selectors */
		{0xFEFF, 0xFEFF}, /* byte order mark */
		{0xFFA0, 0xFFA0}, /* halfwidth filler */
		{0xFFF0, 0xFFFB}, /* interlinear annotations, unassigned */
		{0x1BCA0, 0x1BCA3}, /* shorthand format controls */
		{0x1D173, 0x1D17A}, /* musical format controls */
		{0xE0000, 0xE0FFF}, /* tags, selectors */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (character >= ranges[i][0] && character <= ranges[i][1])
			return true;
	return (character & 0xFFFE) == 0xFFFE; /* noncharacters */
}

/* C0, DEL and C1 */
static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

/* The clean form of the first character, maybe written to `text`; *ret_taken: its bytes in
 * `rest`. */
static struct bytes clean_character(struct bytes rest, char text[STAND_IN_SIZE], size_t *ret_taken)
{
	uint32_t character;
	size_t length = text_character(rest, &character);
	bool is_blank = length && (character == '\n' || character == '\r' || character == '\t');

	*ret_taken = length ? length : 1;
	if (!length || is_control(character))
		return bytes_of_text(is_blank ? " " : "?");
	if (!text_is_unseen(character))
		return (struct bytes){rest.data, length};
	(void)snprintf(text, STAND_IN_SIZE, "<U+%04X>", character);
	return bytes_of_text(text);
}

/* Writes what fits to ret (nothing if size is 0); returns the length of the uncut clean text. */
static size_t write_clean(char *ret, size_t size, struct bytes bytes)
{
	size_t needed = 0;
	size_t out = 0;

	while (bytes.len) {
		char text[STAND_IN_SIZE];
		size_t taken;
		struct bytes part = clean_character(bytes, text, &taken);

		if (out == needed && out + part.len < size) {
			memcpy(ret + out, part.data, part.len);
			out += part.len;
		}
		needed += part.len;
		bytes = (struct bytes){bytes.data + taken, bytes.len - taken};
	}
	if (size)
		ret[out] = '\0';
	return needed;
}

void text_clean(char *ret, size_t size, struct bytes bytes)
{
	(void)write_clean(ret, size, bytes);
}

char *text_clean_copy(struct bytes bytes)
{
	size_t size = write_clean(NULL, 0, bytes) + 1;
	char *ret = malloc(size);

	if (ret)
		text_clean(ret, size, bytes);
	return ret;
}

static bool format_clean(char *ret, size_t size, const char *format, va_list args)
{
	char raw[4096];
	int len = vsnprintf(raw, sizeof(raw), format, args);

	return write_clean(ret, size, bytes_of_text(len < 0 ? "" : raw)) < size && len >= 0 &&
	       (size_t)len < sizeof(raw);
}

bool text_format(char *ret, size_t size, const char *format, ...)
{
	va_list args;
	bool is_whole;

	va_start(args, format);
	is_whole = format_clean(ret, size, format, args);
	va_end(args);
	return is_whole;
}

bool text_list_add(char *list, size_t size, const char *format, ...)
{
	size_t len = strlen(list);
	va_list args;
	bool is_whole;

	text_clean(list + len, size - len, bytes_of_text(len ? ", " : ""));
	len += strlen(list + len);
	va_start(args, format);
	is_whole = format_clean(list + len, size - len, format, args);
	va_end(args);
	return is_whole;
}

bool text_ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

bool text_number(struct bytes text, uint32_t max, uint32_t *ret)
{
	uint64_t number = 0;

	if (!text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(text.data[i] - '0');
		if (number > max)
			return false;
	}
	*ret = (uint32_t)number;
	return true;
}

char text_lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

bool text_equal_nocase(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (text_lower(*a) != text_lower(*b))
			return false;
	return *a == *b;
}

bool text_is_slip(const char *word, const char *meant)
{
	size_t len = strlen(word), meant_len = strlen(meant);

	for (; len && meant_len && text_lower(*word) == text_lower(*meant);
		word++, meant++, len--, meant_len--)
		;
	for (; len && meant_len && text_lower(word[len - 1]) == text_lower(meant[meant_len - 1]);
		len--, meant_len--)
		;
	if (len == 2 && meant_len == 2)
		return text_lower(word[0]) == text_lower(meant[1]) &&
		       text_lower(word[1]) == text_lower(meant[0]);
	return len <= 1 && meant_len <= 1 && len + meant_len > 0;
}

bool text_is_near(const char *word, const char *meant)
{
	size_t len = strlen(word);

	return text_is_slip(word, meant) || (len >= 2 && strncmp(word, meant, len) == 0);
}
