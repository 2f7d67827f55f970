/* page_parts.h - the sections of a page (page.h), one file each, and what they share. */
#ifndef PAGE_PAGE_PARTS_H
#define PAGE_PAGE_PARTS_H

#include "page/html.h"
#include "page/page.h"

/* page_style.c */
extern const char page_style[];

/* "2026-01-31 12:00:00 UTC" */
void page_time(struct html *html, int64_t unix_s);
/* <tr> with a heading; nothing if the value is "". */
void page_row(struct html *html, const char *name, const char *value);
/* The first bytes of a digest. */
void page_digest(struct html *html, struct bytes digest);

/* before, the look's class, behind: literals */
void page_look(struct html *html, const char *before, enum page_look look, const char *behind);

/* What the headline says is not repeated. */
bool page_is_told(const struct page_headline *headline, const struct err *reason);

void page_verdict(struct html *html, const struct page_inputs *inputs,
	const struct page_headline *headline); /* the headline, and the views that it comes from */
void page_findings(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline);
void page_boot(struct html *html, const struct page_inputs *inputs); /* the boot as a timeline */
void page_keys(
	/* Secure Boot's keys, who vouched for what */
	struct html *html, const struct page_inputs *inputs);
void page_proof(
	/* PCRs, certificate, how to check all this */
	struct html *html, const struct page_inputs *inputs);
void page_changes(struct html *html, const struct page_inputs *inputs);

#endif
