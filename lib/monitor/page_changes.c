/* page_changes.c - this boot against the accepted ones. */
#include "base/text.h"
#include "monitor/page_parts.h"

#define MAX_SHOWN 60

static void put_what(struct html *html, const struct drift_difference *difference)
{
	char text[DRIFT_TEXT_SIZE];

	drift_difference_text(difference, text);
	html_put(html, "<td>");
	html_text(html, text);
	if (difference->gained || difference->lost)
		html_format(html, " (%zu entries more, %zu fewer)", difference->gained, difference->lost);
	html_put(html, "<div class=\"meta\">");
	if (difference->change != DRIFT_ADDED) {
		html_put(html, "<span>before ");
		page_digest(html, (struct bytes){difference->before.sha256, CRYPTO_SHA256_SIZE});
		html_put(html, "</span>");
	}
	if (difference->change != DRIFT_REMOVED) {
		html_put(html, "<span>now ");
		page_digest(html, (struct bytes){difference->after.sha256, CRYPTO_SHA256_SIZE});
		html_put(html, "</span>");
	}
	html_put(html, "</div></td>");
}

static void put_difference(struct html *html, const struct drift_difference *difference)
{
	html_put(html, "<tr>");
	put_what(html, difference);
	html_put(html, "<td>");
	html_text(
		html, drift_is_explained(difference) ? difference->explanation.text : "nothing explains it");
	html_put(html, "</td><td>");
	if (difference->action == RULES_UNHEALTHY)
		html_put(html, "<span class=\"tag bad\">unhealthy</span>");
	else
		html_put(html, difference->action == RULES_NOTE ? "<span class=\"tag open\">noted</span>"
								: "<span class=\"tag good\">accepted</span>");
	html_put(html, " ");
	html_text(html, rules_class_name(difference->class));
	html_put(html, "</td></tr>\n");
}

static void put_differences(struct html *html, const struct page_drift *drift)
{
	size_t count = drift->drift->count;

	html_put(html, "<p class=\"lead\">");
	html_text(html, drift->judgement->text[0] ? drift->judgement->text
						  : "This boot is one of the accepted ones: nothing changed");
	html_put(html, ".</p>\n");
	if (!count)
		return;
	html_put(html,
		"<div class=\"card\"><table class=\"wide\"><caption>Differences from the closest accepted "
		"boot, the most "
		"serious first</caption><thead><tr><th scope=\"col\">What</th><th scope=\"col\">Why</th><th "
		"scope=\"col\">Rule</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < count && i < MAX_SHOWN; i++)
		put_difference(html, &drift->drift->differences[i]);
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
	if (!inputs->drift)
		html_put(html, "<p class=\"lead\">No baseline yet: no earlier boot is recorded here that "
			       "this one could be "
			       "compared with.</p>\n");
	else if (inputs->drift->is_learned)
		html_put(html, "<p class=\"lead\">This boot is the first that was accepted. The next ones "
			       "are compared "
			       "with it.</p>\n");
	else
		put_differences(html, inputs->drift);
	html_put(html, "</section>\n");
}
