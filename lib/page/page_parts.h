/* page_parts.h - the sections of a page (page.h), one file each, and what they share. Internal to
 * page*.c. */
#ifndef PAGE_PAGE_PARTS_H
#define PAGE_PAGE_PARTS_H

#include "page/html.h"
#include "page/page.h"

/* page_style.c */
extern const char page_style[];

/* "2026-01-31 12:00:00 UTC" */
void page_time(struct html *html, int64_t unix_s);
/* Writes a <tr> with a heading; nothing if the value is "". */
void page_row(struct html *html, const char *name, const char *value);
/* Writes the first bytes of a digest in hexadecimal. */
void page_digest(struct html *html, struct bytes digest);

/* Writes `before`, the look's class and `behind`; both are literals. */
void page_look(struct html *html, const char *before, enum page_look look, const char *behind);

/* Does the headline already show this reason? Then it is not repeated. */
bool page_is_in_headline(const struct page_headline *headline, const struct err *reason);

/* The sections in the page's order: the headline with the single verdicts that it combines */
void page_verdict(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline);
/* further findings, with their remedies */
void page_findings(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline);
/* what changed since the accepted boots */
void page_changes(struct html *html, const struct page_inputs *inputs);
/* the boot as a timeline */
void page_boot(struct html *html, const struct page_inputs *inputs);
/* Secure Boot's keys, and which of them authorised which program */
void page_keys(struct html *html, const struct page_inputs *inputs);
/* PCRs, certificate, and how to check the evidence */
void page_proof(struct html *html, const struct page_inputs *inputs);

#endif
