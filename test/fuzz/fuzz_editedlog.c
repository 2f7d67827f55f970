/* fuzz_editedlog.c - a true log, edited, under a true quote: whatever still verifies says what the
 * true log says.
 *
 * The first byte chooses the boot (test/data/evidence), the rest are edits (edited_log.h). What is
 * compared: Secure Boot's facts, who vouched (as read and as the page lists it), which texts count
 * as measured, what explains a changed key, and what the comparison with accepted boots comes to.
 * Left out is what nobody promises: names that a log only claims, their order across PCRs, numbers
 * of events. At its end it tells how many edited logs still verified: a target whose logs are all
 * refused would find nothing. */
#include <string.h>
#include "../support/edited_log.h"
#include "../support/reading.h"
#include "../support/share.h"
#include "drift/drift.h"
#include "drift/explain.h"

#define BOOTS         3
#define MAX_BASELINES 128
#define LEAST_SHARE   20 /* percent */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct boot {
	struct bundle bundle;
	struct reading truth;
	size_t baseline_count;
	/* accepted boots, beside which this one is not Healthy */
	struct components baselines[MAX_BASELINES];
};

static struct boot boots[BOOTS];
static struct edited_dictionary dictionary;
static struct buf kit, made_texts[2];

static enum health judge(const struct components *accepted, const struct components *boot)
{
	auto_cleanup(drift) struct drift drift = {0};
	struct rules rules = rules_default();
	struct drift_judgement judgement;
	struct err err;

	if (drift_find(accepted, 1, boot, &drift, &err) < 0)
		reading_fail("not compared");
	drift_judge(&rules, boot, &drift, &judgement);
	return judgement.verdict.health;
}

/* ---- the true boots ---- */

static void add_baseline(struct boot *boot, const struct components *accepted)
{
	if (judge(accepted, &boot->truth.components) == HEALTH_HEALTHY)
		return;
	if (boot->baseline_count == MAX_BASELINES)
		reading_fail("too many baselines");
	copy_components(accepted, &boot->baselines[boot->baseline_count++]);
}

/* A file that GRUB reads besides is known by the command that names it (PCR 8), so one more of them
 * alone is no boot that can be. */
static bool may_be_new(const struct component *component)
{
	return component->pcr != 9;
}

/* Boots that lacked one part of this one, and boots that had another in its place. */
static void add_baselines_without(struct boot *boot)
{
	const struct components *truth = &boot->truth.components;

	for (size_t i = 0; i < truth->count; i++) {
		auto_cleanup(components) struct components other = components_empty();

		copy_components(truth, &other);
		other.items[i].sha256[0] ^= 1;
		other.items[i].is_bound = false;
		add_baseline(boot, &other);
		if (!may_be_new(&truth->items[i]))
			continue;
		other.items[i] = other.items[other.count - 1];
		other.count--;
		add_baseline(boot, &other);
	}
}

static void add_text(uint32_t pcr, uint32_t type, struct bytes data)
{
	for (size_t i = 0; i < dictionary.count; i++)
		if (dictionary.texts[i].pcr == pcr && dictionary.texts[i].type == type &&
			bytes_equal(dictionary.texts[i].data, data))
			return;
	if (dictionary.count == sizeof(dictionary.texts) / sizeof(dictionary.texts[0]))
		abort();
	dictionary.texts[dictionary.count++] = (struct edited_text){pcr, type, data};
}

static void add_texts_of(const struct boot *boot)
{
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;

	if (eventlog_open(buf_bytes(&boot->bundle.request.evidence.event_log), &log, &err) < 0)
		abort();
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event))
		if (event.pcr >= 4)
			add_text(event.pcr, event.type, event.data);
}

static void add_forged_texts(void)
{
	static const struct {
		uint32_t pcr, type;
		const char *text;
	} texts[] = {
		{4, EV_EFI_ACTION, "Returning from EFI Application from Boot Option"},
		{6, EV_COMPACT_HASH, "UUID: 99999999-2222-3333-4444-555555555555"},
		{7, EV_EFI_ACTION, "UEFI Debug Mode"},
		{8, EV_IPL, "grub_cmd: linux /vmlinuz root=/dev/sda1 init=/bin/sh"},
		{8, EV_IPL, "kernel_cmdline: /vmlinuz root=/dev/sda1 init=/bin/sh"},
		{8, EV_IPL, "grub_cmd: set timeout=5"},
		{8, EV_IPL, ""},
		{9, EV_IPL, "/boot/grub/fonts/unicode.pf2"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_text(texts[i].pcr, texts[i].type, bytes_of_text(texts[i].text));
	made_texts[0] = variable_data(
		uefi_global_variable_guid, "SecureBoot", (struct bytes){(const uint8_t *)"", 1});
	made_texts[1] = variable_data(
		uefi_image_security_guid, "MokSBState", (struct bytes){(const uint8_t *)"\1", 1});
	add_text(7, EV_EFI_VARIABLE_DRIVER_CONFIG, buf_bytes(&made_texts[0]));
	add_text(7, EV_EFI_VARIABLE_AUTHORITY, buf_bytes(&made_texts[1]));
	kit = recorded_evidence_file("boot-kit.measured");
	add_text(EVENTLOG_NO_PCR, EV_EFI_ACTION, buf_bytes(&kit));
}

static void begin(void)
{
	static const char *const names[BOOTS] = {"good.json", "changed.json", "off.json"};

	if (dictionary.count)
		return;
	for (size_t i = 0; i < BOOTS; i++) {
		boots[i].bundle = recorded_evidence(names[i]);
		read_boot(&boots[i].bundle, &boots[i].truth);
		if (!boots[i].truth.appraisal.has_secureboot)
			reading_fail(boots[i].truth.appraisal.verdict.reason.msg);
		add_texts_of(&boots[i]);
	}
	add_forged_texts();
	for (size_t i = 0; i < BOOTS; i++) {
		for (size_t k = 0; k < BOOTS; k++)
			add_baseline(&boots[i], &boots[k].truth.components);
		add_baselines_without(&boots[i]);
	}
	share_begin("edited logs", "still verified", LEAST_SHARE);
}

/* ---- an edited one beside the true one ---- */

/* The verdict that the true log has, found out as far. Of several reasons the first one stays, so
 * that a log with events that no PCR has seen, or with one in PCR 7 that it does not tell, may end
 * with the same where Secure Boot was off. */
static bool is_verified(const struct appraisal *edited, const struct appraisal *truth)
{
	return edited->has_secureboot && edited->verdict.health == truth->verdict.health &&
	       edited->verdict.reason.code == truth->verdict.reason.code &&
	       !edited->unquoted.unmeasured &&
	       edited->secureboot.has_unbound_event == truth->secureboot.has_unbound_event;
}

static bool have_all(const struct components *some, const struct components *others)
{
	for (size_t i = 0; i < some->count; i++)
		if (!components_have(others, &some->items[i]))
			return false;
	return true;
}

static bool is_same_components(const struct components *a, const struct components *b)
{
	return a->count == b->count && a->listed == b->listed && a->hidden == b->hidden &&
	       have_all(a, b) && have_all(b, a);
}

/* Kinds whose names are what was measured, and not what the log's type makes of it. */
static bool is_named_by_data(const struct component *component)
{
	return component->pcr == 7 || component->pcr == 8 || component->kind == COMPONENT_VM_ID;
}

static bool is_renamed(const struct component *a, const struct component *b)
{
	return a->is_bound && b->is_bound && !a->folded && !b->folded && a->kind == b->kind &&
	       a->kind != COMPONENT_SECURE_BOOT_SETTING && is_named_by_data(a) &&
	       memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0 && strcmp(a->name, b->name) != 0;
}

static void compare_names(const struct components *edited, const struct components *truth)
{
	for (size_t i = 0; i < edited->count; i++)
		for (size_t k = 0; k < truth->count; k++)
			if (is_renamed(&edited->items[i], &truth->items[k]))
				reading_fail("another name of the same part");
}

static void compare_components(const struct boot *boot, const struct components *edited)
{
	compare_names(edited, &boot->truth.components);
	if (is_same_components(edited, &boot->truth.components))
		return;
	for (size_t i = 0; i < boot->baseline_count; i++)
		if (judge(&boot->baselines[i], edited) == HEALTH_HEALTHY)
			reading_fail("a serious change that is none any more");
}

/* Of keys: does what was there before the restart explain them? */
static bool is_explained(const struct bundle *bundle, const struct reading *reading,
	const struct component *component, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	const struct explain_sources sources = {
		.round.root_fd = -1, .secureboot = &reading->appraisal.secureboot};
	struct next_boot pending = {0};
	struct explanation explanation;
	struct err package_timeout = {0};

	(void)bundle; /* its log is hearsay: facts are what explains */
	for (size_t i = 0; i < UEFI_KEYS; i++) {
		pending.variables[i].seen_s = 1;
		memcpy(pending.variables[i].sha256, sha256, CRYPTO_SHA256_SIZE);
	}
	explain_component(&sources, &pending, component, &package_timeout, &explanation);
	return explanation.how > EXPLANATION_UNKNOWN;
}

static void compare_explanations(
	const struct boot *boot, const struct bundle *bundle, const struct reading *edited)
{
	static const enum component_kind kinds[] = {
		COMPONENT_PK, COMPONENT_KEK, COMPONENT_DB, COMPONENT_DBX};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < BOOTS; k++) {
			const struct secureboot *other = &boots[k].truth.appraisal.secureboot;
			const struct component component = {.kind = kinds[i], .pcr = 7};

			if (is_explained(bundle, edited, &component, other->keys[i].sha256) &&
				!is_explained(&boot->bundle, &boot->truth, &component,
					other->keys[i].sha256))
				reading_fail("an explanation for keys that are not in force");
		}
}

static void compare(const struct boot *boot, const struct bundle *bundle, bool is_harmless)
{
	auto_cleanup(reading) struct reading edited = {0};
	const struct reading *truth = &boot->truth;

	read_boot(bundle, &edited);
	if (edited.appraisal.verdict.health == HEALTH_HEALTHY &&
		truth->appraisal.verdict.health != HEALTH_HEALTHY)
		reading_fail("Healthy");
	if (!is_verified(&edited.appraisal, &truth->appraisal)) {
		if (is_harmless)
			reading_fail("refused, though it differs in nothing that counts");
		return;
	}
	if (is_harmless && !is_same_components(&edited.components, &truth->components))
		reading_fail("other parts, though it differs in nothing that counts");
	share.good++;
	compare_facts(&edited.appraisal.secureboot, &truth->appraisal.secureboot);
	compare_signers(&edited.appraisal.authorities, &truth->appraisal.authorities);
	if (!bytes_equal(buf_bytes(&edited.vouched), buf_bytes(&truth->vouched)))
		reading_fail("the page lists other signers");
	compare_components(boot, &edited.components);
	compare_marks(&bundle->request.evidence);
	compare_explanations(boot, bundle, &edited);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct edited_log edited; /* 60 KiB */
	auto_cleanup(buf) struct buf log = buf_with_max(EDITED_LOG_BYTES);
	const struct boot *boot;
	struct bundle bundle;

	begin();
	if (size < 1 + 4)
		return 0;
	boot = &boots[data[0] % BOOTS];
	edited_log_of(buf_bytes(&boot->bundle.request.evidence.event_log), &dictionary, &edited);
	edited.may_break = data[0] >= 192;
	edited_apply(&edited, (struct bytes){data + 1, size - 1});
	edited_print(&edited, &log);
	edited_log_cleanup(&edited);
	if (bytes_equal(buf_bytes(&log), buf_bytes(&boot->bundle.request.evidence.event_log)))
		return 0;
	share.made++;
	bundle = boot->bundle; /* its other parts are shared, and only read */
	bundle.request.evidence.event_log = log;
	compare(boot, &bundle, edited.is_harmless);
	return 0;
}
