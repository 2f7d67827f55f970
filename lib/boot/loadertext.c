#include "boot/loadertext.h"

#include <string.h>
#include "base/cursor.h"
#include "base/text.h"
#include "boot/eventtext.h"
#include "boot/firmwaretext.h"
#include "boot/grubtext.h"

enum {
	PCR_COMMANDS = 8,
	PCR_FILES = 9,
	PCR_KERNEL_IMAGE = 11,
	PCR_KERNEL_CONFIG = 12,
	PCR_EXTENSIONS = 13,
	PCR_SHIM = 14,
};

struct meaning {
	const char *text, *meaning;
};

static const char *meaning_of(const struct meaning *table, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].text, text) == 0)
			return table[i].meaning;
	return NULL;
}

static bool describe_shim(const char *text, char *ret, size_t size)
{
	static const struct meaning table[] = {
		{"MokList", "shim: keys that the owner added"},
		{"MokListX", "shim: keys that the owner revoked"},
		{"MokListTrusted", "shim: do the owner's keys count"},
		{"MokSBState", "shim: does it verify"},
		{"MokDBState", "shim: does it use the firmware's keys"},
		{"SbatLevel", "shim: oldest versions that may start"},
	};
	const char *meaning = meaning_of(table, sizeof(table) / sizeof(table[0]), text);

	if (meaning)
		(void)text_format(ret, size, "%s (%s)", text, meaning);
	return meaning != NULL;
}

/* GRUB writes what it measured behind a word of its own, which it does not measure: a text that is
 * no command is none. */
static bool describe_command(const char *text, char *ret, size_t size)
{
	static const char line[] = "kernel command line";
	static const struct {
		const char *text, *meaning;
		bool is_command;
	} words[] = {
		{"grub_cmd: ", "GRUB command", true},
		{"grub_cmd ", "GRUB command", true},
		{"grub_kernel_cmdline ", line, false},
		{"kernel_cmdline: ", line, false},
		{"module_cmdline: ", "module command line", false},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *rest = text + strlen(words[i].text);
		bool is_line;

		if (strncmp(text, words[i].text, strlen(words[i].text)) != 0)
			continue;
		is_line = words[i].is_command &&
			  grubtext_kind_of(bytes_of_text(rest)) == GRUBTEXT_LINE;
		(void)text_format(ret, size, "%s: %s", is_line ? line : words[i].meaning, rest);
		return true;
	}
	return false;
}

static const char *component(uint32_t pcr, const char *text)
{
	size_t len = strlen(text);
	bool is_initrd =
		len >= strlen("initrd") && strcmp(text + len - strlen("initrd"), "initrd") == 0;

	if (pcr == PCR_FILES)
		return "file";
	if (pcr == PCR_KERNEL_IMAGE && text[0] == '.')
		return "section of the unified kernel image";
	if (pcr == PCR_KERNEL_CONFIG && !is_initrd)
		return "kernel command line";
	if (pcr == PCR_KERNEL_CONFIG)
		return "added at boot";
	return pcr == PCR_EXTENSIONS ? "system extension" : NULL;
}

bool loadertext(const struct event *event, char *ret, size_t size)
{
	char text[EVENTTEXT_SIZE];
	const char *name;

	if (!eventtext_of_bytes(event->data, text, sizeof(text)))
		return false;
	if (event->pcr == PCR_SHIM)
		return describe_shim(text, ret, size);
	if (event->pcr == PCR_COMMANDS && describe_command(text, ret, size))
		return true;
	name = component(event->pcr, text);
	if (name)
		(void)text_format(ret, size, "%s: %s", name, text);
	return name != NULL;
}

static const char *tag_name(uint32_t tag)
{
	switch (tag) {
	case 0x8F3B22ECu:
		return "initrd";
	case 0x8F3B22EDu:
		return "kernel command line";
	case 0xF5BC582Au:
		return "systemd-boot configuration";
	case 0x6C46F751u:
		return "device tree added to the kernel image";
	case 0x49DFFE0Fu:
		return "initrd added to the kernel image";
	case 0xDAC08E1Au:
		return "microcode added to the kernel image";
	case 0x13AED6DBu:
		return "profile of the unified kernel image";
	default:
		return NULL;
	}
}

/* What Linux's EFI stub (drivers/firmware/efi/libstub/efi-stub-helper.c) writes in place of what it
 * measured */
static bool is_stub_name(uint32_t tag, const char *text)
{
	return tag_name(tag) &&
	       (strcmp(text, "LOADED_IMAGE::LoadOptions") == 0 || strcmp(text, "Linux initrd") == 0);
}

bool loadertext_of_tag(struct bytes data, char *ret, size_t size)
{
	struct cursor cursor = cursor_of(data);
	uint32_t tag = cursor_u32_le(&cursor);
	struct bytes value = cursor_bytes(&cursor, cursor_u32_le(&cursor));
	char text[EVENTTEXT_SIZE];

	if (cursor.failed)
		return false;
	if (!tag_name(tag) && firmwaretext_of_windows_tag(data, ret, size))
		return true;
	eventtext_of_any(value, text);
	if (is_stub_name(tag, text))
		(void)text_format(ret, size, "%s, which the log does not show", tag_name(tag));
	else if (tag_name(tag))
		(void)text_format(ret, size, "%s: %s", tag_name(tag), text);
	else
		(void)text_format(ret, size, "tag 0x%08x: %s", tag, text);
	return true;
}
