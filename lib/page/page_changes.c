/* page_changes.c - this boot compared with the accepted boots. */
#include "base/text.h"
#include "drift/drift_verdict.h"
#include "page/page_parts.h"

#define MAX_SHOWN 60

/* text: NULL if there was no such component. */
static void put_side(
	struct html *html, const char *when, const struct component *component, const char *text)
{
	if (!text)
		return;
	html_put(html, "<div class=\"meta\"><span>");
	html_text(html, when);
	html_put(html, " ");
	html_text(html, text);
	html_put(html, "</span> <span>");
	page_digest(html, (struct bytes){component->sha256, CRYPTO_SHA256_SIZE});
	html_put(html, "</span></div>");
}

static void put_what(struct html *html, const struct drift_difference *difference)
{
	char text[DRIFT_TEXT_SIZE];

	drift_difference_text(difference, text);
	html_put(html, "<td>");
	html_text(html, text);
	if (difference->gained || difference->lost)
		html_format(html, " (%zu entries more, %zu fewer)", difference->gained,
			difference->lost);
	put_side(html, "before", &difference->before, drift_before(difference));
	put_side(html, "now", &difference->after, drift_after(difference));
	html_put(html, "</td>");
}

static void put_difference(struct html *html, const struct drift_difference *difference)
{
	html_put(html, "<tr>");
	put_what(html, difference);
	html_put(html, "<td>");
	if (difference->action == RULES_UNHEALTHY && drift_is_unclear(difference))
		html_put(html, "<span class=\"tag open\">unclear</span>");
	else if (difference->action == RULES_UNHEALTHY)
		html_put(html, "<span class=\"tag bad\">unhealthy</span>");
	else
		html_put(html, difference->action == RULES_NOTE
				       ? "<span class=\"tag open\">noted</span>"
				       : "<span class=\"tag good\">accepted</span>");
	html_put(html, " ");
	html_text(html, rules_class_name(difference->class));
	html_put(html, "</td></tr>\n");
}

/* Names the compared PCRs: PCRs that were not compared may have changed. */
static void put_summary(struct html *html, const struct drift_details *drift)
{
	size_t count = drift->drift.count;
	const char *separator = "";

	html_put(html, "<p class=\"lead\">");
	if (count)
		html_format(html,
			"%zu difference%s from the closest boot that counts as good. If they are right, run 'guest-attest baseline accept' on the VM.",
			count, count == 1 ? "" : "s");
	else
		html_put(html, "Nothing changed: this boot is as one that counts as good.");
	html_put(html, " Compared were the PCRs ");
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (drift->compared & 1u << pcr) {
			html_format(html, "%s%u", separator, pcr);
			separator = ", ";
		}
	html_put(html, ".</p>\n");
}

static void put_differences(struct html *html, const struct drift_details *drift, bool is_redacted)
{
	size_t count = drift->drift.count;

	put_summary(html, drift);
	if (count && is_redacted)
		html_put(html, "<p>What they are was taken out.</p>\n");
	if (!count || is_redacted)
		return;
	html_put(html,
		"<div class=\"card\"><table class=\"wide\"><caption>Differences from the closest accepted boot, the most serious first</caption><thead><tr><th scope=\"col\">What</th><th scope=\"col\">Rule</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < count && i < MAX_SHOWN; i++)
		put_difference(html, &drift->drift.differences[i]);
	html_put(html, "</tbody></table>");
	if (count > MAX_SHOWN)
		html_format(html, "%zu more are not shown.", count - MAX_SHOWN);
	html_put(html, "</div>\n");
}

void page_changes(struct html *html, const struct page_inputs *inputs)
{
	if (!inputs->check)
		return;
	html_put(html, "<section><h2>What changed</h2>\n");
	if (inputs->comparison)
		put_differences(html, inputs->comparison->details, inputs->bundle->is_redacted);
	else if (inputs->is_live && !inputs->check->appraisal.has_secureboot)
		html_put(html,
			"<p class=\"lead\">Not compared: what the log says of this boot is not proved.</p>\n");
	else if (inputs->is_live)
		html_put(html,
			"<p class=\"lead\">No baseline yet: no accepted boot is recorded here that this one could be compared with.</p>\n");
	else
		html_put(html,
			"<p class=\"lead\">Not compared: the boots that count as good are known on the VM, and this page was made from its bundle.</p>\n");
	html_put(html, "</section>\n");
}
