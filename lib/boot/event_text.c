#include "boot/event_text.h"

#include <string.h>
#include "base/text.h"
#include "boot/devicepath.h"
#include "boot/event_text_parts.h"

/* 55C5D1F8-04CD-46B5-8A20-E56CBB3052D0: the path under which systemd-stub starts the kernel out of
 * its own image (systemd 257, src/boot/linux.c, STUB_PAYLOAD_GUID) */
static const uint8_t stub_payload[UEFI_GUID_SIZE] = {0xF8, 0xD1, 0xC5, 0x55, 0xCD, 0x04, 0xB5, 0x46,
	0x8A, 0x20, 0xE5, 0x6C, 0xBB, 0x30, 0x52, 0xD0};

static void describe_image(const struct event_image *image, struct event_text *ret)
{
	struct devicepath path;
	unsigned long long size = image->size;

	if (!devicepath_read(image->path, &path))
		path = (struct devicepath){0};
	if (path.vendor_media && memcmp(path.vendor_media, stub_payload, UEFI_GUID_SIZE) == 0)
		(void)text_format(ret->text, sizeof(ret->text),
			"kernel inside the unified kernel image, %llu bytes", size);
	else if (*path.file)
		(void)text_format(ret->text, sizeof(ret->text), "%s, %llu bytes%s%s", path.file,
			size, *path.device ? ", from " : "", path.device);
	else
		(void)text_format(ret->text, sizeof(ret->text), "image of %llu bytes%s%s", size,
			*path.device ? ", from " : "", path.device);
}

/* EV_S_CRTM_VERSION holds UTF-16 or a GUID (PFP 1.06 section 10.4.1). Firmware without a version
 * measures an empty text, and some firmware writes ASCII into a field of fixed size. UTF-16 of
 * Latin letters has a zero after the first byte, which tells the two apart. */
static bool describe_version(struct bytes data, struct event_text *ret)
{
	struct bytes ascii = {data.data, data.len ? strnlen((const char *)data.data, data.len) : 0};
	struct logtext text;

	if (data.len == UEFI_GUID_SIZE && !logtext_of(data, &text))
		uefi_guid_text(data.data, ret->text);
	else if (bytes_are_all(data, 0))
		(void)text_format(ret->text, sizeof(ret->text), "(empty)");
	else if (ascii.len > 1 && data.len > UEFI_GUID_SIZE && logtext_of(ascii, &text))
		logtext_clean(&text, ret->text, sizeof(ret->text));
	else
		return false;
	return true;
}

/* For events whose data has the form of their type. */
static bool describe_formed(const struct event *event, struct event_text *ret)
{
	switch (event->what) {
	case EVENT_VARIABLE:
	case EVENT_DEVICE_POLICY:
	case EVENT_BOOT_VARIABLE:
	case EVENT_AUTHORITY:
	case EVENT_DEVICE_AUTHORITY:
		event_text_variable(event, ret);
		return true;
	case EVENT_PARTITIONS:
		event_text_partitions(&event->partitions, ret);
		return true;
	case EVENT_IMAGE:
		describe_image(&event->image, ret);
		return true;
	case EVENT_SEPARATOR:
		(void)text_format(ret->text, sizeof(ret->text), "%08x (%s)", event->separator,
			event->separator == 1 ? "the firmware met an error"
					      : "end of the firmware's own part");
		return true;
	case EVENT_COMMAND:
		event_text_loader("GRUB command", &event->text, ret);
		return true;
	case EVENT_COMMAND_LINE:
		event_text_loader("kernel command line", &event->text, ret);
		return true;
	case EVENT_MODULE_LINE:
		event_text_loader("module command line", &event->text, ret);
		return true;
	case EVENT_FILE:
		event_text_loader("file", &event->text, ret);
		return true;
	case EVENT_SECTION:
		event_text_loader("section of the unified kernel image", &event->text, ret);
		return true;
	case EVENT_ADDITION:
		event_text_loader("added at boot", &event->text, ret);
		return true;
	case EVENT_EXTENSION:
		event_text_loader("system extension", &event->text, ret);
		return true;
	case EVENT_MOK:
		event_text_mok(event->mok, ret);
		return true;
	case EVENT_TAG:
		event_text_tag(&event->tag, ret);
		return true;
	case EVENT_ACTION:
	case EVENT_LOADER:
	case EVENT_PLATFORM:
	case EVENT_NOTE:
	case EVENT_VERSION:
	case EVENT_CODE:
	case EVENT_DEVICE:
	case EVENT_COMPACT:
		break;
	}
	return false;
}

void event_text(const struct event *event, struct event_text *ret)
{
	bool is_described;

	ret->kind_len = 0;
	if (event->is_formed)
		is_described = describe_formed(event, ret);
	else if (event->what == EVENT_VERSION)
		is_described = describe_version(event->data, ret);
	else
		is_described = event_text_firmware(event, ret);
	if (!is_described)
		logtext_or_hex(event->data, ret->text, sizeof(ret->text));
}

bool event_text_equal(const struct event *one, const struct event *other)
{
	struct event_text words, other_words;

	event_text(one, &words);
	event_text(other, &other_words);
	return strcmp(words.text, other_words.text) == 0;
}
