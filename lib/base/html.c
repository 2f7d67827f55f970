#include "base/html.h"

#include <stdarg.h>
#include <string.h>
#include "base/text.h"

#define FORMAT_SIZE 2048

struct html html_with_max(size_t max_bytes)
{
	return (struct html){.buf = buf_with_max(max_bytes)};
}

static void put(struct html *html, const void *data, size_t len)
{
	if (!html->is_failed && buf_append(&html->buf, data, len, &html->err) < 0)
		html->is_failed = true;
}

void html_put(struct html *html, const char *literal)
{
	put(html, literal, strlen(literal));
}

/* Characters that nobody sees but that change what is seen, or end a line. First and last of each range. */
static bool is_unseen(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{0x00, 0x1F},       /* controls */
		{0x7F, 0x9F},       /* delete, C1 controls */
		{0xAD, 0xAD},       /* soft hyphen */
		{0x34F, 0x34F},     /* combining grapheme joiner */
		{0x61C, 0x61C},     /* Arabic letter mark */
		{0x115F, 0x1160},   /* Hangul fillers */
		{0x180B, 0x180F},   /* Mongolian selectors and separator */
		{0x200B, 0x200F},   /* zero widths, directional marks */
		{0x2028, 0x202E},   /* line and paragraph separators, embeddings and overrides */
		{0x2060, 0x206F},   /* joiners, isolates */
		{0x3164, 0x3164},   /* Hangul filler */
		{0xFE00, 0xFE0F},   /* variation selectors */
		{0xFEFF, 0xFEFF},   /* byte order mark */
		{0xFFA0, 0xFFA0},   /* halfwidth filler */
		{0xFFF0, 0xFFFB},   /* interlinear annotations, unassigned */
		{0xE0000, 0xE0FFF}, /* tags, selectors */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return (c & 0xFFFE) == 0xFFFE; /* not characters */
}

static void put_number(struct html *html, const char *prefix, uint32_t number)
{
	char text[40];

	(void)text_format(text, sizeof(text), "<span class=\"odd\">%s%02X</span>", prefix, number);
	html_put(html, text);
}

static void put_character(struct html *html, struct bytes utf8, uint32_t c)
{
	switch (c) {
	case '&':
		html_put(html, "&amp;");
		break;
	case '<':
		html_put(html, "&lt;");
		break;
	case '>':
		html_put(html, "&gt;");
		break;
	case '"':
		html_put(html, "&quot;");
		break;
	case '\'':
		html_put(html, "&#39;");
		break;
	default:
		if (is_unseen(c))
			put_number(html, "U+", c);
		else
			put(html, utf8.data, utf8.len);
	}
}

/* How many bytes a character takes that begins so; its bits in *ret. */
static size_t first_byte(uint8_t byte, uint32_t *ret)
{
	*ret = byte;
	if (byte < 0x80)
		return 1;
	*ret = byte & 0x1Fu;
	if (byte < 0xE0)
		return 2;
	*ret = byte & 0x0Fu;
	if (byte < 0xF0)
		return 3;
	*ret = byte & 0x07u;
	return 4;
}

void html_bytes(struct html *html, struct bytes text)
{
	for (size_t i = 0; i < text.len;) {
		uint32_t c;
		size_t len = first_byte(text.data[i], &c);
		struct bytes utf8 = {text.data + i, len};

		if (len > text.len - i || !text_is_utf8(utf8)) {
			put_number(html, "0x", text.data[i++]);
			continue;
		}
		for (size_t k = 1; k < len; k++)
			c = c << 6 | (text.data[i + k] & 0x3Fu);
		put_character(html, utf8, c);
		i += len;
	}
}

void html_text(struct html *html, const char *text)
{
	html_bytes(html, bytes_of_text(text));
}

void html_format(struct html *html, const char *format, ...)
{
	char text[FORMAT_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	html_text(html, text);
}

int html_end(const struct html *html, struct err *err)
{
	if (!html->is_failed)
		return 0;
	*err = html->err;
	return -1;
}
