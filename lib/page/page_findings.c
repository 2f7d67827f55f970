/* page_findings.c - all findings, with their remedies. */
#include <string.h>
#include "page/page_parts.h"

/* Replaces the headline's text within a message: a provider's message may contain it. */
static void put_message(struct html *html, const char *message, const char *told)
{
	const char *again = told[0] ? strstr(message, told) : NULL;

	if (!again) {
		html_text(html, message);
		return;
	}
	html_bytes(html, (struct bytes){(const uint8_t *)message, (size_t)(again - message)});
	html_put(html, "as said above.");
	html_text(html, again + strlen(told));
}

static void put_finding(
	struct html *html, const struct err *finding, const struct page_headline *headline)
{
	const struct err_info *info = err_info(finding->code);

	page_look(html, "<div class=\"card finding ", info->is_against_vm ? PAGE_BAD : PAGE_OPEN,
		"\"><h3>");
	put_message(html, finding->msg, headline->text);
	html_put(html, "</h3><p>");
	html_text(html, info->remedy);
	html_put(html, "</p><p class=\"code\">Code ");
	html_format(html, "%d, %s", finding->code, info->name);
	html_put(html, "</p></div>\n");
}

/* Collects all reasons: of the check, the verdicts, the comparison and the provider. */
static void collect_reasons(const struct page_inputs *inputs, struct findings *ret)
{
	const struct bundle *bundle = inputs->bundle;
	bool is_own = inputs->is_live || !inputs->check;

	if (inputs->check)
		findings_add_all(ret, &inputs->check->findings);
	if (is_own && bundle->verdict.reason.code)
		findings_add(ret, &bundle->verdict.reason);
	if (is_own && bundle->local.reason.code)
		findings_add(ret, &bundle->local.reason);
	if (inputs->comparison && inputs->comparison->finding.code)
		findings_add(ret, &inputs->comparison->finding);
	if (bundle->has_provider && bundle->provider.verdict.reason.code)
		findings_add(ret, &bundle->provider.verdict.reason);
}

/* Shows the reasons that the headline does not show. */
void page_findings(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline)
{
	auto_cleanup(findings) struct findings all = {0};
	size_t untold = 0;

	collect_reasons(inputs, &all);
	for (size_t i = 0; i < all.count; i++)
		untold += !page_is_in_headline(headline, findings_at(&all, i));
	if (!untold && !all.lacks_memory)
		return;
	html_put(html, untold < all.count ? "<section><h2>Further findings</h2>"
					  : "<section><h2>Findings</h2>");
	html_put(html,
		"<p class=\"lead\">With what to do about each. Codes are the same on the portal, in the log and on the command line.</p>\n");
	for (size_t i = 0; i < all.count; i++)
		if (!page_is_in_headline(headline, findings_at(&all, i)))
			put_finding(html, findings_at(&all, i), headline);
	if (all.lacks_memory)
		html_put(html, "<p>There are more, for which there was no memory.</p>\n");
	html_put(html, "</section>\n");
}
