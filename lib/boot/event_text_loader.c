#include <string.h>
#include "base/text.h"
#include "boot/event_text_parts.h"

void event_text_loader(const char *kind, const struct logtext *text, struct event_text *ret)
{
	(void)text_format(ret->text, sizeof(ret->text), "%s: ", kind);
	ret->kind_len = strlen(ret->text);
	logtext_clean(text, ret->text + ret->kind_len, sizeof(ret->text) - ret->kind_len);
}

void event_text_mok(enum event_mok mok, struct event_text *ret)
{
	static const char *const meanings[] = {
		[EVENT_MOK_NONE] = "",
		[EVENT_MOK_LIST] = "keys that the owner added",
		[EVENT_MOK_LIST_X] = "keys that the owner revoked",
		[EVENT_MOK_LIST_TRUSTED] = "do the owner's keys count",
		[EVENT_MOK_SB_STATE] = "does it verify",
		[EVENT_MOK_DB_STATE] = "does it use the firmware's keys",
		[EVENT_MOK_SBAT_LEVEL] = "oldest versions that may start",
		[EVENT_MOK_POLICY] = "what it demands of programs",
	};

	(void)text_format(
		ret->text, sizeof(ret->text), "%s (shim: %s)", event_mok_name(mok), meanings[mok]);
}

static const char *tag_name(uint32_t id)
{
	switch (id) {
	case EVENT_TAG_INITRD:
		return "initrd";
	case EVENT_TAG_COMMAND_LINE:
		return "kernel command line";
	case EVENT_TAG_LOADER_CONFIG:
		return "systemd-boot configuration";
	case EVENT_TAG_DEVICE_TREE:
		return "device tree added to the kernel image";
	case EVENT_TAG_INITRD_ADDED:
		return "initrd added to the kernel image";
	case EVENT_TAG_MICROCODE:
		return "microcode added to the kernel image";
	case EVENT_TAG_PROFILE:
		return "profile of the unified kernel image";
	default:
		return NULL;
	}
}

/* Whether the data is the name that Linux's EFI stub
 * (drivers/firmware/efi/libstub/efi-stub-helper.c) logs instead of the bytes that it measured. */
static bool is_stub_name(struct bytes data)
{
	struct logtext text;

	return logtext_of(data, &text) &&
	       (logtext_is(&text, "LOADED_IMAGE::LoadOptions") || logtext_is(&text, "Linux initrd"));
}

void event_text_tag(const struct event_tag *tag, struct event_text *ret)
{
	const char *name = tag_name(tag->id);

	if (tag->is_windows) {
		event_text_windows_tag(tag, ret);
		return;
	}
	if (name && is_stub_name(tag->data)) {
		(void)text_format(
			ret->text, sizeof(ret->text), "%s, which the log does not show", name);
		return;
	}
	if (name)
		(void)text_format(ret->text, sizeof(ret->text), "%s: ", name);
	else
		(void)text_format(ret->text, sizeof(ret->text), "tag 0x%08x: ", tag->id);
	logtext_or_hex(
		tag->data, ret->text + strlen(ret->text), sizeof(ret->text) - strlen(ret->text));
	if (tag->id == EVENT_TAG_INITRD || tag->id == EVENT_TAG_COMMAND_LINE)
		ret->kind_len = strlen(name) + strlen(": ");
}
