/* page_keys.c - Secure Boot's keys, and which of them authorised which program. */
#include "appraise/authority.h"
#include "appraise/eventstory.h"
#include "page/page_parts.h"

#define MAX_AUTHORITIES 64

static void put_subjects(struct html *html, const struct secureboot_keys *keys)
{
	if (!keys->cert_count)
		return;
	html_put(html, "<ul>");
	for (size_t i = 0; i < keys->cert_count; i++) {
		html_put(html, "<li>");
		html_text(html, keys->certs[i].subject[0] ? keys->certs[i].subject
							  : "(no readable certificate)");
		html_put(html, " ");
		page_digest(html, (struct bytes){keys->certs[i].sha256, CRYPTO_SHA256_SIZE});
		html_put(html, "</li>");
	}
	html_put(html, "</ul>");
}

struct key_row {
	const char *name, *about;
	const struct secureboot_keys *keys;
};

static void put_row(struct html *html, const struct key_row *row)
{
	const struct secureboot_keys *keys = row->keys;

	html_put(html, "<tr><th scope=\"row\">");
	html_text(html, row->name);
	html_put(html, "</th><td>");
	html_text(html, row->about);
	html_put(html, "</td><td>");
	put_subjects(html, keys);
	if (keys->hash_count + keys->other_count)
		html_format(html, "%zu hash%s%s", keys->hash_count, keys->hash_count == 1 ? "" : "es",
			keys->other_count ? ", and other entries" : "");
	else if (!keys->cert_count)
		html_put(html, "empty");
	if (keys->is_cut)
		html_put(html, ", and more certificates");
	if (keys->is_malformed)
		html_put(html, " <span class=\"tag bad\">malformed</span>");
	html_put(html, "</td></tr>\n");
}

static void put_table(struct html *html, const struct secureboot *facts)
{
	const struct key_row rows[] = {
		{"PK", "Platform key: may replace all others", &facts->keys[UEFI_PK]},
		{"KEK", "May change db and dbx", &facts->keys[UEFI_KEK]},
		{"db", "May vouch for programs", &facts->keys[UEFI_DB]},
		{"dbx", "Revoked: may not run", &facts->keys[UEFI_DBX]},
	};

	html_put(html,
		"<table class=\"wide\"><caption>Keys in force during this boot, as measured</caption><thead><tr><th scope=\"col\">List</th><th scope=\"col\">What it allows</th><th scope=\"col\">Entries</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put_row(html, &rows[i]);
	html_put(html, "</tbody></table>\n");
}

static void put_authorities(struct html *html, const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	size_t count = 0;
	struct err err;

	while (count < MAX_AUTHORITIES && event_next(log, &walk, &event)) {
		struct authority authority;
		struct eventstory words;
		bool is_one;

		if (authority_of_event(&event, &authority, &is_one, &err) < 0 ||
			(is_one && eventstory_describe(log, &walk, &event, &words, &err) < 0)) {
			html_fail(html, &err);
			return;
		}
		if (!is_one || !authority.has_cert)
			continue;
		if (count++ == 0)
			html_put(html, "<h3>Who vouched for what</h3><ul>\n");
		html_put(html, "<li>");
		html_text(html, words.text);
		html_put(html, "</li>\n");
	}
	html_put(html, count ? "</ul>\n" : "<p>No key vouched for a program.</p>\n");
}

void page_keys(struct html *html, const struct page_inputs *inputs)
{
	const struct appraisal *appraisal = inputs->check ? &inputs->check->appraisal : NULL;

	if (!appraisal)
		return;
	html_put(html, "<section><h2>Secure Boot</h2>\n");
	if (!appraisal->has_secureboot) {
		html_put(html,
			"<p class=\"lead\">Not proved: the event log was not found to be what the TPM measured.</p></section>\n");
		return;
	}
	html_put(html, "<p class=\"lead\">Secure Boot was <strong>");
	html_put(html, appraisal->secureboot.is_enabled ? "on" : "off");
	html_put(html, "</strong>, as the firmware measured it in PCR 7.</p>\n<div class=\"card\">");
	put_table(html, &appraisal->secureboot);
	put_authorities(html, &appraisal->log);
	html_put(html, "</div></section>\n");
}
