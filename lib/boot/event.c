#include "boot/event.h"

#include <string.h>
#include "base/text.h"
#include "boot/devicepath.h"
#include "boot/grubtext.h"
#include "boot/pcr.h"

bool event_image(const struct event *event, struct event_image *ret)
{
	struct cursor cursor = cursor_of(event->data);
	struct event_image found = {0};

	(void)cursor_u64_le(&cursor); /* location in memory */
	found.size = cursor_u64_le(&cursor);
	(void)cursor_u64_le(&cursor); /* link time address */
	found.path = cursor_bytes(&cursor, cursor_u64_le(&cursor));
	if (cursor.failed)
		return false;
	*ret = found;
	return true;
}

bool event_image_file(const struct event *event, char *ret, size_t size)
{
	struct event_image image;
	struct devicepath path;

	if (!event_image(event, &image) || !devicepath_read(image.path, &path) || !path.file[0])
		return false;
	(void)text_format(ret, size, "%s", path.file);
	return true;
}

/* wbcl.h of the Windows SDK: bit 30 marks a tag that holds records, bit 31 one that is not
 * measured; bits 16 to 19 are the kind. */
static bool is_windows_tag(uint32_t id)
{
	uint32_t kind = id >> 16 & 0xF;

	return kind >= 1 && kind <= 12 && !(id & 0x3FF0FF00u);
}

bool event_tag(const struct event *event, struct event_tag *ret)
{
	struct cursor cursor = cursor_of(event->data);
	struct event_tag found = {.id = cursor_u32_le(&cursor)};

	found.data = cursor_bytes(&cursor, cursor_u32_le(&cursor));
	if (cursor.failed)
		return false;
	found.is_windows = is_windows_tag(found.id);
	*ret = found;
	return true;
}

static const char *const mok_names[] = {
	[EVENT_MOK_NONE] = "",
	[EVENT_MOK_LIST] = "MokList",
	[EVENT_MOK_LIST_X] = "MokListX",
	[EVENT_MOK_LIST_TRUSTED] = "MokListTrusted",
	[EVENT_MOK_SB_STATE] = "MokSBState",
	[EVENT_MOK_DB_STATE] = "MokDBState",
	[EVENT_MOK_SBAT_LEVEL] = "SbatLevel",
	[EVENT_MOK_POLICY] = "MokPolicy",
};

const char *event_mok_name(enum event_mok mok)
{
	return mok_names[mok];
}

enum event_mok event_mok_of(const struct logtext *name)
{
	for (int mok = EVENT_MOK_LIST; mok <= EVENT_MOK_POLICY; mok++)
		if (logtext_is(name, mok_names[mok]))
			return (enum event_mok)mok;
	return EVENT_MOK_NONE;
}

/* GRUB logs a text behind a word of its own ("grub_cmd: "), which it does not measure. So a text
 * that cannot be a command is read as a command line, whatever that word is. */
static bool read_grub_text(struct event *event, const struct logtext *text)
{
	static const struct {
		const char *word;
		enum event_what what;
	} words[] = {
		{"grub_cmd: ", EVENT_COMMAND},
		{"grub_cmd ", EVENT_COMMAND},
		{"grub_kernel_cmdline ", EVENT_COMMAND_LINE},
		{"kernel_cmdline: ", EVENT_COMMAND_LINE},
		{"module_cmdline: ", EVENT_MODULE_LINE},
	};

	event->what = EVENT_COMMAND_LINE;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!logtext_starts_with(text, words[i].word))
			continue;
		event->text = logtext_behind(text, strlen(words[i].word));
		event->what = words[i].what;
		if (event->what == EVENT_COMMAND &&
			grubtext_kind_of(event->text.bytes) == GRUBTEXT_LINE)
			event->what = EVENT_COMMAND_LINE;
		return true;
	}
	return false;
}

static enum event_what what_of_loader_pcr(uint32_t pcr)
{
	switch (pcr) {
	case PCR_COMMANDS:
	case PCR_KERNEL_CONFIG:
		return EVENT_COMMAND_LINE;
	case PCR_FILES:
		return EVENT_FILE;
	case PCR_KERNEL_IMAGE:
		return EVENT_SECTION;
	case PCR_EXTENSIONS:
		return EVENT_EXTENSION;
	case PCR_SHIM:
		return EVENT_MOK;
	default:
		return EVENT_LOADER;
	}
}

static bool read_loader(struct event *event)
{
	bool is_of_grub = event->pcr == PCR_COMMANDS || event->pcr == PCR_FILES;
	struct logtext text;

	event->what = what_of_loader_pcr(event->pcr);
	if (!logtext_of(is_of_grub ? grubtext_of(event->data) : event->data, &text) ||
		event->what == EVENT_LOADER)
		return false;
	if (event->what == EVENT_MOK) {
		event->mok = event_mok_of(&text);
		return event->mok != EVENT_MOK_NONE;
	}
	if (event->pcr == PCR_COMMANDS)
		return read_grub_text(event, &text);
	if (event->what == EVENT_SECTION && !logtext_starts_with(&text, "."))
		return false;
	if (event->pcr == PCR_KERNEL_CONFIG && logtext_ends_with(&text, "initrd"))
		event->what = EVENT_ADDITION;
	event->text = text;
	return true;
}

static bool read_separator(struct event *event)
{
	struct cursor cursor = cursor_of(event->data);
	uint32_t value = cursor_u32_le(&cursor);
	struct bytes padding = cursor_bytes(&cursor, cursor.left);

	if (cursor.failed || (value > 1 && value != UINT32_MAX) ||
		!(bytes_are_all(padding, 0x00) || bytes_are_all(padding, 0xFF)))
		return false;
	event->separator = value;
	return true;
}

static enum event_what what_of_type(uint32_t type)
{
	static const struct {
		uint32_t type;
		enum event_what what;
	} types[] = {
#define EVENT_TYPE_WHAT(type, number, what) {type, EVENT_##what},
		EVENT_TYPES(EVENT_TYPE_WHAT)
#undef EVENT_TYPE_WHAT
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].what;
	return EVENT_PLATFORM;
}

static bool read_form(struct event *event)
{
	switch (event->what) {
	case EVENT_VARIABLE:
	case EVENT_DEVICE_POLICY:
	case EVENT_BOOT_VARIABLE:
	case EVENT_AUTHORITY:
	case EVENT_DEVICE_AUTHORITY:
		return event->has_variable;
	case EVENT_PARTITIONS:
		return gpt_read(event->data, &event->partitions);
	case EVENT_IMAGE:
		return event_image(event, &event->image);
	case EVENT_ACTION:
		return logtext_of(event->data, &event->text);
	case EVENT_SEPARATOR:
		return read_separator(event);
	case EVENT_TAG:
		return event_tag(event, &event->tag);
	case EVENT_COMMAND:
	case EVENT_COMMAND_LINE:
	case EVENT_MODULE_LINE:
	case EVENT_FILE:
	case EVENT_SECTION:
	case EVENT_ADDITION:
	case EVENT_EXTENSION:
	case EVENT_MOK:
	case EVENT_LOADER:
		return read_loader(event);
	case EVENT_PLATFORM:
	case EVENT_NOTE:
	case EVENT_VERSION:
	case EVENT_CODE:
	case EVENT_DEVICE:
	case EVENT_COMPACT:
		return false; /* only event_text_firmware.c reads their forms */
	}
	return false;
}

void event_read(struct event *event)
{
	event->has_variable = uefivar_parse(event->data, &event->variable);
	event->what = what_of_type(event->type);
	event->is_formed = read_form(event);
}

bool event_is_same(const struct event *one, const struct event *other)
{
	if (one->what != other->what || one->is_formed != other->is_formed)
		return false;
	if (one->what == EVENT_IMAGE && one->is_formed)
		return one->image.size == other->image.size &&
		       bytes_equal(one->image.path, other->image.path);
	return bytes_equal(one->data, other->data);
}
