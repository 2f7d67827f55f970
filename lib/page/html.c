#include "page/html.h"

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

void html_fail(struct html *html, const struct err *err)
{
	if (!html->is_failed)
		html->err = *err;
	html->is_failed = true;
}

void html_put(struct html *html, const char *literal)
{
	put(html, literal, strlen(literal));
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
		if (text_is_unseen(c))
			put_number(html, "U+", c);
		else
			put(html, utf8.data, utf8.len);
	}
}

void html_bytes(struct html *html, struct bytes text)
{
	for (size_t i = 0; i < text.len;) {
		uint32_t c;
		struct bytes utf8 = {text.data + i,
			text_character((struct bytes){text.data + i, text.len - i}, &c)};

		if (!utf8.len) {
			put_number(html, "0x", text.data[i++]);
			continue;
		}
		put_character(html, utf8, c);
		i += utf8.len;
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
