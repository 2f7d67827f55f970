/* Differences that need no file or package to be explained:
 * - GREW: the change allows no further program to start: dbx or the SBAT level only rose, or Secure
 *   Boot was switched on
 * - FOLLOWS: another change, which is explained, brings it about: a new shim brings a new signer,
 *   a new certificate in db another signature of the same shim
 * - OTHER_VM: the disk is in another VM now, and firmware, devices and variables are that VM's.
 * They are judged as one change, that of the VM's identifier */
#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "drift/drift.h"

static void set_explanation(struct drift_difference *difference, enum explanation_how how)
{
	if (!drift_is_explained(difference))
		difference->explanation = (struct explanation){.how = how};
}

static enum component_kind kind_of(const struct drift_difference *difference)
{
	return drift_shown(difference)->kind;
}

static bool is_whole(const struct component *component)
{
	return component->is_bound && strlen(component->name) + 1 < sizeof(component->name);
}

/* A program starts if its generation is not below the level's (shim, SBAT.md). */
static bool is_level_raised(const struct drift_difference *difference)
{
	return difference->change == DRIFT_CHANGED && difference->before.is_bound &&
	       difference->after.is_bound &&
	       sbat_compare(&difference->before.facts.sbat, &difference->after.facts.sbat) ==
		       SBAT_RAISED;
}

static void explain_growth(struct drift_difference *difference)
{
	bool is_changed = difference->change == DRIFT_CHANGED;

	if (kind_of(difference) == COMPONENT_DBX && is_changed && difference->gained &&
		!difference->lost)
		set_explanation(difference, EXPLANATION_GREW);
	if (kind_of(difference) == COMPONENT_SBAT && is_level_raised(difference))
		set_explanation(difference, EXPLANATION_GREW);
	if (kind_of(difference) == COMPONENT_SECURE_BOOT && is_changed &&
		difference->after.facts.is_on)
		set_explanation(difference, EXPLANATION_GREW);
}

/* How many differences are explained, and how many are not. */
struct tally {
	size_t explained, unexplained;
};

static struct tally count_kind(const struct drift *drift, enum component_kind kind, uint32_t pcr_mask)
{
	struct tally tally = {0};

	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];

		if (kind_of(difference) != kind || !(pcr_mask & 1u << drift_shown(difference)->pcr))
			continue;
		tally.explained += drift_is_explained(difference);
		tally.unexplained += !drift_is_explained(difference);
	}
	return tally;
}

static struct tally sum(struct tally a, struct tally b)
{
	return (struct tally){a.explained + b.explained, a.unexplained + b.unexplained};
}

static bool is_explained_change(struct tally tally)
{
	return tally.explained > 0 && tally.unexplained == 0;
}

#define PCR(index) (1u << (index))
#define ANY_PCR    0xFFFFFFu

static struct tally count_programs(const struct drift *drift)
{
	return sum(count_kind(drift, COMPONENT_APPLICATION, PCR(4)),
		count_kind(drift, COMPONENT_KERNEL, PCR(4)));
}

static bool is_measured_initrd(const struct components *boot, const char *name, size_t len)
{
	for (size_t i = 0; i < boot->count; i++)
		if (boot->items[i].kind == COMPONENT_INITRD && strlen(boot->items[i].name) == len &&
			memcmp(boot->items[i].name, name, len) == 0)
			return true;
	return false;
}

static size_t count_names(const struct component *list)
{
	size_t count = 0;

	for (const char *at = list->name; *at; at += strcspn(at, " "), at += *at == ' ')
		count++;
	return count;
}

static size_t count_in_files(const struct components *boot, enum component_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < boot->count; i++)
		count += boot->items[i].kind == kind && boot->items[i].pcr == PCR_FILES;
	return count;
}

/* Is every initrd that GRUB's command names measured as one? The names in the log are not proven,
 * so at least as many initrds must be measured as are named. */
static bool names_measured_initrds(const struct components *boot, const struct component *list)
{
	if (!is_whole(list))
		return false;
	for (const char *at = list->name; *at; at += strcspn(at, " "), at += *at == ' ')
		if (!is_measured_initrd(boot, at, strcspn(at, " ")))
			return false;
	return count_in_files(boot, COMPONENT_INITRD) >= count_names(list);
}

/* Does GRUB's command name only initrds whose contents are known? */
static bool names_known_initrds(
	const struct components *boot, const struct drift *drift, const struct component *list)
{
	return count_kind(drift, COMPONENT_INITRD, ANY_PCR).unexplained == 0 &&
	       names_measured_initrds(boot, list);
}

/* An image that measured its sections and returned to the firmware is not what runs now. */
static bool is_unified(const struct components *boot)
{
	return components_find(boot, COMPONENT_KERNEL_SECTION) && !boot->has_returned;
}

/* The kernel's stub measures the command line that it received: GRUB's, or that of its unified
 * image. That is one measurement; a second one of this name is something else. */
static bool is_repeated_line(const struct components *boot, const struct drift *drift)
{
	struct tally causes = sum(
		count_programs(drift), count_kind(drift, COMPONENT_COMMAND_LINE, PCR(8) | PCR(12)));
	const struct component *line = components_find(boot, COMPONENT_COMMAND_LINE);

	return is_explained_change(causes) && count_in_files(boot, COMPONENT_COMMAND_LINE) <= 1 &&
	       ((line && line->pcr == PCR_COMMANDS) || is_unified(boot));
}

/* A kernel in a unified image is verified as part of that image. */
static bool is_kernel_of_image(const struct components *boot, const struct drift *drift)
{
	return is_unified(boot) &&
	       is_explained_change(count_kind(drift, COMPONENT_APPLICATION, PCR(4)));
}

/* The kernel receives from GRUB the initrds that GRUB's command names, joined. A single one is the
 * file itself, which is listed as that. That is one measurement; a second one of this name is
 * something else. It changes with the initrds, and begins with a kernel that measures it. */
static bool is_joined_initrd(const struct components *boot, const struct drift *drift)
{
	struct tally causes = sum(
		count_programs(drift), sum(count_kind(drift, COMPONENT_INITRD, PCR(9)),
					       count_kind(drift, COMPONENT_INITRD_LIST, PCR(8))));
	size_t joined = 0, loaded = 0;

	for (size_t i = 0; i < boot->count; i++) {
		loaded += boot->items[i].kind == COMPONENT_LOADED_INITRD;
		if (boot->items[i].kind != COMPONENT_INITRD_LIST)
			continue;
		joined += count_names(&boot->items[i]) > 1;
		if (!names_known_initrds(boot, drift, &boot->items[i]))
			return false;
	}
	return causes.explained && joined && loaded <= 1;
}

/* This boot has a section that the accepted one had, so that both started a unified image. */
static bool has_old_section(const struct components *boot, const struct drift *drift)
{
	size_t sections = 0, added = 0;

	for (size_t i = 0; i < boot->count; i++)
		sections += boot->items[i].kind == COMPONENT_KERNEL_SECTION;
	for (size_t i = 0; i < drift->count; i++)
		added += drift->differences[i].change == DRIFT_ADDED &&
			 kind_of(&drift->differences[i]) == COMPONENT_KERNEL_SECTION;
	return sections > added;
}

/* A unified image whose stub starts the kernel inside it without LoadImage (systemd pull request
 * 37372) is the last program of its boot, and is measured in the place of that kernel, which has no
 * file. So the image before it is no longer an application. Nothing else may have gone. */
static bool became_kernel(const struct components *boot, const struct drift *drift,
	const struct drift_difference *image)
{
	const struct drift_difference *kernel = NULL;

	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];

		if (drift_shown(difference)->pcr != PCR_PROGRAMS || difference == image)
			continue;
		if (!drift_is_explained(difference) || difference->change != DRIFT_CHANGED)
			return false;
		if (kind_of(difference) == COMPONENT_KERNEL)
			kernel = difference;
	}
	return image->change == DRIFT_REMOVED && kernel && !kernel->before.name[0] &&
	       kernel->after.name[0] && is_unified(boot) && has_old_section(boot, drift);
}

static bool is_initrd_of_image(const struct components *boot, const struct drift *drift)
{
	return is_unified(boot) && is_explained_change(count_programs(drift)) &&
	       count_kind(drift, COMPONENT_INITRD, PCR(12) | PCR(13)).unexplained == 0;
}

/* shim is the first program, if there is one. */
static bool is_shim_replaced(const struct components *boot, const struct drift *drift)
{
	const struct component *first = components_find(boot, COMPONENT_APPLICATION);

	if (!first || !is_explained_change(count_programs(drift)))
		return false;
	for (size_t i = 0; i < drift->count; i++)
		if (drift->differences[i].change == DRIFT_CHANGED &&
			kind_of(&drift->differences[i]) == first->kind &&
			memcmp(drift->differences[i].after.sha256, first->sha256,
				sizeof(first->sha256)) == 0)
			return true;
	return false;
}

/* shim measures MokList and MokListX together with its built-in certificates and revocations (shim
 * 16.1, mok.c, mirror_one_mok_variable), so these change with it. */
static bool is_list_of_shim(const struct drift_difference *difference)
{
	enum event_mok mok = drift_shown(difference)->facts.mok;

	return difference->change != DRIFT_REMOVED &&
	       (mok == EVENT_MOK_LIST || mok == EVENT_MOK_LIST_X);
}

/* Which settings shim measures, and in which PCR, depends on its version: 15.5 and 15.6 measure
 * MokListTrusted in PCR 7, later ones in PCR 14 (rhboot/shim pull request 519). Their values are
 * the owner's, so another value does not follow from another shim. */
static bool is_setting_of_shim(const struct drift_difference *difference)
{
	enum event_mok mok = drift_shown(difference)->facts.mok;

	return difference->change != DRIFT_CHANGED &&
	       (mok == EVENT_MOK_LIST_TRUSTED || mok == EVENT_MOK_POLICY);
}

static bool is_good_key(const struct drift_difference *difference)
{
	return drift_is_explained(difference) || difference->class == RULES_CERTIFICATES_RENEWED;
}

/* Does db hold the signer's certificate, as before, by an explained change, or by the renewal of
 * Microsoft's certificates? The renewal is judged by its own rule. */
static bool is_in_db(
	const struct components *boot, const struct drift *drift, const struct component *signer)
{
	struct component key = {.kind = COMPONENT_DB};

	memcpy(key.sha256, signer->sha256, sizeof(key.sha256));
	for (size_t i = 0; i < drift->count; i++)
		if (kind_of(&drift->differences[i]) == COMPONENT_DB &&
			drift->differences[i].change != DRIFT_REMOVED &&
			!is_good_key(&drift->differences[i]) &&
			memcmp(drift->differences[i].after.sha256, key.sha256, sizeof(key.sha256)) ==
				0)
			return false;
	return components_have(boot, &key);
}

/* Did shim find the signer's certificate in MokList, and is that list as accepted, or changed by an
 * explained change? The log holds only the list's digest. */
static bool is_in_mok_list(
	const struct components *boot, const struct drift *drift, const struct component *signer)
{
	bool is_list_measured = false;

	for (size_t i = 0; i < boot->count; i++)
		is_list_measured |= boot->items[i].kind == COMPONENT_MOK &&
				    boot->items[i].facts.mok == EVENT_MOK_LIST;
	return signer->facts.is_in_mok_list && is_list_measured &&
	       count_kind(drift, COMPONENT_MOK, ANY_PCR).unexplained == 0;
}

/* Programs with several signatures: another one authorises them once db gains its certificate, or
 * loses the former one's. If a signer only goes, those that remain authorised the same programs. */
static bool is_other_signature(const struct components *boot, const struct drift *drift,
	const struct drift_difference *difference)
{
	const struct component *signer = &difference->after;

	if (count_programs(drift).unexplained > 0)
		return false;
	if (difference->change == DRIFT_REMOVED)
		return components_find(boot, COMPONENT_AUTHORITY) != NULL;
	return signer->is_bound &&
	       (is_in_db(boot, drift, signer) || is_in_mok_list(boot, drift, signer));
}

static bool list_names(const struct component *list, const char *file)
{
	size_t len = strlen(file);

	for (const char *at = list->name; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == len && strncmp(at, file, len) == 0)
			return true;
	return false;
}

/* Was GRUB told initrds in the accepted boot, and none in this one, by an explained change? */
static bool is_without_list(const struct drift_difference *list)
{
	return kind_of(list) == COMPONENT_INITRD_LIST && list->change == DRIFT_REMOVED &&
	       drift_is_explained(list);
}

/* Did GRUB's command name this initrd in the accepted boot, and does it no longer, by an explained
 * change? What it names instead must be measured as an initrd: otherwise the new initrd may be
 * hidden under another name. */
static bool is_left_out(
	const struct components *boot, const struct drift *drift, const struct component *initrd)
{
	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *list = &drift->differences[i];

		if (kind_of(list) != COMPONENT_INITRD_LIST || !drift_is_explained(list) ||
			!is_whole(&list->before) || !list_names(&list->before, initrd->name))
			continue;
		if (is_without_list(list) || (list->change == DRIFT_CHANGED &&
						     names_measured_initrds(boot, &list->after) &&
						     !list_names(&list->after, initrd->name)))
			return true;
	}
	return false;
}

static bool is_received_no_more(const struct drift *drift, const struct drift_difference *difference)
{
	if (difference->change != DRIFT_REMOVED)
		return false;
	for (size_t i = 0; i < drift->count; i++)
		if (is_without_list(&drift->differences[i]))
			return true;
	return false;
}

static bool has_explained_menu(const struct drift *drift)
{
	return count_kind(drift, COMPONENT_KERNEL, ANY_PCR).explained > 0 ||
	       count_kind(drift, COMPONENT_BOOT_FILE, ANY_PCR).explained > 0 ||
	       count_kind(drift, COMPONENT_COMMAND_LINE, ANY_PCR).explained > 0;
}

static bool follows_from_explained(const struct components *boot, const struct drift *drift,
	const struct drift_difference *difference)
{
	uint32_t pcr = drift_shown(difference)->pcr;

	if (!drift_has_component(difference))
		return false; /* it may be anything */
	switch ((int)kind_of(difference)) {
	case COMPONENT_AUTHORITY:
		return is_explained_change(count_programs(drift)) ||
		       is_other_signature(boot, drift, difference);
	case COMPONENT_INITRD:
		return pcr == PCR_FILES && difference->change == DRIFT_REMOVED &&
		       is_left_out(boot, drift, &difference->before);
	case COMPONENT_SECURE_BOOT_SETTING:
		return is_setting_of_shim(difference) && is_shim_replaced(boot, drift);
	case COMPONENT_KERNEL:
		return pcr == PCR_PROGRAMS && is_kernel_of_image(boot, drift);
	case COMPONENT_APPLICATION:
		return pcr == PCR_PROGRAMS && became_kernel(boot, drift, difference);
	case COMPONENT_KERNEL_SECTION:
		return is_explained_change(count_programs(drift));
	case COMPONENT_INITRD_LIST:
		return difference->change != DRIFT_REMOVED &&
		       names_known_initrds(boot, drift, &difference->after);
	case COMPONENT_LOADED_INITRD:
		return is_joined_initrd(boot, drift) || is_initrd_of_image(boot, drift) ||
		       is_received_no_more(drift, difference);
	case COMPONENT_COMMAND_LINE:
		return pcr == PCR_FILES && is_repeated_line(boot, drift);
	case COMPONENT_BOOT_COMMANDS:
		return has_explained_menu(drift);
	case COMPONENT_BOOT_FILE: /* in GRUB's own image */
		return difference->change == DRIFT_CHANGED &&
		       strncmp(difference->after.name, "(memdisk)/", 10) == 0 &&
		       is_explained_change(count_kind(drift, COMPONENT_APPLICATION, PCR(4)));
	case COMPONENT_MOK:
		return (is_list_of_shim(difference) || is_setting_of_shim(difference)) &&
		       is_shim_replaced(boot, drift);
	default:
		return false;
	}
}

/* The host's firmware measures the VM's identifier before any program of the disk runs. Malware can
 * measure another identifier later and edit the log's text, but the replay of PCR 6 fails unless
 * the log still has the old identifier's digest. */
static bool is_other_vm(const struct components *boot, const struct drift *drift)
{
	const struct drift_difference *id = NULL;
	size_t ids = 0;

	for (size_t i = 0; i < drift->count; i++) {
		if (kind_of(&drift->differences[i]) != COMPONENT_VM_ID)
			continue;
		if (id)
			return false;
		id = &drift->differences[i];
	}
	if (!id || id->change != DRIFT_CHANGED || !id->before.is_bound || !id->after.is_bound)
		return false;
	for (size_t i = 0; i < boot->count; i++) {
		const struct component *item = &boot->items[i];

		ids += item->kind == COMPONENT_VM_ID;
		if (memcmp(item->sha256, id->before.sha256, sizeof(item->sha256)) == 0 ||
			(item->kind == COMPONENT_FIRMWARE_CONFIG && item->folded))
			return false;
	}
	return ids == 1;
}

/* Firmware, devices and firmware variables belong to the VM; everything else is on its disk. */
static bool is_of_vm(const struct drift_difference *difference)
{
	static const uint32_t kinds =
		1u << COMPONENT_FIRMWARE | 1u << COMPONENT_FIRMWARE_CONFIG |
		1u << COMPONENT_DRIVER | 1u << COMPONENT_BOOT_ORDER | 1u << COMPONENT_BOOT_OPTION |
		1u << COMPONENT_PK | 1u << COMPONENT_KEK | 1u << COMPONENT_DB |
		1u << COMPONENT_DBX | 1u << COMPONENT_AUTHORITY | 1u << COMPONENT_SBAT |
		1u << COMPONENT_SECURE_BOOT_SETTING | 1u << COMPONENT_MOK;

	return drift_has_component(difference) && kinds & 1u << kind_of(difference);
}

/* A key that was enrolled at the same time cannot be distinguished from shim's own, so the text
 * states the doubt. */
static void explain_following(struct drift_difference *difference)
{
	if (drift_is_explained(difference))
		return;
	set_explanation(difference, EXPLANATION_FOLLOWS);
	if (kind_of(difference) == COMPONENT_MOK ||
		kind_of(difference) == COMPONENT_SECURE_BOOT_SETTING)
		(void)text_format(difference->explanation.text, EXPLANATION_TEXT_SIZE, "%s",
			"as it may with another shim");
}

/* Causes come before their consequences, so that one pass is enough. */
static const enum component_kind causes_first[] = {
	COMPONENT_KERNEL,
	COMPONENT_APPLICATION,
	COMPONENT_KERNEL_SECTION,
	COMPONENT_MOK,
	COMPONENT_AUTHORITY,
	COMPONENT_INITRD,
	COMPONENT_LOADED_INITRD,
	COMPONENT_INITRD_LIST,
	COMPONENT_COMMAND_LINE,
	COMPONENT_BOOT_COMMANDS,
	COMPONENT_BOOT_FILE,
	COMPONENT_SECURE_BOOT_SETTING,
};

void drift_explain_itself(const struct components *boot, struct drift *drift)
{
	bool is_in_other_vm = is_other_vm(boot, drift);

	for (size_t i = 0; i < drift->count; i++) {
		explain_growth(&drift->differences[i]);
		if (is_in_other_vm && is_of_vm(&drift->differences[i]))
			set_explanation(&drift->differences[i], EXPLANATION_OTHER_VM);
	}
	for (size_t k = 0; k < sizeof(causes_first) / sizeof(causes_first[0]); k++)
		for (size_t i = 0; i < drift->count; i++)
			if (kind_of(&drift->differences[i]) == causes_first[k] &&
				follows_from_explained(boot, drift, &drift->differences[i]))
				explain_following(&drift->differences[i]);
}
