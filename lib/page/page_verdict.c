/* page_verdict.c - the top of the page: the verdict, and the single verdicts that it combines. */
#include <string.h>
#include "base/text.h"
#include "page/page_parts.h"

static const struct {
	const char *name, *mark;
} looks[] = {
	[PAGE_GOOD] = {"good", "✓"},
	[PAGE_BAD] = {"bad", "✕"},
	[PAGE_OPEN] = {"open", "?"},
	[PAGE_INFO] = {"info", "✓"},
};

static enum page_look look_of(enum health health)
{
	return health == HEALTH_HEALTHY     ? PAGE_GOOD
	       : health == HEALTH_UNHEALTHY ? PAGE_BAD
					    : PAGE_OPEN;
}

static struct page_headline headline_of_verdict(const struct verdict *verdict)
{
	struct page_headline ret = {.look = look_of(verdict->health),
		.word = health_name(verdict->health),
		.code = verdict->reason.code};

	if (verdict->reason.code)
		memcpy(ret.text, verdict->reason.msg, sizeof(ret.text));
	else
		(void)snprintf(ret.text, sizeof(ret.text),
			"This VM proved its boot to the attestation provider, and its own check found nothing wrong.");
	return ret;
}

/* Nothing speaks against the evidence. The text names what the reader might wrongly take for
 * proven. */
static struct page_headline headline_of_good(const struct page_inputs *inputs)
{
	bool is_issuer_checked = inputs->check->is_issuer_checked;
	struct page_headline ret = {
		.look = is_issuer_checked ? PAGE_INFO : PAGE_OPEN, .word = "Verified"};

	(void)snprintf(ret.text, sizeof(ret.text),
		"%s, and nothing in it speaks against the VM. %s%s",
		is_issuer_checked ? "The evidence proves this boot"
				  : "All parts of the evidence fit together",
		inputs->bundle->has_provider ? "An attestation provider's verdict is only said."
					     : "No attestation provider was asked.",
		is_issuer_checked ? "" : " Whose TPM it is was not checked: that needs --ca.");
	return ret;
}

/* Away from the VM, a bundle's statements count only after they are checked, so contradictions come
 * first. */
static struct page_headline headline_of_check(const struct page_inputs *inputs)
{
	const struct bundlecheck *check = inputs->check;
	struct page_headline ret;

	if (check->findings.count) {
		ret = headline_of_verdict(&(struct verdict){HEALTH_UNHEALTHY, check->findings.first});
		if (check->appraisal.verdict.health == HEALTH_UNHEALTHY)
			return ret;
		ret.word = "Refused";
		ret.look = PAGE_BAD;
		return ret;
	}
	/* what the VM found against itself may lie outside its evidence, and must not be hidden */
	if (inputs->bundle->is_whole && inputs->bundle->verdict.health != HEALTH_HEALTHY)
		return headline_of_verdict(&inputs->bundle->verdict);
	return headline_of_good(inputs);
}

/* The provider knows the authorities of the platform's TPMs; this machine knows only those that it
 * was given. */
static struct page_headline headline_of_now(const struct page_inputs *inputs)
{
	struct page_headline ret = headline_of_verdict(&inputs->bundle->verdict);
	size_t len = strlen(ret.text);

	if (!ret.code && !inputs->check->is_issuer_checked)
		(void)text_format(ret.text + len, sizeof(ret.text) - len,
			" Whose TPM it is was left to the provider: checking it here too needs --ca.");
	return ret;
}

/* On the VM a token was just verified; a failed check of the reader's own --ca counts as well. */
struct page_headline page_headline(const struct page_inputs *inputs)
{
	const struct verdict *verdict = &inputs->bundle->verdict;
	bool is_good = verdict->health == HEALTH_HEALTHY;

	if (!inputs->check)
		return headline_of_verdict(verdict);
	if (inputs->is_live &&
		!(is_good && (inputs->check->findings.count || !inputs->bundle->has_provider)))
		return headline_of_now(inputs);
	return headline_of_check(inputs);
}

bool page_is_in_headline(const struct page_headline *headline, const struct err *reason)
{
	return reason->code == headline->code && strcmp(headline->text, reason->msg) == 0;
}

void page_look(struct html *html, const char *before, enum page_look look, const char *behind)
{
	html_put(html, before);
	html_put(html, looks[look].name);
	html_put(html, behind);
}

static void put_headline(struct html *html, const struct page_headline *headline)
{
	const struct err_info *info = err_info(headline->code);

	page_look(html, "<div class=\"card verdict ", headline->look,
		"\"><div class=\"mark\" aria-hidden=\"true\">");
	html_put(html, looks[headline->look].mark);
	html_put(html, "</div><div><h1>");
	html_text(html, headline->word);
	html_put(html, "</h1><p class=\"why\">");
	html_text(html, headline->text);
	html_put(html, "</p>");
	if (headline->code) {
		html_put(html, "<p class=\"remedy\"><strong>What to do:</strong> ");
		html_text(html, info->remedy);
		html_put(html, "</p><p><span class=\"tag\">");
		html_format(html, "%d %s", headline->code, info->name);
		html_put(html, "</span></p>");
	}
	html_put(html, "</div></div>\n");
}

static void put_line(struct html *html, const char *text)
{
	if (!text[0])
		return;
	html_put(html, "<p>");
	html_text(html, text);
	html_put(html, "</p>");
}

/* Shows one of the single verdicts. Its reason is either in the headline or among the findings,
 * never in both. */
static void put_single_verdict(struct html *html, const char *title, const struct verdict *verdict,
	const char *about, const struct page_headline *headline)
{
	enum page_look look = look_of(verdict->health);
	const struct err *reason = &verdict->reason;

	page_look(html, "<div class=\"card side ", look, "\"><h2>");
	html_text(html, title);
	html_put(html, "</h2><p class=\"word\">");
	html_put(html, looks[look].mark);
	html_format(html, " %s", health_name(verdict->health));
	html_put(html, "</p>");
	put_line(html, about);
	if (reason->code && page_is_in_headline(headline, reason))
		put_line(html, "As said above.");
	else if (reason->code) {
		html_put(html, "<p>");
		html_format(html, "%s (%d): see the findings below.", err_info(reason->code)->name,
			reason->code);
		html_put(html, "</p>");
	}
	html_put(html, "</div>\n");
}

/* Away from the VM, a provider's Healthy is only a statement of the file. */
static void put_unproven_provider(struct html *html, const struct page_inputs *inputs)
{
	html_put(html,
		"<div class=\"card side info\"><h2>Attestation provider</h2><p class=\"word\">– Said to be Healthy</p>");
	put_line(html, inputs->bundle->provider.address);
	put_line(html, inputs->check->is_token_checked
			       ? "Its token is in the bundle, and fits the keys beside it."
			       : "Only the bundle says so: its token is not in the bundle.");
	html_put(html, "</div>\n");
}

static void put_no_provider(struct html *html, const char *about)
{
	html_put(html,
		"<div class=\"card side info\"><h2>Attestation provider</h2><p class=\"word\">– Not asked</p><p>");
	html_text(html, about);
	html_put(html, "</p></div>\n");
}

/* The only reason is in the headline already. */
static void put_no_evidence(struct html *html)
{
	html_put(html,
		"<div class=\"card side open\"><h2>This VM's own check</h2><p class=\"word\">? Unknown</p><p>No evidence could be collected, as said above.</p></div>\n");
	put_no_provider(html, "There was nothing to ask about.");
}

static void put_local(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline)
{
	/* a machine can check more than its evidence shows to others */
	const struct verdict *local =
		inputs->is_live ? &inputs->bundle->local : &inputs->check->appraisal.verdict;

	put_single_verdict(html, inputs->is_live ? "This VM's own check" : "The evidence itself",
		local,
		local->health == HEALTH_HEALTHY ? "Signatures, event log and Secure Boot agree." : "",
		headline);
}

/* The comparison finds what the check of a single boot cannot. */
static void put_comparison(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline)
{
	const struct comparison *comparison = inputs->comparison;
	struct verdict verdict = {.health = HEALTH_HEALTHY};
	char about[64] = "Nothing changed.";
	size_t count;

	if (!comparison)
		return;
	if (comparison->finding.code)
		verdict = verdict_of_err(&comparison->finding);
	count = comparison->differences;
	if (count)
		(void)text_format(
			about, sizeof(about), "%zu difference%s.", count, count == 1 ? "" : "s");
	put_single_verdict(html, "Compared with the good boots", &verdict, about, headline);
}

static void put_provider(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline)
{
	const struct bundle *bundle = inputs->bundle;

	if (!bundle->has_provider)
		put_no_provider(html, "Only the evidence was looked at.");
	else if (!inputs->is_live && bundle->provider.verdict.health == HEALTH_HEALTHY)
		put_unproven_provider(html, inputs);
	else
		put_single_verdict(html, "Attestation provider", &bundle->provider.verdict,
			bundle->provider.address, headline);
}

void page_verdict(
	struct html *html, const struct page_inputs *inputs, const struct page_headline *headline)
{
	put_headline(html, headline);
	html_put(html, "<div class=\"sides\">\n");
	if (inputs->check) {
		put_local(html, inputs, headline);
		put_comparison(html, inputs, headline);
		put_provider(html, inputs, headline);
	} else
		put_no_evidence(html);
	html_put(html, "</div>\n");
}
