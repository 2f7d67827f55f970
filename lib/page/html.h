/* html.h - text from outside in an HTML page: never markup, and nothing in it that is not seen.
 *
 * Only literals become markup. Everything else is escaped, and characters that change how text
 * looks without being seen (controls, directions, widths of zero, invalid bytes) are shown by their
 * numbers. Text is written between tags only, never into an attribute. Source: HTML Living
 * Standard 13.2 (what ends text), Unicode 15 UAX #9 (directional controls). */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/buf.h"

/* A page in the making. A failed append is remembered, so calls need no check of their own;
 * html_end tells. */
struct html {
	struct buf buf;
	bool is_failed;
	struct err err;
};

struct html html_with_max(size_t max_bytes);
static inline void html_cleanup(struct html *html)
{
	buf_done(&html->buf);
}

/* Markup: a literal of the program. */
void html_put(struct html *html, const char *literal);
void html_text(struct html *html, const char *text);
void html_bytes(struct html *html, struct bytes text);
void html_format(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A part could not be told: then there is no page. */
void html_fail(struct html *html, const struct err *err);
/* The page, or why there is none: ERR_FORMAT past the maximum, ERR_NO_MEMORY. */
int html_end(const struct html *html, struct err *err) err_check;

#endif
