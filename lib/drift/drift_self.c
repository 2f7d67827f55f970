/* Differences that need no file or package to be explained:
 * - GREW: the change allows no further program to start: dbx or the SBAT level only rose, the first
 *   SBAT level came, or Secure Boot was switched on
 * - FOLLOWS: another change, which is explained, brings it about: a new shim brings a new signer,
 *   a new certificate in db another signature of the same shim */
#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "drift/drift.h"

static enum component_kind kind_of(const struct drift_difference *difference)
{
	return drift_shown(difference)->kind;
}

static bool is_whole(const struct component *component)
{
	return component->is_bound && strlen(component->name) + 1 < sizeof(component->name);
}

/* A shim that knows levels took the place of one that does not. Of two levels only the first is
 * shim's. */
static bool is_first_level(const struct components *boot, const struct drift_difference *difference)
{
	const struct component *level = &difference->after;
	size_t levels = 0;

	for (size_t i = 0; i < boot->count; i++)
		levels += boot->items[i].kind == COMPONENT_SBAT;
	return difference->change == DRIFT_ADDED && level->kind == COMPONENT_SBAT && levels == 1 &&
	       level->is_bound && level->facts.sbat.is_whole && level->facts.sbat.has_sbat;
}

/* Does the change allow no further program to start? */
static bool has_grown(const struct components *boot, const struct drift_difference *difference)
{
	const struct component *before = &difference->before, *after = &difference->after;

	if (difference->change != DRIFT_CHANGED)
		return is_first_level(boot, difference);
	switch ((int)after->kind) {
	case COMPONENT_DBX:
		return difference->gained && !difference->lost;
	case COMPONENT_SBAT:
		/* a program starts if its generation is not below the level's (shim, SBAT.md) */
		return before->is_bound && after->is_bound &&
		       sbat_compare(&before->facts.sbat, &after->facts.sbat) == SBAT_RAISED;
	case COMPONENT_SECURE_BOOT:
		return after->facts.is_on;
	default:
		return false;
	}
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

/* A difference, and what it may follow from. */
struct scene {
	const struct components *boot;
	const struct drift *drift;
	const struct drift_difference *difference;
};

static bool is_explained_change(struct tally tally)
{
	return tally.explained > 0 && tally.unexplained == 0;
}

#define IN(index) (1u << (index))
#define ANY_PCR   0xFFFFFFu
/* where GRUB and the stub of an image measure command lines; the kernel does so among the files */
#define LINE_PCRS (IN(PCR_COMMANDS) | IN(PCR_KERNEL_CONFIG))

static struct tally count_programs(const struct drift *drift)
{
	return sum(count_kind(drift, COMPONENT_APPLICATION, IN(PCR_PROGRAMS)),
		count_kind(drift, COMPONENT_KERNEL, IN(PCR_PROGRAMS)));
}

static bool are_programs_explained(const struct scene *scene)
{
	return is_explained_change(count_programs(scene->drift));
}

static bool is_application_explained(const struct scene *scene)
{
	return is_explained_change(count_kind(scene->drift, COMPONENT_APPLICATION, IN(PCR_PROGRAMS)));
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
static bool names_known_initrds(const struct scene *scene, const struct component *list)
{
	return count_kind(scene->drift, COMPONENT_INITRD, ANY_PCR).unexplained == 0 &&
	       names_measured_initrds(scene->boot, list);
}

static bool is_list_of_known_initrds(const struct scene *scene)
{
	return scene->difference->change != DRIFT_REMOVED &&
	       names_known_initrds(scene, &scene->difference->after);
}

/* An image that measured its sections and returned to the firmware is not what runs now. */
static bool is_unified(const struct components *boot)
{
	return components_find(boot, COMPONENT_KERNEL_SECTION) && !boot->has_returned;
}

/* The kernel's stub measures the command line that it received: GRUB's, or that of its unified
 * image. That is one measurement; a second one of this name is something else. */
static bool is_repeated_line(const struct scene *scene)
{
	struct tally causes = sum(count_programs(scene->drift),
		count_kind(scene->drift, COMPONENT_COMMAND_LINE, LINE_PCRS));
	const struct component *line = components_find(scene->boot, COMPONENT_COMMAND_LINE);

	return is_explained_change(causes) &&
	       count_in_files(scene->boot, COMPONENT_COMMAND_LINE) <= 1 &&
	       ((line && line->pcr == PCR_COMMANDS) || is_unified(scene->boot));
}

/* The kernel's path is in its line too, with the disk's number, and only there: the line that GRUB
 * was told is listed without it. */
static bool is_line_of_grub(const struct scene *scene)
{
	return scene->difference->change != DRIFT_REMOVED &&
	       scene->difference->after.is_from_grub && scene->boot->listed & IN(PCR_COMMANDS) &&
	       count_kind(scene->drift, COMPONENT_COMMAND_LINE, LINE_PCRS).unexplained == 0 &&
	       count_in_files(scene->boot, COMPONENT_COMMAND_LINE) == 1;
}

/* A kernel in a unified image is verified as part of that image. */
static bool is_kernel_of_image(const struct scene *scene)
{
	return is_unified(scene->boot) && is_application_explained(scene);
}

/* The kernel receives from GRUB the initrds that GRUB's command names, joined. A single one is the
 * file itself, which is listed as that. That is one measurement; a second one of this name is
 * something else. It changes with the initrds, and begins with a kernel that measures it. */
static bool is_joined_initrd(const struct scene *scene)
{
	const struct components *boot = scene->boot;
	struct tally causes = sum(count_programs(scene->drift),
		sum(count_kind(scene->drift, COMPONENT_INITRD, IN(PCR_FILES)),
			count_kind(scene->drift, COMPONENT_INITRD_LIST, IN(PCR_COMMANDS))));
	size_t joined = 0, loaded = 0;

	for (size_t i = 0; i < boot->count; i++) {
		loaded += boot->items[i].kind == COMPONENT_LOADED_INITRD;
		if (boot->items[i].kind != COMPONENT_INITRD_LIST)
			continue;
		joined += count_names(&boot->items[i]) > 1;
		if (!names_known_initrds(scene, &boot->items[i]))
			return false;
	}
	return causes.explained && joined && loaded <= 1;
}

/* This boot has a section that the accepted one had, so that both started a unified image. */
static bool has_old_section(const struct scene *scene)
{
	const struct components *boot = scene->boot;
	const struct drift *drift = scene->drift;
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
static bool became_kernel(const struct scene *scene)
{
	const struct drift *drift = scene->drift;
	const struct drift_difference *image = scene->difference;
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
	       kernel->after.name[0] && is_unified(scene->boot) && has_old_section(scene);
}

static bool is_initrd_of_image(const struct scene *scene)
{
	return is_unified(scene->boot) && are_programs_explained(scene) &&
	       count_kind(scene->drift, COMPONENT_INITRD, IN(PCR_KERNEL_CONFIG) | IN(PCR_EXTENSIONS))
			       .unexplained == 0;
}

/* shim is the first program, if there is one. */
static bool is_shim_replaced(const struct scene *scene)
{
	const struct component *first = components_find(scene->boot, COMPONENT_APPLICATION);
	const struct drift *drift = scene->drift;

	if (!first || !are_programs_explained(scene))
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
static bool is_list_of_shim(const struct scene *scene)
{
	enum event_mok mok = drift_shown(scene->difference)->facts.mok;

	return scene->difference->change != DRIFT_REMOVED &&
	       (mok == EVENT_MOK_LIST || mok == EVENT_MOK_LIST_X) && is_shim_replaced(scene);
}

/* Which settings shim measures, and in which PCR, depends on its version: 15.5 and 15.6 measure
 * MokListTrusted in PCR 7, later ones in PCR 14 (rhboot/shim pull request 519). Their values are
 * the owner's, so another value does not follow from another shim. */
static bool is_setting_of_shim(const struct scene *scene)
{
	enum event_mok mok = drift_shown(scene->difference)->facts.mok;

	return scene->difference->change != DRIFT_CHANGED &&
	       (mok == EVENT_MOK_LIST_TRUSTED || mok == EVENT_MOK_POLICY) && is_shim_replaced(scene);
}

/* Does db hold the signer's certificate, as before, by an explained change, or by the renewal of
 * Microsoft's certificates? The renewal is judged by its own rule. */
static bool is_in_db(const struct scene *scene, const struct component *signer)
{
	const struct drift *drift = scene->drift;
	struct component key = {.kind = COMPONENT_DB};

	memcpy(key.sha256, signer->sha256, sizeof(key.sha256));
	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];
		bool is_good = drift_is_explained(difference) ||
			       difference->class == RULES_CERTIFICATES_RENEWED;

		if (kind_of(difference) == COMPONENT_DB && difference->change != DRIFT_REMOVED &&
			!is_good &&
			memcmp(difference->after.sha256, key.sha256, sizeof(key.sha256)) == 0)
			return false;
	}
	return components_have(scene->boot, &key);
}

/* Did shim find the signer's certificate in MokList, and is that list as accepted, or changed by an
 * explained change? The log holds only the list's digest. */
static bool is_in_mok_list(const struct scene *scene, const struct component *signer)
{
	const struct components *boot = scene->boot;
	bool is_list_measured = false;

	for (size_t i = 0; i < boot->count; i++)
		is_list_measured |= boot->items[i].kind == COMPONENT_MOK &&
				    boot->items[i].facts.mok == EVENT_MOK_LIST;
	return signer->facts.is_in_mok_list && is_list_measured &&
	       count_kind(scene->drift, COMPONENT_MOK, ANY_PCR).unexplained == 0;
}

/* Programs with several signatures: another one authorises them once db gains its certificate, or
 * loses the former one's. If a signer only goes, those that remain authorised the same programs. */
static bool is_other_signature(const struct scene *scene)
{
	const struct component *signer = &scene->difference->after;

	if (count_programs(scene->drift).unexplained > 0)
		return false;
	if (scene->difference->change == DRIFT_REMOVED)
		return components_find(scene->boot, COMPONENT_AUTHORITY) != NULL;
	return signer->is_bound && (is_in_db(scene, signer) || is_in_mok_list(scene, signer));
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
static bool is_left_out(const struct scene *scene)
{
	const char *initrd = scene->difference->before.name;

	if (scene->difference->change != DRIFT_REMOVED)
		return false;
	for (size_t i = 0; i < scene->drift->count; i++) {
		const struct drift_difference *list = &scene->drift->differences[i];

		if (kind_of(list) != COMPONENT_INITRD_LIST || !drift_is_explained(list) ||
			!is_whole(&list->before) || !list_names(&list->before, initrd))
			continue;
		if (is_without_list(list) ||
			(list->change == DRIFT_CHANGED &&
				names_measured_initrds(scene->boot, &list->after) &&
				!list_names(&list->after, initrd)))
			return true;
	}
	return false;
}

static bool is_received_no_more(const struct scene *scene)
{
	if (scene->difference->change != DRIFT_REMOVED)
		return false;
	for (size_t i = 0; i < scene->drift->count; i++)
		if (is_without_list(&scene->drift->differences[i]))
			return true;
	return false;
}

static bool is_menu_explained(const struct scene *scene)
{
	return count_kind(scene->drift, COMPONENT_KERNEL, ANY_PCR).explained > 0 ||
	       count_kind(scene->drift, COMPONENT_BOOT_FILE, ANY_PCR).explained > 0 ||
	       count_kind(scene->drift, COMPONENT_COMMAND_LINE, ANY_PCR).explained > 0;
}

static bool is_in_image_of_grub(const struct scene *scene)
{
	return scene->difference->change == DRIFT_CHANGED &&
	       strncmp(scene->difference->after.name, "(memdisk)/", 10) == 0 &&
	       is_application_explained(scene);
}

/* What follows from an explained change. Causes come before their consequences, so that one pass is
 * enough. */
static const struct {
	enum component_kind kind;
	uint32_t pcrs; /* elsewhere it follows from nothing */
	bool (*follows)(const struct scene *scene);
	const char *doubt; /* shown with the difference; may be NULL */
} consequences[] = {
	{COMPONENT_KERNEL, IN(PCR_PROGRAMS), is_kernel_of_image, NULL},
	{COMPONENT_APPLICATION, IN(PCR_PROGRAMS), became_kernel, NULL},
	{COMPONENT_KERNEL_SECTION, ANY_PCR, are_programs_explained, NULL},
	/* a key that was enrolled at the same time cannot be distinguished from shim's own */
	{COMPONENT_MOK, ANY_PCR, is_list_of_shim, "as it may with another shim"},
	{COMPONENT_MOK, ANY_PCR, is_setting_of_shim, "as it may with another shim"},
	{COMPONENT_AUTHORITY, ANY_PCR, are_programs_explained, NULL},
	{COMPONENT_AUTHORITY, ANY_PCR, is_other_signature, NULL},
	{COMPONENT_INITRD, IN(PCR_FILES), is_left_out, NULL},
	{COMPONENT_LOADED_INITRD, ANY_PCR, is_joined_initrd, NULL},
	{COMPONENT_LOADED_INITRD, ANY_PCR, is_initrd_of_image, NULL},
	{COMPONENT_LOADED_INITRD, ANY_PCR, is_received_no_more, NULL},
	{COMPONENT_INITRD_LIST, ANY_PCR, is_list_of_known_initrds, NULL},
	{COMPONENT_COMMAND_LINE, IN(PCR_FILES), is_repeated_line, NULL},
	{COMPONENT_COMMAND_LINE, IN(PCR_FILES), is_line_of_grub, NULL},
	{COMPONENT_BOOT_COMMANDS, ANY_PCR, is_menu_explained, NULL},
	{COMPONENT_BOOT_FILE, ANY_PCR, is_in_image_of_grub, NULL},
	{COMPONENT_SECURE_BOOT_SETTING, ANY_PCR, is_setting_of_shim, "as it may with another shim"},
};

void drift_explain_itself(const struct components *boot, struct drift *drift)
{
	for (size_t i = 0; i < drift->count; i++)
		if (has_grown(boot, &drift->differences[i]))
			drift_explain_as(&drift->differences[i], EXPLANATION_GREW);
	drift_explain_other_vm(boot, drift);
	for (size_t k = 0; k < sizeof(consequences) / sizeof(consequences[0]); k++)
		for (size_t i = 0; i < drift->count; i++) {
			struct drift_difference *difference = &drift->differences[i];

			if (kind_of(difference) != consequences[k].kind ||
				!drift_has_component(difference) /* it may be anything */ ||
				drift_is_explained(difference) ||
				!(consequences[k].pcrs & IN(drift_shown(difference)->pcr)) ||
				!consequences[k].follows(&(struct scene){boot, drift, difference}))
				continue;
			drift_explain_as(difference, EXPLANATION_FOLLOWS);
			if (consequences[k].doubt)
				(void)text_format(difference->explanation.text,
					EXPLANATION_TEXT_SIZE, "%s", consequences[k].doubt);
		}
}
