#include "drift/baseline.h"

#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"

void baseline_done(struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->count; i++)
		components_done(&baseline->variants[i].components);
	*baseline = (struct baseline){0};
}

int baseline_new(struct baseline **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for the accepted boots.");
}

void baseline_ptr_cleanup(struct baseline **baseline)
{
	if (*baseline)
		baseline_done(*baseline);
	free(*baseline);
}

const char *baseline_how_name(enum baseline_how how)
{
	static const char *const names[] = {
		[BASELINE_LEARNED] = "learned",
		[BASELINE_EXPLAINED] = "explained",
		[BASELINE_OWNER] = "owner",
	};

	return names[how];
}

int baseline_compare(const struct baseline *baseline, const struct components *boot,
	struct drift *ret, struct err *err)
{
	struct components variants[BASELINE_MAX_VARIANTS]; /* views */

	for (size_t i = 0; i < baseline->count; i++)
		variants[i] = baseline->variants[i].components;
	return drift_find(variants, baseline->count, boot, ret, err);
}

/* revocations: adds what revokes programs, which are shim's level and dbx, or all but that. */
static int add_items(
	const struct components *from, bool revocations, struct components *ret, struct err *err)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct component *item = &from->items[i];
		bool is_revocation = item->kind == COMPONENT_SBAT || item->kind == COMPONENT_DBX;

		if (is_revocation == revocations && components_add(ret, item, err) < 0)
			return -1;
	}
	return 0;
}

/* A copy of `from` with the revocations of `latest`. */
static int copy_components(const struct components *from, const struct components *latest,
	struct components *ret, struct err *err)
{
	auto_cleanup(components) struct components copy = components_empty();

	if (add_items(from, false, &copy, err) < 0 || add_items(latest, true, &copy, err) < 0 ||
		buf_set(&copy.revoked, buf_bytes(&latest->revoked), err) < 0 ||
		buf_set(&copy.texts, buf_bytes(&from->texts), err) < 0)
		return -1;
	copy.listed = from->listed;
	*ret = copy;
	copy = components_empty();
	return 0;
}

void baseline_drop_first(struct baseline *baseline)
{
	components_done(&baseline->variants[0].components);
	baseline->count--;
	memmove(baseline->variants, baseline->variants + 1,
		baseline->count * sizeof(*baseline->variants));
}

int baseline_accept(struct baseline *baseline, const struct components *boot,
	const struct baseline_variant *as, struct err *err)
{
	struct baseline_variant variant = *as;
	struct components copies[BASELINE_MAX_VARIANTS];
	bool has_revocations = boot->listed & 1u << PCR_SECURE_BOOT;
	size_t copied = 0;

	for (; copied < baseline->count; copied++) {
		const struct components *known = &baseline->variants[copied].components;

		if (copy_components(known, has_revocations ? boot : known, &copies[copied], err) < 0)
			break;
	}
	if (copied < baseline->count || copy_components(boot, boot, &variant.components, err) < 0) {
		while (copied--)
			components_done(&copies[copied]);
		return -1;
	}
	while (copied--) {
		components_done(&baseline->variants[copied].components);
		baseline->variants[copied].components = copies[copied];
	}
	if (baseline->count == BASELINE_MAX_VARIANTS)
		baseline_drop_first(baseline);
	baseline->variants[baseline->count++] = variant;
	return 0;
}

bool baseline_use(struct baseline *baseline, size_t variant)
{
	struct baseline_variant used = baseline->variants[variant];

	if (variant + 1 == baseline->count)
		return false;
	memmove(&baseline->variants[variant], &baseline->variants[variant + 1],
		(baseline->count - variant - 1) * sizeof(used));
	baseline->variants[baseline->count - 1] = used;
	return true;
}

static const struct baseline_explained *find_explained(
	const struct baseline *baseline, const struct drift_difference *difference)
{
	const struct component *component = drift_shown(difference);

	for (size_t i = 0; i < baseline->explained_count; i++)
		if (baseline->explained[i].kind == component->kind &&
			memcmp(baseline->explained[i].sha256, component->sha256,
				CRYPTO_SHA256_SIZE) == 0)
			return &baseline->explained[i];
	return NULL;
}

void baseline_recall(const struct baseline *baseline, const char *boot_id, struct drift *drift)
{
	if (!boot_id[0] || strcmp(baseline->explained_boot_id, boot_id) != 0)
		return;
	for (size_t i = 0; i < drift->count; i++) {
		const struct baseline_explained *known =
			find_explained(baseline, &drift->differences[i]);

		if (known)
			drift->differences[i].explanation = known->explanation;
	}
}

bool baseline_remember(struct baseline *baseline, const char *boot_id, const struct drift *drift)
{
	bool is_new = false;

	if (!boot_id[0])
		return false;
	if (strcmp(baseline->explained_boot_id, boot_id) != 0) {
		(void)text_format(baseline->explained_boot_id, sizeof(baseline->explained_boot_id),
			"%s", boot_id);
		baseline->explained_count = 0;
	}
	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];
		struct baseline_explained *next = &baseline->explained[baseline->explained_count];
		enum explanation_how how = difference->explanation.how;
		/* by files and packages; drift_explain_itself finds the others again */
		bool is_found = how == EXPLANATION_PACKAGE || how == EXPLANATION_PENDING ||
				how == EXPLANATION_FILE;

		if (!is_found || find_explained(baseline, difference) ||
			baseline->explained_count == BASELINE_MAX_EXPLAINED)
			continue;
		next->kind = drift_shown(difference)->kind;
		memcpy(next->sha256, drift_shown(difference)->sha256, sizeof(next->sha256));
		next->explanation = difference->explanation;
		baseline->explained_count++;
		is_new = true;
	}
	return is_new;
}
