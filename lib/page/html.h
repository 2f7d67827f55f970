/* html.h - writes untrusted text into an HTML page, so that it never becomes markup and hides
 * nothing.
 *
 * Only literals of the program become markup. Everything else is escaped, and invisible characters
 * that change how text looks (controls, directions, widths of zero, invalid bytes) are shown by
 * their numbers. Text is written between tags only, never into an attribute. Source: HTML Living
 * Standard 13.2 (what ends text), Unicode 15 UAX #9 (directional controls). */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/buf.h"

/* A page being written. The first failure is kept and html_end returns it, so single calls need no
 * check. */
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

/* Appends markup: a literal of the program. */
void html_put(struct html *html, const char *literal);
void html_text(struct html *html, const char *text);
void html_bytes(struct html *html, struct bytes text);
void html_format(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Records that a part could not be written: html_end will fail with this error. */
void html_fail(struct html *html, const struct err *err);
/* Returns the first failure, if there was one: ERR_FORMAT if the page exceeds its maximum,
 * ERR_NO_MEMORY. */
int html_end(const struct html *html, struct err *err) err_check;

#endif
