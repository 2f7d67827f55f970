#include "monitor/page.h"

#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "monitor/page_parts.h"

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

/* ---- the verdict ---- */

enum look { LOOK_GOOD, LOOK_BAD, LOOK_OPEN, LOOK_INFO };

static const struct {
	const char *name, *mark;
} looks[] = {
	[LOOK_GOOD] = {"good", "✓"},
	[LOOK_BAD] = {"bad", "✕"},
	[LOOK_OPEN] = {"open", "?"},
	[LOOK_INFO] = {"info", "✓"},
};

struct headline {
	enum look look;
	const char *word;
	char text[ERR_MSG_SIZE];
	enum err_code code;
};

static enum look look_of(enum health health)
{
	return health == HEALTH_HEALTHY ? LOOK_GOOD : health == HEALTH_UNHEALTHY ? LOOK_BAD : LOOK_OPEN;
}

static struct headline headline_of_verdict(const struct verdict *verdict)
{
	struct headline ret = {.look = look_of(verdict->health),
		.word = health_name(verdict->health),
		.code = verdict->reason.code};

	if (verdict->reason.code)
		memcpy(ret.text, verdict->reason.msg, sizeof(ret.text));
	else
		(void)snprintf(ret.text, sizeof(ret.text),
			"This VM proved its boot to the attestation provider, and its own check found "
			"nothing "
			"wrong.");
	return ret;
}

/* Nothing speaks against the evidence; the rest is what a reader may take for proved and is not. */
static struct headline headline_of_good(const struct page_inputs *inputs)
{
	bool is_vouched = inputs->check->is_issuer_checked;
	struct headline ret = {.look = is_vouched ? LOOK_INFO : LOOK_OPEN, .word = "Verified"};

	(void)snprintf(ret.text, sizeof(ret.text), "%s, and nothing in it speaks against the VM. %s%s",
		is_vouched ? "The evidence proves this boot" : "All parts of the evidence fit together",
		inputs->bundle->has_provider ? "An attestation provider's verdict is only said."
					     : "No attestation provider was asked.",
		is_vouched ? "" : " Whose TPM it is was not checked: that needs --ca.");
	return ret;
}

/* Elsewhere a bundle's words count for nothing until they are checked: what is wrong with them comes first. */
static struct headline headline_of_check(const struct page_inputs *inputs)
{
	const struct bundlecheck *check = inputs->check;
	struct headline ret;

	if (check->findings.count) {
		ret = headline_of_verdict(&(struct verdict){HEALTH_UNHEALTHY, check->findings.items[0]});
		if (check->appraisal.verdict.health == HEALTH_UNHEALTHY)
			return ret;
		ret.word = "Refused";
		ret.look = LOOK_BAD;
		return ret;
	}
	/* what the VM found against itself may lie beyond its evidence, and is not to be praised away */
	if (inputs->bundle->is_whole && inputs->bundle->verdict.health != HEALTH_HEALTHY)
		return headline_of_verdict(&inputs->bundle->verdict);
	return headline_of_good(inputs);
}

/* Here and now a token was verified; yet what only this page's reader asked for, --ca, counts too. */
static struct headline headline_of(const struct page_inputs *inputs)
{
	const struct verdict *verdict = &inputs->bundle->verdict;
	bool is_good = verdict->health == HEALTH_HEALTHY;

	if (!inputs->check || (inputs->is_live && !(is_good && (inputs->check->findings.count ||
								       !inputs->bundle->has_provider))))
		return headline_of_verdict(verdict);
	return headline_of_check(inputs);
}

static void put_look(struct html *html, const char *before, enum look look, const char *behind)
{
	html_put(html, before);
	html_put(html, looks[look].name);
	html_put(html, behind);
}

static void put_verdict(struct html *html, const struct headline *headline)
{
	const struct err_info *info = err_info(headline->code);

	put_look(html, "<div class=\"card verdict ", headline->look,
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

/* One of the two views that together are the verdict. What the headline says is not repeated. */
static void put_side(struct html *html, const char *title, const struct verdict *verdict, const char *about,
	const struct headline *headline)
{
	enum look look = look_of(verdict->health);

	put_look(html, "<div class=\"card side ", look, "\"><h2>");
	html_text(html, title);
	html_put(html, "</h2><p class=\"word\">");
	html_put(html, looks[look].mark);
	html_format(html, " %s", health_name(verdict->health));
	html_put(html, "</p>");
	put_line(html, about);
	if (verdict->reason.code && strcmp(verdict->reason.msg, headline->text) == 0)
		put_line(html, "As said above.");
	else if (verdict->reason.code)
		put_line(html, verdict->reason.msg);
	html_put(html, "</div>\n");
}

/* Elsewhere a provider's praise is only what a file says. */
static void put_said_provider(struct html *html, const struct page_inputs *inputs)
{
	html_put(html,
		"<div class=\"card side info\"><h2>Attestation provider</h2><p class=\"word\">– Said to be "
		"Healthy</p>");
	put_line(html, inputs->bundle->provider.address);
	put_line(html, inputs->check && inputs->check->is_token_checked
			       ? "Its token is in the bundle, and fits the keys beside it."
			       : "Only the bundle says so: its token is not in the bundle.");
	html_put(html, "</div>\n");
}

static void put_no_provider(struct html *html, const char *about)
{
	html_put(html, "<div class=\"card side info\"><h2>Attestation provider</h2><p class=\"word\">– Not "
		       "asked</p><p>");
	html_text(html, about);
	html_put(html, "</p></div>\n");
}

static void put_sides(struct html *html, const struct page_inputs *inputs, const struct headline *headline)
{
	const struct bundle *bundle = inputs->bundle;
	/* a machine looks at more than its evidence shows to others */
	const struct verdict *local =
		inputs->is_live || !inputs->check ? &bundle->local : &inputs->check->appraisal.verdict;

	html_put(html, "<div class=\"two\">\n");
	put_side(html, inputs->is_live ? "This VM's own check" : "The evidence itself", local,
		!inputs->check                    ? "No evidence could be collected."
		: local->health == HEALTH_HEALTHY ? "Signatures, event log and Secure Boot agree."
						  : "",
		headline);
	if (bundle->has_provider && !inputs->is_live && bundle->provider.verdict.health == HEALTH_HEALTHY)
		put_said_provider(html, inputs);
	else if (bundle->has_provider)
		put_side(html, "Attestation provider", &bundle->provider.verdict, bundle->provider.address,
			headline);
	else
		put_no_provider(html, inputs->check ? "Only the evidence was looked at."
						    : "There was nothing to ask about.");
	html_put(html, "</div>\n");
}

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

static void put_facts(struct html *html, const struct page_inputs *inputs)
{
	const struct bundle *bundle = inputs->bundle;
	const struct appraisal *appraisal = inputs->check ? &inputs->check->appraisal : NULL;
	char system[EVIDENCE_TEXT_SIZE + 32] = "";

	html_put(html, "<dl class=\"card facts\">");
	put_fact(html, "Machine", bundle->machine.hostname);
	if (appraisal && appraisal->has_secureboot) {
		put_fact(html, "VM id", appraisal->secureboot.vm_id);
		put_fact(html, "Secure Boot", appraisal->secureboot.is_enabled ? "On" : "Off");
	}
	if (appraisal)
		(void)snprintf(system, sizeof(system), "%s %d.%d", bundle->request.evidence.os_distro,
			bundle->request.evidence.os_major, bundle->request.evidence.os_minor);
	put_fact(html, "System", system);
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

/* ---- findings ---- */

static void put_finding(struct html *html, const struct err *finding)
{
	const struct err_info *info = err_info(finding->code);
	bool is_bad = info->kind == ERR_KIND_INTEGRITY || finding->code == ERR_SECURE_BOOT_OFF;

	put_look(html, "<div class=\"card finding ", is_bad ? LOOK_BAD : LOOK_OPEN, "\"><h3>");
	html_text(html, finding->msg);
	html_put(html, "</h3><p>");
	html_text(html, info->remedy);
	html_put(html, "</p><p class=\"code\">Code ");
	html_format(html, "%d, %s", finding->code, info->name);
	html_put(html, "</p></div>\n");
}

static bool is_told(const struct headline *headline, const struct err *finding)
{
	return finding->code == headline->code && strcmp(finding->msg, headline->text) == 0;
}

/* The headline has told one already. */
static void put_findings(struct html *html, const struct page_inputs *inputs, const struct headline *headline)
{
	auto_cleanup(free) struct findings *all = calloc(1, sizeof(*all)); /* 20 KiB: not on the stack */
	size_t untold = 0;

	if (!all)
		return;
	if (inputs->check)
		*all = inputs->check->findings;
	if (inputs->bundle->verdict.reason.code && (inputs->is_live || !inputs->check))
		findings_add(all, &inputs->bundle->verdict.reason);
	if (inputs->bundle->has_provider && inputs->bundle->provider.verdict.reason.code)
		findings_add(all, &inputs->bundle->provider.verdict.reason);
	for (size_t i = 0; i < all->count; i++)
		untold += !is_told(headline, &all->items[i]);
	if (!untold)
		return;
	html_put(html,
		untold < all->count ? "<section><h2>Further findings</h2>" : "<section><h2>Findings</h2>");
	html_put(html,
		"<p class=\"lead\">With what to do about each. Codes are the same on the portal, in the log "
		"and on the command line.</p>\n");
	for (size_t i = 0; i < all->count; i++)
		if (!is_told(headline, &all->items[i]))
			put_finding(html, &all->items[i]);
	html_put(html, "</section>\n");
}

/* ---- the page ---- */

static void put_head(struct html *html, const struct headline *headline)
{
	/* nothing runs and nothing is fetched, whatever a browser made of a text */
	html_put(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
		       "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
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
	html_format(
		html, "Made by guest-attest %s", inputs->bundle->program[0] ? inputs->bundle->program : "");
	html_put(html, " on ");
	page_time(html, inputs->now_s);
	html_put(html, ". This page holds no scripts and fetches nothing. It is a reading of the evidence; "
		       "the bundle "
		       "is the evidence.</p></footer>\n");
}

int page_write(const struct page_inputs *inputs, struct buf *ret, struct err *err)
{
	auto_cleanup(html) struct html html = html_with_max(PAGE_MAX_BYTES);
	struct headline headline = headline_of(inputs);

	put_head(&html, &headline);
	html_put(&html, "<header><p class=\"kind\">Boot integrity report</p>\n");
	put_verdict(&html, &headline);
	put_sides(&html, inputs, &headline);
	put_facts(&html, inputs);
	html_put(&html, "</header>\n<main>\n");
	put_findings(&html, inputs, &headline);
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
