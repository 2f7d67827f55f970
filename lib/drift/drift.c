#include "drift/drift.h"

#include <string.h>
#include "base/text.h"

void drift_done(struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++) {
		free(drift->differences[i].before_text);
		free(drift->differences[i].after_text);
	}
	free(drift->differences);
	*drift = (struct drift){0};
}

/* The two lists, and which of their items have no counterpart. */
struct matching {
	const struct components *before, *after;
	bool *is_lost, *is_new;
	uint32_t uncompared[DRIFT_UNLISTED + 1]; /* masks of PCRs, from DRIFT_HIDDEN on */
};

static void matching_cleanup(const struct matching *matching)
{
	free(matching->is_lost);
	free(matching->is_new);
}

static bool is_pcr_listed(const struct components *components, uint32_t pcr)
{
	return components->listed & 1u << pcr;
}

/* A PCR that cannot be compared counts as the most serious component that it could hold, even if it
 * was empty before. Otherwise hiding a component would pay. */
static enum component_kind most_serious_kind(uint32_t pcr)
{
	static const enum component_kind kinds[] = {COMPONENT_FIRMWARE, COMPONENT_FIRMWARE_CONFIG,
		COMPONENT_DRIVER, COMPONENT_FIRMWARE_CONFIG, COMPONENT_KERNEL,
		COMPONENT_PARTITION_TABLE, COMPONENT_VM_ID, COMPONENT_DB, COMPONENT_COMMAND_LINE,
		COMPONENT_INITRD, COMPONENT_OTHER, COMPONENT_OTHER, COMPONENT_COMMAND_LINE,
		COMPONENT_INITRD, COMPONENT_MOK};

	return pcr < sizeof(kinds) / sizeof(kinds[0]) ? kinds[pcr] : COMPONENT_OTHER;
}

static int match(const struct components *before, const struct components *after,
	struct matching *ret, struct err *err)
{
	uint32_t filled = 0;

	*ret = (struct matching){.before = before,
		.after = after,
		.is_lost = calloc(before->count + 1, sizeof(bool)),
		.is_new = calloc(after->count + 1, sizeof(bool)),
		.uncompared = {[DRIFT_HIDDEN] = before->listed & after->hidden,
			[DRIFT_UNREAD] = before->listed & ~after->listed & ~after->hidden}};
	if (!ret->is_lost || !ret->is_new)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory to compare two boots.");
	for (size_t i = 0; i < before->count; i++)
		ret->is_lost[i] = is_pcr_listed(after, before->items[i].pcr) &&
				  !components_have(after, &before->items[i]);
	for (size_t i = 0; i < after->count; i++) {
		filled |= 1u << after->items[i].pcr;
		ret->is_new[i] = is_pcr_listed(before, after->items[i].pcr) &&
				 !components_have(before, &after->items[i]);
	}
	ret->uncompared[DRIFT_UNLISTED] = filled & after->listed & ~before->listed;
	return 0;
}

static const struct {
	enum rules_class class;
	/* several exist side by side: a new one does not replace one that is gone */
	bool is_beside;
	bool is_by_name; /* several exist, and only one of the same name is a replacement */
} kinds[COMPONENT_KINDS] = {
	[COMPONENT_FIRMWARE] = {.class = RULES_FIRMWARE},
	[COMPONENT_FIRMWARE_CONFIG] = {.class = RULES_FIRMWARE},
	[COMPONENT_DRIVER] = {.class = RULES_DRIVER, .is_beside = true},
	[COMPONENT_BOOT_ORDER] = {.class = RULES_BOOT_ORDER},
	[COMPONENT_BOOT_OPTION] = {.class = RULES_BOOT_ORDER},
	[COMPONENT_SECURE_BOOT] = {.class = RULES_SECURE_BOOT_OFF},
	[COMPONENT_PK] = {.class = RULES_SECURE_BOOT_KEYS},
	[COMPONENT_KEK] = {.class = RULES_SECURE_BOOT_KEYS, .is_beside = true},
	[COMPONENT_DB] = {.class = RULES_SECURE_BOOT_KEYS, .is_beside = true},
	[COMPONENT_DBX] = {.class = RULES_SECURE_BOOT_KEYS},
	[COMPONENT_AUTHORITY] = {.class = RULES_BOOT_APPLICATION},
	[COMPONENT_SBAT] = {.class = RULES_SECURE_BOOT_SETTINGS},
	[COMPONENT_SECURE_BOOT_SETTING] = {.class = RULES_SECURE_BOOT_SETTINGS},
	[COMPONENT_MOK] = {.class = RULES_SECURE_BOOT_SETTINGS, .is_by_name = true},
	[COMPONENT_APPLICATION] = {.class = RULES_BOOT_APPLICATION},
	[COMPONENT_KERNEL] = {.class = RULES_KERNEL},
	[COMPONENT_KERNEL_SECTION] = {.class = RULES_KERNEL, .is_by_name = true},
	[COMPONENT_INITRD] = {.class = RULES_INITRD},
	[COMPONENT_LOADED_INITRD] = {.class = RULES_INITRD},
	[COMPONENT_INITRD_LIST] = {.class = RULES_INITRD},
	[COMPONENT_COMMAND_LINE] = {.class = RULES_COMMAND_LINE},
	[COMPONENT_BOOT_COMMANDS] = {.class = RULES_BOOT_CONFIGURATION},
	[COMPONENT_BOOT_FILE] = {.class = RULES_BOOT_CONFIGURATION, .is_by_name = true},
	[COMPONENT_PARTITION_TABLE] = {.class = RULES_PARTITION_TABLE},
	[COMPONENT_VM_ID] = {.class = RULES_VM_IDENTITY},
	[COMPONENT_OTHER] = {.class = RULES_BOOT_CONFIGURATION},
};

/* How much one difference counts in the search for the closest variant: one serious difference more
 * than all others together. */
static size_t weight_of(enum component_kind kind)
{
	static const size_t weights[] = {
		[RULES_IGNORE] = 0, [RULES_NOTE] = 1, [RULES_UNHEALTHY] = 10000};

	return weights[rules_default().action[kinds[kind].class]];
}

static size_t weigh(const struct matching *matching)
{
	size_t weight = 0;

	for (size_t i = 0; i < matching->before->count; i++)
		weight += matching->is_lost[i] ? weight_of(matching->before->items[i].kind) : 0;
	for (size_t i = 0; i < matching->after->count; i++)
		weight += matching->is_new[i] ? weight_of(matching->after->items[i].kind) : 0;
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		weight += matching->uncompared[DRIFT_HIDDEN] & 1u << pcr
				  ? weight_of(most_serious_kind(pcr))
				  : 0;
	return weight;
}

static bool is_replacement(const struct component *old, const struct component *new, bool by_name)
{
	if (old->kind != new->kind || old->pcr != new->pcr || kinds[old->kind].is_beside)
		return false;
	if (!by_name && !kinds[old->kind].is_by_name)
		return true;
	if (old->kind == COMPONENT_MOK && old->facts.mok != EVENT_MOK_NONE)
		return old->facts.mok == new->facts.mok;
	return strcmp(old->name, new->name) == 0;
}

/* False if dbx had too many entries to keep. An empty list is a known one. */
static bool knows_entries(const struct components *components, const struct component *dbx)
{
	uint8_t computed[CRYPTO_SHA256_SIZE];

	crypto_sha256(buf_bytes(&components->revoked), computed);
	return memcmp(computed, dbx->sha256, sizeof(computed)) == 0;
}

static void count_entries(const struct matching *matching, struct drift_difference *difference)
{
	const size_t size = COMPONENTS_REVOCATION_LEN;
	struct bytes before = buf_bytes(&matching->before->revoked);
	struct bytes after = buf_bytes(&matching->after->revoked);
	size_t i = 0, k = 0;

	if (difference->after.kind != COMPONENT_DBX ||
		!knows_entries(matching->before, &difference->before) ||
		!knows_entries(matching->after, &difference->after))
		return;
	while (i < before.len || k < after.len) { /* both are sorted */
		int order = i >= before.len  ? 1
			    : k >= after.len ? -1
					     : memcmp(before.data + i, after.data + k, size);

		difference->lost += order < 0;
		difference->gained += order > 0;
		i += order <= 0 ? size : 0;
		k += order >= 0 ? size : 0;
	}
}

static struct drift_difference *next_difference(
	struct drift *drift, enum drift_change change, enum component_kind kind)
{
	struct drift_difference *next = &drift->differences[drift->count++];

	*next = (struct drift_difference){.change = change, .class = kinds[kind].class};
	return next;
}

static void list_replaced(struct matching *matching, bool by_name, struct drift *drift)
{
	for (size_t i = 0; i < matching->before->count; i++)
		for (size_t k = 0; matching->is_lost[i] && k < matching->after->count; k++) {
			const struct component *old = &matching->before->items[i];
			const struct component *new = &matching->after->items[k];
			struct drift_difference *difference;

			if (!matching->is_new[k] || !is_replacement(old, new, by_name))
				continue;
			difference = next_difference(drift, DRIFT_CHANGED, new->kind);
			difference->before = *old;
			difference->after = *new;
			count_entries(matching, difference);
			matching->is_lost[i] = matching->is_new[k] = false;
		}
}

static void list_unpaired(const struct matching *matching, struct drift *drift)
{
	for (size_t i = 0; i < matching->before->count; i++)
		if (matching->is_lost[i])
			next_difference(drift, DRIFT_REMOVED, matching->before->items[i].kind)->before =
				matching->before->items[i];
	for (size_t i = 0; i < matching->after->count; i++)
		if (matching->is_new[i])
			next_difference(drift, DRIFT_ADDED, matching->after->items[i].kind)->after =
				matching->after->items[i];
}

static void list_uncompared(const struct matching *matching, struct drift *drift)
{
	for (int change = DRIFT_HIDDEN; change <= DRIFT_UNLISTED; change++)
		for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
			struct component any = {.kind = most_serious_kind(pcr), .pcr = pcr};

			if (matching->uncompared[change] & 1u << pcr)
				next_difference(drift, (enum drift_change)change, any.kind)->after =
					any;
		}
}

static int copy_text(const struct components *components, const struct component *component,
	char **ret, struct err *err)
{
	const char *text = components_text(components, component);

	if (text == component->name)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for a text.");
}

static int copy_texts(const struct matching *matching, struct drift *drift, struct err *err)
{
	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		if (copy_text(matching->before, &difference->before, &difference->before_text, err) <
				0 ||
			copy_text(matching->after, &difference->after, &difference->after_text,
				err) < 0)
			return -1;
	}
	return 0;
}

static int list_differences(struct matching *matching, struct drift *ret, struct err *err)
{
	const uint32_t *uncompared = matching->uncompared;
	bool is_equal = !uncompared[DRIFT_HIDDEN] && !uncompared[DRIFT_UNREAD] &&
			!uncompared[DRIFT_UNLISTED] &&
			!memchr(matching->is_lost, 1, matching->before->count + 1) &&
			!memchr(matching->is_new, 1, matching->after->count + 1);

	if (is_equal)
		return 0;
	ret->differences = calloc(matching->before->count + matching->after->count + TPM_PCR_COUNT,
		sizeof(*ret->differences));
	if (!ret->differences)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory to compare two boots.");
	list_replaced(matching, /* by_name= */ true, ret);
	list_replaced(matching, /* by_name= */ false, ret);
	list_unpaired(matching, ret);
	list_uncompared(matching, ret);
	if (copy_texts(matching, ret, err) == 0)
		return 0;
	drift_done(ret);
	return -1;
}

/* The number of PCRs that are listed in both boots. */
static int count_common_pcrs(const struct matching *matching)
{
	return __builtin_popcount(matching->before->listed & matching->after->listed);
}

/* More PCRs in common come first: a variant that was accepted with a hidden PCR has no differences
 * in it, and would seem closer than one that lists it. */
static bool is_closer(const struct matching *one, const struct matching *other)
{
	size_t weight = weigh(one), other_weight = weigh(other);

	if (count_common_pcrs(one) != count_common_pcrs(other))
		return count_common_pcrs(one) > count_common_pcrs(other);
	if (weight != other_weight)
		return weight < other_weight;
	return __builtin_popcount(one->before->listed) >= __builtin_popcount(other->before->listed);
}

int drift_find(const struct components *variants, size_t variant_count,
	const struct components *boot, struct drift *ret, struct err *err)
{
	struct drift found = {0};
	auto_cleanup(matching) struct matching closest = {0};

	for (size_t i = 0; i < variant_count; i++) {
		auto_cleanup(matching) struct matching matching = {0};

		if (match(&variants[i], boot, &matching, err) < 0)
			return -1;
		if (closest.before && !is_closer(&matching, &closest))
			continue;
		found.variant = i;
		matching_cleanup(&closest);
		closest = matching;
		matching = (struct matching){0};
	}
	if (!closest.before)
		return err_set(err, ERR_INTERNAL, 0, "There is no boot to compare with.");
	if (list_differences(&closest, &found, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

/* Unexplained comes first, then unclear, then explained. */
static int rank(const struct drift_difference *difference)
{
	return drift_is_explained(difference) ? 2 : drift_is_unclear(difference) ? 1 : 0;
}

/* It is what it is called, most of the time: what is surely something else comes first. */
static bool is_boot_file(const struct drift_difference *difference)
{
	return drift_shown(difference)->kind == COMPONENT_BOOT_FILE;
}

/* 0 only for equal differences, so that the order does not depend on the C library's qsort. */
static int compare_seriousness(const void *a, const void *b)
{
	const struct drift_difference *one = a, *other = b;
	const struct component *of_one = drift_shown(one), *of_other = drift_shown(other);
	const int keys[][2] = {{(int)other->action, (int)one->action}, {rank(one), rank(other)},
		{is_boot_file(one), is_boot_file(other)}, {(int)one->class, (int)other->class},
		{(int)one->change, (int)other->change}, {(int)of_one->kind, (int)of_other->kind}};
	int by_name = strcmp(of_one->name, of_other->name);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return by_name ? by_name : memcmp(of_one->sha256, of_other->sha256, sizeof(of_one->sha256));
}

static struct verdict verdict_of(const struct components *boot, const struct drift *drift)
{
	const struct drift_difference *worst = drift->differences;
	char brief[DRIFT_TEXT_SIZE];
	struct err reason = {0};

	if (drift->count == 0 || worst->action != RULES_UNHEALTHY)
		return (struct verdict){.health = HEALTH_HEALTHY};
	drift_sentence(boot, drift, brief, DRIFT_SHORT_SIZE);
	if (worst->explanation.how == EXPLANATION_UNKNOWN)
		err_fill(&reason, ERR_CHANGE_UNCLEAR, 0,
			"%s. Whether an update explains it could not be found out: %s", brief,
			worst->explanation.text);
	else
		err_fill(&reason,
			drift_is_unclear(worst) ? ERR_CHANGE_UNCLEAR : rules_code(worst->class), 0,
			"%s.", brief);
	return verdict_of_err(&reason);
}

/* GRUB and the system write grubenv at any boot. */
static bool is_environment(const struct drift_difference *difference)
{
	return difference->change == DRIFT_CHANGED &&
	       strcmp(component_file(&difference->before), "grubenv") == 0 &&
	       strcmp(component_file(&difference->after), "grubenv") == 0;
}

/* A file that GRUB read, with contents that nobody knows, may be the initrd that was used, beside
 * the good one that was read and not used: only the log names it.
 *
 * An environment that changed alone only counts as what it is called if GRUB's commands are the
 * same: one that GRUB did not read cannot have changed them. */
static void suspect_files(const struct rules *rules, struct drift *drift)
{
	bool has_commands = false;

	for (size_t i = 0; i < drift->count; i++)
		has_commands |= drift_shown(&drift->differences[i])->kind == COMPONENT_BOOT_COMMANDS &&
				!drift_is_explained(&drift->differences[i]);
	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];
		struct explanation *explanation = &difference->explanation;
		bool may_be_initrd = drift_has_component(difference) &&
				     difference->change != DRIFT_REMOVED &&
				     is_boot_file(difference) && !drift_is_explained(difference);

		if (!may_be_initrd || (is_environment(difference) && !has_commands) ||
			rules->action[RULES_INITRD] <= rules->action[difference->class])
			continue;
		difference->class = RULES_INITRD;
		if (is_environment(difference) && explanation->how == EXPLANATION_NONE)
			explanation->how = EXPLANATION_UNKNOWN;
		if (!explanation->text[0])
			(void)text_format(explanation->text, EXPLANATION_TEXT_SIZE, "%s",
				explanation->how == EXPLANATION_UNKNOWN
					? "What GRUB read as its environment is no longer on the disk."
					: "and it may be an initrd");
	}
}

void drift_judge(const struct rules *rules, const struct components *boot, struct drift *drift,
	struct drift_judgement *ret)
{
	*ret = (struct drift_judgement){.is_explained = true, .is_acceptable = true};
	drift_find_renewal(boot, drift);
	drift_explain_itself(boot, drift);
	suspect_files(rules, drift);
	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		difference->action = drift_is_explained(difference)
					     ? RULES_IGNORE
					     : rules->action[difference->class];
		ret->is_explained &= difference->action == RULES_IGNORE;
		ret->is_acceptable &= difference->action != RULES_UNHEALTHY &&
				      difference->change != DRIFT_HIDDEN &&
				      difference->change != DRIFT_UNREAD;
	}
	if (drift->count)
		qsort(drift->differences, drift->count, sizeof(*drift->differences),
			compare_seriousness);
	drift_sentence(boot, drift, ret->text, sizeof(ret->text));
	ret->verdict = verdict_of(boot, drift);
}
