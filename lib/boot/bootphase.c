#include "boot/bootphase.h"

#include <string.h>
#include "boot/eventtext.h"
#include "boot/uefivar.h"

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

enum {
	CONFIG_PCR = 1,
	CODE_PCR = 2,
	BOOT_PCR = 4,
	SECURE_BOOT_PCR = 7,
	COMMAND_PCR = 8,
	FILE_PCR = 9
};
enum { UNIFIED_PCR = 11, KERNEL_CONFIG_PCR = 12, EXTENSION_PCR = 13, SHIM_PCR = 14 };

static bool holds(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

#define HOLDS(text, ...)                                                                           \
	holds(text, (const char *const[]){__VA_ARGS__},                                            \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static struct bootphase_place of_config(const struct event *event)
{
	static const char *const keys[] = {"PK", "KEK", "db", "dbx", "dbt", "dbr"};
	struct uefivar var;

	if (event->pcr != SECURE_BOOT_PCR || !uefivar_parse(event->data, &var))
		return (struct bootphase_place){BOOTPHASE_FIRMWARE, "settings"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(var.name, keys[i]) == 0)
			return (struct bootphase_place){BOOTPHASE_SECURE_BOOT, "keys"};
	return (struct bootphase_place){BOOTPHASE_SECURE_BOOT, "state"};
}

static struct bootphase_place of_boot_variable(const struct event *event)
{
	struct uefivar var;
	bool is_order = uefivar_parse(event->data, &var) &&
			HOLDS(var.name, "Order", "BootNext", "BootCurrent");

	return (struct bootphase_place){BOOTPHASE_OPTIONS, is_order ? "order" : "option"};
}

static struct bootphase_place of_action(const struct event *event)
{
	char text[EVENTTEXT_SIZE];

	eventtext(event, text);
	if (strstr(text, "Exit Boot Services"))
		return (struct bootphase_place){BOOTPHASE_KERNEL, "handover"};
	if (event->pcr == SECURE_BOOT_PCR)
		return (struct bootphase_place){BOOTPHASE_SECURE_BOOT, "state"};
	return (struct bootphase_place){
		event->pcr < BOOT_PCR ? BOOTPHASE_FIRMWARE : BOOTPHASE_LOADERS, "step"};
}

/* A file that a boot loader read, by its name */
static struct bootphase_place of_file(const char *text)
{
	if (HOLDS(text, "initrd", "initramfs"))
		return (struct bootphase_place){BOOTPHASE_KERNEL, "initrd"};
	if (HOLDS(text, "vmlinu", "bzImage", "/Image", "Kernel"))
		return (struct bootphase_place){BOOTPHASE_KERNEL, "kernel"};
	return (struct bootphase_place){BOOTPHASE_LOADERS, "file"};
}

static struct bootphase_place of_loader(const struct event *event)
{
	char text[EVENTTEXT_SIZE];

	eventtext(event, text);
	switch (event->pcr) {
	case COMMAND_PCR:
		if (HOLDS(text, "GRUB command", "grub_cmd"))
			return (struct bootphase_place){BOOTPHASE_LOADERS, "command"};
		return (struct bootphase_place){BOOTPHASE_KERNEL, "command line"};
	case FILE_PCR:
		return of_file(text);
	case UNIFIED_PCR:
		return (struct bootphase_place){BOOTPHASE_KERNEL, "image section"};
	case KERNEL_CONFIG_PCR:
		return (struct bootphase_place){
			BOOTPHASE_KERNEL, strstr(text, "initrd") ? "added" : "command line"};
	case EXTENSION_PCR:
		return (struct bootphase_place){BOOTPHASE_KERNEL, "extension"};
	case SHIM_PCR:
		return (struct bootphase_place){BOOTPHASE_LOADERS, "shim"};
	default:
		return (struct bootphase_place){BOOTPHASE_LOADERS, "step"};
	}
}

static struct bootphase_place of_tag(const struct event *event)
{
	char text[EVENTTEXT_SIZE];

	eventtext(event, text);
	if (strncmp(text, "Windows", strlen("Windows")) == 0)
		return (struct bootphase_place){BOOTPHASE_KERNEL, "Windows"};
	if (strncmp(text, "kernel command line", strlen("kernel command line")) == 0)
		return (struct bootphase_place){BOOTPHASE_KERNEL, "command line"};
	return (struct bootphase_place){BOOTPHASE_KERNEL, HOLDS(text, "initrd") ? "initrd" : "added"};
}

static struct bootphase_place of_authority(const struct event *event)
{
	struct uefivar var;
	bool is_setting = uefivar_parse(event->data, &var) &&
			  HOLDS(var.name, "SbatLevel", "MokListTrusted", "State");

	return (struct bootphase_place){BOOTPHASE_LOADERS, is_setting ? "shim" : "vouched"};
}

static struct bootphase_place place_of(const struct event *event)
{
	switch (event->type) {
	case EV_S_CRTM_VERSION:
		return (struct bootphase_place){BOOTPHASE_FIRMWARE, "version"};
	case EV_S_CRTM_CONTENTS:
	case EV_EFI_HCRTM_EVENT:
	case EV_POST_CODE:
	case EV_POST_CODE2:
	case EV_EFI_PLATFORM_FIRMWARE_BLOB:
	case EV_EFI_PLATFORM_FIRMWARE_BLOB2:
		return (struct bootphase_place){
			BOOTPHASE_FIRMWARE, event->pcr == CODE_PCR ? "option ROM" : "code"};
	case EV_EFI_BOOT_SERVICES_DRIVER:
	case EV_EFI_RUNTIME_SERVICES_DRIVER:
		return (struct bootphase_place){BOOTPHASE_FIRMWARE, "driver"};
	case EV_EFI_SPDM_FIRMWARE_BLOB:
	case EV_EFI_SPDM_FIRMWARE_CONFIG:
		return (struct bootphase_place){BOOTPHASE_FIRMWARE, "device"};
	case EV_EFI_BOOT_SERVICES_APPLICATION:
		return (struct bootphase_place){BOOTPHASE_LOADERS, "program"};
	case EV_EFI_VARIABLE_DRIVER_CONFIG:
	case EV_EFI_SPDM_DEVICE_POLICY:
		return of_config(event);
	case EV_EFI_VARIABLE_AUTHORITY:
	case EV_EFI_SPDM_DEVICE_AUTHORITY:
		return of_authority(event);
	case EV_EFI_VARIABLE_BOOT:
	case EV_EFI_VARIABLE_BOOT2:
		return of_boot_variable(event);
	case EV_EFI_GPT_EVENT:
	case EV_EFI_GPT_EVENT2:
		return (struct bootphase_place){BOOTPHASE_OPTIONS, "disk"};
	case EV_EFI_ACTION:
		return of_action(event);
	case EV_IPL:
		return of_loader(event);
	case EV_EVENT_TAG:
		return of_tag(event);
	case EV_NO_ACTION:
		return (struct bootphase_place){BOOTPHASE_FIRMWARE, "note"};
	default:
		return (struct bootphase_place){
			event->pcr < UNIFIED_PCR ? BOOTPHASE_FIRMWARE : BOOTPHASE_KERNEL, "platform"};
	}
}

const char *bootphase_without_kind(const char *text)
{
	static const char *const words[] = {"GRUB command: ", "kernel command line: ",
		"module command line: ", "file: ", "section of the unified kernel image: ",
		"system extension: ", "added at boot: ", "initrd: "};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return text + strlen(words[i]);
	return text;
}

bool bootphase_of(const struct event *event, struct bootphase_place *ret)
{
	if (event->type == EV_SEPARATOR)
		return false;
	*ret = place_of(event);
	return true;
}
