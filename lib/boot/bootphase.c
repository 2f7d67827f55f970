#include "boot/bootphase.h"

#include <string.h>
#include "boot/loadoption.h"

const char *bootphase_name(enum bootphase phase)
{
	static const char *const names[BOOTPHASE_COUNT] = {
		[BOOTPHASE_FIRMWARE] = "Firmware",
		[BOOTPHASE_SECURE_BOOT] = "Secure Boot",
		[BOOTPHASE_OPTIONS] = "Boot options",
		[BOOTPHASE_LOADERS] = "Loaders",
		[BOOTPHASE_KERNEL] = "Kernel",
	};

	return names[phase];
}

const char *bootphase_kind_name(enum bootphase_kind kind)
{
	static const char *const names[BOOTPHASE_KIND_COUNT] = {
		[BOOTPHASE_VERSION] = "version",
		[BOOTPHASE_CODE] = "code",
		[BOOTPHASE_OPTION_ROM] = "option ROM",
		[BOOTPHASE_DRIVER] = "driver",
		[BOOTPHASE_DEVICE] = "device",
		[BOOTPHASE_SETTINGS] = "settings",
		[BOOTPHASE_PLATFORM] = "platform",
		[BOOTPHASE_NOTE] = "note",
		[BOOTPHASE_STATE] = "state",
		[BOOTPHASE_KEYS] = "keys",
		[BOOTPHASE_ORDER] = "order",
		[BOOTPHASE_OPTION] = "option",
		[BOOTPHASE_DISK] = "disk",
		[BOOTPHASE_STEP] = "step",
		[BOOTPHASE_PROGRAM] = "program",
		[BOOTPHASE_VOUCHED] = "vouched",
		[BOOTPHASE_SHIM] = "shim",
		[BOOTPHASE_COMMAND] = "command",
		[BOOTPHASE_FILE] = "file",
		[BOOTPHASE_KERNEL_FILE] = "kernel",
		[BOOTPHASE_INITRD] = "initrd",
		[BOOTPHASE_COMMAND_LINE] = "command line",
		[BOOTPHASE_SECTION] = "image section",
		[BOOTPHASE_ADDED] = "added",
		[BOOTPHASE_EXTENSION] = "extension",
		[BOOTPHASE_HANDOVER] = "handover",
		[BOOTPHASE_WINDOWS] = "Windows",
		[BOOTPHASE_SEPARATOR] = "separator",
		[BOOTPHASE_NOT_MEASURED] = "not measured",
	};

	return names[kind];
}

enum { CODE_PCR = 2, BOOT_PCR = 4, SECURE_BOOT_PCR = 7, UNIFIED_PCR = 11 };

static struct bootphase_place place(enum bootphase phase, enum bootphase_kind kind)
{
	return (struct bootphase_place){phase, kind};
}

static struct bootphase_place place_of_setting(const struct event *event)
{
	static const char *const keys[] = {"PK", "KEK", "db", "dbx", "dbt", "dbr"};

	if (event->pcr != SECURE_BOOT_PCR || !event->has_variable)
		return place(BOOTPHASE_FIRMWARE, BOOTPHASE_SETTINGS);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(event->variable.name, keys[i]) == 0)
			return place(BOOTPHASE_SECURE_BOOT, BOOTPHASE_KEYS);
	return place(BOOTPHASE_SECURE_BOOT, BOOTPHASE_STATE);
}

static struct bootphase_place place_of_action(const struct event *event)
{
	if (event->is_formed && logtext_holds(&event->text, "Exit Boot Services"))
		return place(BOOTPHASE_KERNEL, BOOTPHASE_HANDOVER);
	if (event->pcr == SECURE_BOOT_PCR)
		return place(BOOTPHASE_SECURE_BOOT, BOOTPHASE_STATE);
	return place(event->pcr < BOOT_PCR ? BOOTPHASE_FIRMWARE : BOOTPHASE_LOADERS, BOOTPHASE_STEP);
}

static bool holds_one_of(const struct logtext *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (logtext_holds(text, words[i]))
			return true;
	return false;
}

/* A file that a boot loader read is sorted by its name. */
static struct bootphase_place place_of_file(const struct event *event)
{
	static const char *const initrds[] = {"initrd", "initramfs"};
	static const char *const kernels[] = {"vmlinu", "bzImage", "/Image", "Kernel"};

	if (event->is_formed &&
		holds_one_of(&event->text, initrds, sizeof(initrds) / sizeof(initrds[0])))
		return place(BOOTPHASE_KERNEL, BOOTPHASE_INITRD);
	if (event->is_formed &&
		holds_one_of(&event->text, kernels, sizeof(kernels) / sizeof(kernels[0])))
		return place(BOOTPHASE_KERNEL, BOOTPHASE_KERNEL_FILE);
	return place(BOOTPHASE_LOADERS, BOOTPHASE_FILE);
}

static struct bootphase_place place_of_tag(const struct event *event)
{
	const struct event_tag *tag = &event->tag;

	if (event->is_formed && tag->is_windows)
		return place(BOOTPHASE_KERNEL, BOOTPHASE_WINDOWS);
	if (event->is_formed && tag->id == EVENT_TAG_COMMAND_LINE)
		return place(BOOTPHASE_KERNEL, BOOTPHASE_COMMAND_LINE);
	if (event->is_formed && (tag->id == EVENT_TAG_INITRD || tag->id == EVENT_TAG_INITRD_ADDED))
		return place(BOOTPHASE_KERNEL, BOOTPHASE_INITRD);
	return place(BOOTPHASE_KERNEL, BOOTPHASE_ADDED);
}

static struct bootphase_place place_of(const struct event *event)
{
	switch (event->what) {
	case EVENT_VERSION:
		return place(BOOTPHASE_FIRMWARE, BOOTPHASE_VERSION);
	case EVENT_CODE:
		return place(BOOTPHASE_FIRMWARE,
			event->pcr == CODE_PCR ? BOOTPHASE_OPTION_ROM : BOOTPHASE_CODE);
	case EVENT_DEVICE:
		return place(BOOTPHASE_FIRMWARE, BOOTPHASE_DEVICE);
	case EVENT_NOTE:
		return place(BOOTPHASE_FIRMWARE, BOOTPHASE_NOTE);
	case EVENT_VARIABLE:
	case EVENT_DEVICE_POLICY:
		return place_of_setting(event);
	case EVENT_BOOT_VARIABLE:
		return place(BOOTPHASE_OPTIONS,
			event->has_variable && loadoption_is_order(&event->variable)
				? BOOTPHASE_ORDER
				: BOOTPHASE_OPTION);
	case EVENT_AUTHORITY:
	case EVENT_DEVICE_AUTHORITY:
		return place(BOOTPHASE_LOADERS,
			event->has_variable && uefivar_is_shim_setting(&event->variable)
				? BOOTPHASE_SHIM
				: BOOTPHASE_VOUCHED);
	case EVENT_PARTITIONS:
		return place(BOOTPHASE_OPTIONS, BOOTPHASE_DISK);
	case EVENT_IMAGE:
		return event->type == EV_EFI_BOOT_SERVICES_APPLICATION
			       ? place(BOOTPHASE_LOADERS, BOOTPHASE_PROGRAM)
			       : place(BOOTPHASE_FIRMWARE, BOOTPHASE_DRIVER);
	case EVENT_ACTION:
		return place_of_action(event);
	case EVENT_COMMAND:
		return place(BOOTPHASE_LOADERS, BOOTPHASE_COMMAND);
	case EVENT_COMMAND_LINE:
	case EVENT_MODULE_LINE:
		return place(BOOTPHASE_KERNEL, BOOTPHASE_COMMAND_LINE);
	case EVENT_FILE:
		return place_of_file(event);
	case EVENT_SECTION:
		return place(BOOTPHASE_KERNEL, BOOTPHASE_SECTION);
	case EVENT_ADDITION:
		return place(BOOTPHASE_KERNEL, BOOTPHASE_ADDED);
	case EVENT_EXTENSION:
		return place(BOOTPHASE_KERNEL, BOOTPHASE_EXTENSION);
	case EVENT_MOK:
		return place(BOOTPHASE_LOADERS, BOOTPHASE_SHIM);
	case EVENT_LOADER:
		return place(BOOTPHASE_LOADERS, BOOTPHASE_STEP);
	case EVENT_TAG:
		return place_of_tag(event);
	case EVENT_PLATFORM:
	case EVENT_COMPACT:
	case EVENT_SEPARATOR:
		break;
	}
	return place(event->pcr < UNIFIED_PCR ? BOOTPHASE_FIRMWARE : BOOTPHASE_KERNEL,
		BOOTPHASE_PLATFORM);
}

bool bootphase_of(const struct event *event, struct bootphase_place *ret)
{
	if (event->what == EVENT_SEPARATOR)
		return false;
	*ret = place_of(event);
	return true;
}
