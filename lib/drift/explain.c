#include "drift/explain.h"

#include <string.h>
#include "boot/pcr.h"
#include "disk/bootconfig.h"
#include "disk/initrdjoin.h"
#include "drift/explain_addons.h"
#include "drift/explain_file.h"
#include "drift/explain_line.h"

/* By a file that holds it; NULL if there is none. */
static void explain_by_file(const struct explain_case *one, const struct bootfile *file,
	const struct err *gap, struct explanation *ret)
{
	if (file && !file->is_new)
		explanation_set_pending(file, ret);
	else if (file)
		explanation_set_current(one->root_fd, file, ret);
	explanation_set_gap(gap, ret);
	explanation_set_gap(&one->pending->files.gap, ret);
}

/* A configuration that came since the restart may have had another name before, as
 * systemd-bless-boot renames the entry that has booted: the file that had its contents then, or the
 * file itself. */
static const struct bootfile *under_former_name(
	const struct next_boot *pending, const struct bootfile *file)
{
	for (size_t i = 0; file && file->is_new && i < pending->replaced.count; i++) {
		const struct bootfile *former = &pending->replaced.files[i];

		if (bootconfig_is_config(former->path) &&
			memcmp(former->digest.sha256, file->digest.sha256,
				sizeof(file->digest.sha256)) == 0)
			return former;
	}
	return file;
}

static void explain_text(const struct explain_case *one, enum bootconfig_text what,
	const struct component *text, struct explanation *ret)
{
	auto_cleanup(buf) struct buf words = {0};
	struct err gap;
	const struct bootfile *file = bootconfig_find(
		one->root_fd, &one->pending->files, what, text->sha256, &words, &gap);

	explain_by_file(one, under_former_name(one->pending, file), &gap, ret);
	if (what == BOOTCONFIG_COMMAND_LINE && ret->how > EXPLANATION_UNKNOWN)
		explain_line_refuse_shell(buf_bytes(&words), one->accepted_line, ret);
}

/* By one file, or by those of an entry, one behind the other. */
static void explain_loaded_initrd(const struct explain_case *one, struct explanation *ret)
{
	const struct bootfile *newest;
	struct err gap;

	explain_file(one, ret);
	if (ret->how > EXPLANATION_UNKNOWN)
		return;
	newest = initrdjoin_find(one->root_fd, &one->pending->files, one->component->sha256, &gap);
	explain_by_file(one, newest, &gap, ret);
}

static void explain_variable(
	const struct explain_case *one, enum uefi_keys name, struct explanation *ret)
{
	const struct next_boot_variable *variable = &one->pending->variables[name];
	/* digest of the variable's contents, as PCR 7 proves them */
	const uint8_t *measured = one->secureboot ? one->secureboot->keys[name].sha256 : NULL;
	char date[EXPLAIN_DATE_SIZE];

	if (!variable->seen_s || variable->is_new || !measured ||
		memcmp(measured, variable->sha256, sizeof(variable->sha256)) != 0)
		return;
	explain_date_text(variable->seen_s, date);
	explanation_set(ret, EXPLANATION_PENDING,
		"as %s was before the restart, since %s at the latest; it changes only by a signed update",
		uefi_keys[name].name, date);
}

static void explain_one(const struct explain_case *one, struct explanation *ret)
{
	*ret = (struct explanation){.how = EXPLANATION_NONE};
	if (one->component->folded)
		return; /* it stands for several components */
	switch ((int)one->component->kind) {
	case COMPONENT_INITRD:
		if (one->component->pcr != PCR_FILES)
			return; /* an archive that the stub packs, of which no file has the bytes */
		explain_file(one, ret);
		return;
	case COMPONENT_APPLICATION:
	case COMPONENT_KERNEL:
	case COMPONENT_BOOT_FILE:
		explain_file(one, ret);
		return;
	case COMPONENT_LOADED_INITRD:
		explain_loaded_initrd(one, ret);
		return;
	case COMPONENT_COMMAND_LINE:
		explain_text(one, BOOTCONFIG_COMMAND_LINE, one->component, ret);
		return;
	case COMPONENT_INITRD_LIST:
		explain_text(one, BOOTCONFIG_INITRDS, one->component, ret);
		return;
	case COMPONENT_PK:
		explain_variable(one, UEFI_PK, ret);
		return;
	case COMPONENT_KEK:
		explain_variable(one, UEFI_KEK, ret);
		return;
	case COMPONENT_DB:
		explain_variable(one, UEFI_DB, ret);
		return;
	case COMPONENT_DBX:
		explain_variable(one, UEFI_DBX, ret);
		return;
	default:
		return; /* no file on the disks explains it */
	}
}

void explain_component(const struct explain_sources *sources, const struct next_boot *pending,
	const struct component *component, struct err *package_timeout, struct explanation *ret)
{
	explain_one(&(struct explain_case){.root_fd = sources->round.root_fd,
			    .secureboot = sources->secureboot,
			    .pending = pending,
			    .component = component,
			    .accepted_line = "",
			    .package_timeout = package_timeout},
		ret);
}

/* GRUB was told no initrds: the boot configuration may have this boot's command line without any.
 * There must be one command line, which is the one that the kernel got. */
static void explain_no_initrds(
	const struct explain_case *one, const struct components *boot, struct explanation *ret)
{
	const struct component *line = NULL;

	*ret = (struct explanation){.how = EXPLANATION_NONE};
	for (size_t i = 0; i < boot->count; i++) {
		const struct component *item = &boot->items[i];

		if (item->kind == COMPONENT_INITRD_LIST ||
			(item->kind == COMPONENT_COMMAND_LINE && item->pcr == PCR_COMMANDS && line))
			return;
		if (item->kind == COMPONENT_COMMAND_LINE && item->pcr == PCR_COMMANDS)
			line = item;
	}
	if (line && line->is_bound && !line->folded)
		explain_text(one, BOOTCONFIG_LINE_ALONE, line, ret);
}

/* The component that the disks may explain; NULL if there is none. They explain what came, a key
 * that went by its variable, and initrds that went by the boot configuration. */
static const struct component *component_to_explain(const struct drift_difference *difference)
{
	enum component_kind kind = difference->before.kind;

	if (!drift_has_component(difference))
		return NULL;
	if (difference->change != DRIFT_REMOVED)
		return &difference->after;
	return kind == COMPONENT_PK || kind == COMPONENT_KEK || kind == COMPONENT_DB ||
			       kind == COMPONENT_INITRD_LIST
		       ? &difference->before
		       : NULL;
}

static bool is_list_gone(const struct drift_difference *difference)
{
	return difference->change == DRIFT_REMOVED &&
	       difference->before.kind == COMPONENT_INITRD_LIST;
}

/* What one difference's own component shows. */
static void explain_difference(const struct explain_case *one, const struct components *boot,
	const struct drift *drift, struct drift_difference *difference)
{
	if (!is_list_gone(difference))
		explain_one(one, &difference->explanation);
	if (boot && is_list_gone(difference))
		explain_no_initrds(one, boot, &difference->explanation);
	else if (boot)
		explain_line(one, boot, drift, &difference->explanation);
}

/* The words that were accepted in this place: "" if that is not known. */
static const char *accepted_line(const struct drift_difference *difference)
{
	return difference->change == DRIFT_CHANGED && difference->before.is_bound
		       ? drift_before(difference)
		       : "";
}

void explain_drift(const struct explain_sources *sources, struct drift *drift)
{
	auto_cleanup(next_boot) struct next_boot pending = {0};
	struct err err, package_timeout = {0};
	struct explain_case one = {.root_fd = sources->round.root_fd,
		.secureboot = sources->secureboot,
		.pending = &pending,
		.package_timeout = &package_timeout};
	bool has_looked = next_boot_run(&sources->round, &pending, &err) == 0;

	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		one.component = component_to_explain(difference);
		if (!one.component || drift_is_explained(difference))
			continue;
		one.accepted_line = accepted_line(difference);
		if (has_looked)
			explain_difference(&one, sources->boot, drift, difference);
		else
			explanation_set_gap(&err, &difference->explanation);
	}
	for (size_t i = 0; has_looked && sources->boot && i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		one.component = &difference->after;
		one.accepted_line = accepted_line(difference);
		if (difference->change <= DRIFT_ADDED && !drift_is_explained(difference))
			explain_addons(&one, sources->boot, drift, &difference->explanation);
	}
}
