#include "page/page.h"

#include <string.h>
#include "appraise/boot_facts.h"
#include "appraise/renewal_facts.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "page/page_parts.h"

#define SHOWN_DIGEST 6

/* ---- what the sections share ---- */

void page_time(struct html *html, int64_t unix_s)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(unix_s, text);
	html_format(html, "%.10s %.8s UTC", text, text + 11);
}

void page_row(struct html *html, const char *name, const char *value)
{
	if (!value[0])
		return;
	html_put(html, "<tr><th scope=\"row\">");
	html_text(html, name);
	html_put(html, "</th><td>");
	html_text(html, value);
	html_put(html, "</td></tr>\n");
}

void page_digest(struct html *html, struct bytes digest)
{
	char hex[2 * SHOWN_DIGEST + 1];

	if (!digest.data || digest.len < SHOWN_DIGEST)
		return;
	hex_encode((struct bytes){digest.data, SHOWN_DIGEST}, hex);
	html_put(html, "<span class=\"hex\">");
	html_format(html, "%s…", hex);
	html_put(html, "</span>");
}

/* ---- facts ---- */

static void put_fact(struct html *html, const char *name, const char *value)
{
	if (!value[0])
		return;
	html_put(html, "<div><dt>");
	html_text(html, name);
	html_put(html, "</dt><dd>");
	html_text(html, value);
	html_put(html, "</dd></div>");
}

static void put_line(void *html, const char *label, const char *text)
{
	put_fact(html, label, text);
}

/* The system's name and version, as far as the protocol's two numbers give it: 1 and 0 mean no
 * version, a second number of 0 may mean none, and Ubuntu's second number is a month. */
static void put_system(struct html *html, const struct evidence *evidence)
{
	const char *distro = evidence->os_distro;
	int major = evidence->os_major, minor = evidence->os_minor;
	char text[EVIDENCE_TEXT_SIZE + 32];

	if (major == 1 && minor == 0)
		(void)text_format(text, sizeof(text), "%s", distro);
	else if (minor == 0)
		(void)text_format(text, sizeof(text), "%s %d", distro, major);
	else
		(void)text_format(text, sizeof(text),
			strcmp(distro, "Ubuntu") == 0 ? "%s %d.%02d" : "%s %d.%d", distro, major,
			minor);
	put_fact(html, "System", text);
}

static void put_facts(struct html *html, const struct page_inputs *inputs)
{
	const struct bundle *bundle = inputs->bundle;
	const struct appraisal *appraisal = inputs->check ? &inputs->check->appraisal : NULL;
	const struct facts rows = facts_as_lines(put_line, html);

	html_put(html, "<dl class=\"card facts\">");
	put_fact(html, "Machine", bundle->machine.hostname);
	if (appraisal) {
		boot_facts_identity(&rows, appraisal);
		renewal_facts(&rows, appraisal);
		put_system(html, &bundle->request.evidence);
	}
	put_fact(html, "Kernel", bundle->machine.kernel);
	put_fact(html, "Provider chosen as", bundle->provider.chosen_as);
	if (bundle->is_whole) {
		html_put(html, "<div><dt>");
		html_put(html, bundle->has_provider ? "Attested" : "Collected");
		html_put(html, "</dt><dd>");
		page_time(html, bundle->made_s);
		html_put(html, "</dd></div>");
	}
	html_put(html, "</dl>\n");
}

/* ---- the page ---- */

static void put_head(struct html *html, const struct page_headline *headline)
{
	/* the policy stops scripts and requests even if a browser mistakes text for markup */
	html_put(html,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_format(html, "%s – boot integrity report", headline->word);
	html_put(html, "</title>\n<style>");
	html_put(html, page_style);
	html_put(html, "</style>\n</head>\n<body>\n");
}

static void put_notes(struct html *html, const struct page_inputs *inputs)
{
	html_put(html, "<footer><p>");
	html_format(html, "Made by guest-attest %s",
		inputs->bundle->program[0] ? inputs->bundle->program : "");
	html_put(html, " on ");
	page_time(html, inputs->now_s);
	html_put(html, ". This page holds no scripts and fetches nothing.");
	if (inputs->check)
		html_put(html, " It is a reading of the evidence; the bundle is the evidence.");
	html_put(html, "</p></footer>\n");
}

int page_write(const struct page_inputs *inputs, struct buf *ret, struct err *err)
{
	auto_cleanup(html) struct html html = html_with_max(PAGE_MAX_BYTES);
	struct page_headline headline = page_headline(inputs);

	put_head(&html, &headline);
	html_put(&html, "<header><p class=\"kind\">Boot integrity report</p>\n");
	page_verdict(&html, inputs, &headline);
	put_facts(&html, inputs);
	html_put(&html, "</header>\n<main>\n");
	page_findings(&html, inputs, &headline);
	page_changes(&html, inputs);
	page_boot(&html, inputs);
	page_keys(&html, inputs);
	page_proof(&html, inputs);
	html_put(&html, "</main>\n");
	put_notes(&html, inputs);
	html_put(&html, "</body>\n</html>\n");
	if (html_end(&html, err) < 0)
		return -1;
	return buf_append(ret, html.buf.data, html.buf.len, err);
}
