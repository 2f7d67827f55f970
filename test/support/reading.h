/* reading.h - what the product says of evidence, and whether it says the same of two: for the fuzz
 * targets that change one of them under a true quote. Aborts where it does not. Compared is what is
 * told as proved. */
#ifndef TEST_SUPPORT_READING_H
#define TEST_SUPPORT_READING_H

#include <string.h>
#include "appraise/machine_view.h"
#include "boot/cclog.h"
#include "components/components.h"
#include "page/page_parts.h"
#include "recorded_evidence.h"

/* What the product says of a log. */
struct reading {
	struct appraisal appraisal;
	struct components components;
	struct buf vouched; /* of the page */
};

static inline _Noreturn void reading_fail(const char *what)
{
	(void)fprintf(stderr, "it still verifies: %s\n", what);
	abort();
}

/* ---- what the product says ---- */

/* For who changes the copy. */
static inline void copy_components(const struct components *from, struct components *ret)
{
	struct err err;

	*ret = components_empty();
	ret->listed = from->listed;
	for (size_t i = 0; i < from->count; i++)
		if (components_add(ret, &from->items[i], &err) < 0)
			abort();
	if (buf_set(&ret->revoked, buf_bytes(&from->revoked), &err) < 0)
		abort();
}

/* <li> by <li> of the page's list of those who vouched, without the program, which the log only
 * claims. */
static inline void take_vouched(const struct buf *page, struct buf *ret)
{
	const char *at =
		page->len ? strstr((const char *)page->data, "Who vouched for what</h3>") : NULL;
	const char *end = at ? strstr(at, "</ul>") : NULL;
	struct err err;

	while (at && end && (at = strstr(at, "<li>")) && at < end) {
		const char *close = strstr(at, "</li>");
		const char *program = strstr(at, " vouched for ");
		const char *till = program && program < close ? program : close;

		if (buf_append(ret, at, (size_t)(till - at), &err) < 0)
			abort();
		at = close;
	}
}

/* This section alone: it reads the log by itself, and the whole page would take most of a fuzzer's
 * time. */
static inline void read_page(const struct bundle *bundle, struct reading *ret)
{
	static struct bundlecheck check; /* 40 KiB */
	auto_cleanup(html) struct html html = html_with_max(PAGE_MAX_BYTES);
	struct err err;

	check = (struct bundlecheck){.appraisal = ret->appraisal};
	page_keys(&html, &(struct page_inputs){.bundle = bundle, .check = &check});
	if (html_end(&html, &err) < 0)
		reading_fail("no page");
	take_vouched(&html.buf, &ret->vouched);
}

/* As round.c does with the evidence and the later PCRs of this machine. */
static inline void read_boot(const struct bundle *bundle, struct reading *ret)
{
	const struct evidence *evidence = &bundle->request.evidence;
	struct err err;

	*ret = (struct reading){
		.components = components_empty(), .vouched = buf_with_max(PAGE_MAX_BYTES)};
	appraise_evidence(evidence, BINDING_NULL_ONLY, &ret->appraisal);
	machine_view_compare(&(struct machine_view){.pcrs = bundle->unquoted}, &ret->appraisal);
	if (!ret->appraisal.has_secureboot)
		return;
	if (components_read(&ret->appraisal.log,
		    evidence->pcrs.mask | unquoted_proven(&ret->appraisal.unquoted),
		    &ret->components, &err) < 0)
		reading_fail("believed, and its components cannot be read");
	ret->components.hidden =
		ret->appraisal.unquoted.compared & ~unquoted_proven(&ret->appraisal.unquoted);
	read_page(bundle, ret);
}

static inline void reading_cleanup(struct reading *reading)
{
	appraisal_done(&reading->appraisal);
	components_done(&reading->components);
	buf_done(&reading->vouched);
}

static inline bool is_same_keys(const struct secureboot_keys *a, const struct secureboot_keys *b)
{
	if (a->is_measured != b->is_measured || a->is_malformed != b->is_malformed ||
		a->cert_count != b->cert_count || a->hash_count != b->hash_count ||
		a->other_count != b->other_count ||
		memcmp(a->sha256, b->sha256, sizeof(a->sha256)) != 0)
		return false;
	for (size_t i = 0; i < a->cert_count; i++)
		if (memcmp(a->certs[i].sha256, b->certs[i].sha256, sizeof(a->certs[i].sha256)) != 0 ||
			strcmp(a->certs[i].subject, b->certs[i].subject) != 0)
			return false;
	return true;
}

/* a: of what was changed. */
static inline void compare_facts(const struct secureboot *a, const struct secureboot *b)
{
	char level[128], other[128];

	if (a->is_enabled != b->is_enabled || a->is_firmware_debug != b->is_firmware_debug ||
		a->is_shim_lenient != b->is_shim_lenient ||
		a->has_unbound_event != b->has_unbound_event)
		reading_fail("another state of Secure Boot");
	for (size_t i = 0; i < UEFI_KEYS; i++)
		if (!is_same_keys(&a->keys[i], &b->keys[i]))
			reading_fail("other keys");
	if (a->authority_count != b->authority_count)
		reading_fail("another number of signers");
	sbat_text(&a->sbat, level, sizeof(level));
	sbat_text(&b->sbat, other, sizeof(other));
	if (a->has_sbat != b->has_sbat || strcmp(level, other) != 0)
		reading_fail("another SBAT level");
	/* a log may withhold what it was: the digest of EV_COMPACT_HASH need not be that of its
	 * data, and no firmware must measure one */
	if (a->vm_id[0] && strcmp(a->vm_id, b->vm_id) != 0)
		reading_fail("another VM id");
}

static inline void compare_signers(const struct authorities *a, const struct authorities *b)
{
	if (a->count != b->count || a->is_cut != b->is_cut)
		reading_fail("more or less signers");
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].has_cert != b->items[i].has_cert ||
			memcmp(a->items[i].sha256, b->items[i].sha256, sizeof(a->items[i].sha256)) !=
				0 ||
			strcmp(a->items[i].subject, b->items[i].subject) != 0 ||
			strcmp(a->items[i].variable, b->items[i].variable) != 0)
			reading_fail("another signer");
}

/* Its own reading of which texts a digest covers: all of it, a variable's value, what is behind a
 * word, or all but the last byte. */
static inline bool is_covered(const struct event *event, struct bytes digest)
{
	struct uefivar var;
	uint8_t hash[CRYPTO_SHA256_SIZE];

	for (size_t i = 0; i <= 20 && i <= event->data.len; i++)
		for (size_t cut = 0; cut < 3 && i + cut <= event->data.len; cut++) {
			crypto_sha256((struct bytes){event->data.data + i, event->data.len - i - cut},
				hash);
			if (bytes_equal(digest, (struct bytes){hash, sizeof(hash)}))
				return true;
		}
	if (!uefivar_parse(event->data, &var))
		return false;
	crypto_sha256(var.data, hash);
	return bytes_equal(digest, (struct bytes){hash, sizeof(hash)});
}

static inline void compare_marks(const struct evidence *evidence)
{
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;
	int bank;

	if (eventlog_open(buf_bytes(&evidence->event_log), &log, &err) < 0)
		abort();
	if (cclog_is(&log))
		reading_fail("read as a confidential VM's");
	bank = eventlog_bank_index(&log, EVENTLOG_SHA256);
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event)) {
		if (event.type == EV_NO_ACTION || event.pcr == EVENTLOG_NO_PCR ||
			replay_data_of(&log, &event) != REPLAY_AS_MEASURED)
			continue;
		if (!event.digest[bank].data || !is_covered(&event, event.digest[bank]))
			reading_fail("a text that is marked as measured, and was not");
	}
}

#endif
