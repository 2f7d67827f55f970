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

static enum page_look look_of_origin(enum bundlecheck_origin origin)
{
	return origin == BUNDLECHECK_GENUINE   ? PAGE_INFO
	       : origin == BUNDLECHECK_REFUSED ? PAGE_BAD
					       : PAGE_OPEN;
}

/* Nothing speaks against the evidence, and nothing proves that the boot was good. The text names
 * what the reader might wrongly take for proven. */
static void put_unsaid(const struct page_inputs *inputs, struct page_headline *ret)
{
	const struct bundlecheck *check = inputs->check;
	bool is_genuine = check->origin == BUNDLECHECK_GENUINE;

	if (check->boot.reason.code)
		(void)text_format(ret->text, sizeof(ret->text),
			"Whether the boot is good is not said: %s", check->boot.reason.msg);
	else
		(void)text_format(ret->text, sizeof(ret->text),
			"%s. Whether the boot is good is not said: only the VM compares it with others, and %s%s",
			is_genuine ? "The evidence proves this boot"
				   : "All parts of the evidence fit together",
			inputs->bundle->has_provider
				? "an attestation provider's verdict is only quoted."
				: "no attestation provider was asked.",
			is_genuine ? "" : " Whose TPM it is was not checked: that needs --ca.");
	ret->code = check->boot.reason.code;
}

/* Away from the VM, a bundle's statements count only after they are checked. */
static struct page_headline headline_of_check(const struct page_inputs *inputs)
{
	const struct bundlecheck *check = inputs->check;
	struct page_headline ret = {
		.word = bundlecheck_word(check), .look = look_of_origin(check->origin)};

	if (check->origin == BUNDLECHECK_REFUSED) {
		ret.code = check->refusal.code;
		memcpy(ret.text, check->refusal.msg, sizeof(ret.text));
	} else if (check->boot.health == HEALTH_UNKNOWN) {
		put_unsaid(inputs, &ret);
	} else {
		ret = headline_of_verdict(&check->boot);
	}
	return ret;
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

/* A card with a question, its answer in a word, and what it rests on. */
static void put_answer(struct html *html, const char *question, enum page_look look,
	const char *answer, const char *about)
{
	page_look(html, "<div class=\"card side ", look, "\"><h2>");
	html_put(html, question);
	html_put(html, "</h2><p class=\"word\">");
	html_put(html, looks[look].mark);
	html_format(html, " %s", answer);
	html_put(html, "</p>");
	put_line(html, about);
	html_put(html, "</div>\n");
}

static void put_answers(struct html *html, const struct bundlecheck *check)
{
	static const char *const origins[] = {
		[BUNDLECHECK_REFUSED] = "See the findings.",
		[BUNDLECHECK_UNANCHORED] = "All parts fit together; nothing shows whose TPM it is.",
		[BUNDLECHECK_GENUINE] =
			"Signatures, event log and what the bundle says agree, and a trusted authority vouches for the TPM.",
	};
	const char *boot = "Neither evidence nor a provider proves it.";

	if (check->origin == BUNDLECHECK_REFUSED)
		boot = "Evidence that is refused shows no boot.";
	else if (check->boot.health == HEALTH_HEALTHY)
		boot = "A provider's token proves it, by the keys given.";
	else if (check->boot.health == HEALTH_UNHEALTHY)
		boot = check->findings.count ? "The evidence shows it." : "The bundle says it.";
	put_answer(html, "Is it genuine?", look_of_origin(check->origin),
		bundlecheck_origin_name(check->origin), origins[check->origin]);
	put_answer(html, "Is the boot good?", look_of(check->boot.health),
		check->boot.health == HEALTH_UNKNOWN ? "not said" : health_name(check->boot.health),
		boot);
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
		if (inputs->is_live)
			put_single_verdict(html, "This VM's own check", &inputs->bundle->local,
				inputs->bundle->local.health == HEALTH_HEALTHY
					? "Signatures, event log and Secure Boot agree."
					: "",
				headline);
		else
			put_answers(html, inputs->check);
		put_comparison(html, inputs, headline);
		put_provider(html, inputs, headline);
	} else
		put_no_evidence(html);
	html_put(html, "</div>\n");
}
