#include "boot/eventtext.h"

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "boot/devicepath.h"
#include "boot/firmwaretext.h"
#include "boot/gpttext.h"
#include "boot/loadertext.h"
#include "boot/uefivar.h"
#include "boot/vartext.h"

#define SHOWN_BYTES 16 /* of data that is no text */

static struct bytes without_final_zeros(struct bytes bytes)
{
	while (bytes.len && bytes.data[bytes.len - 1] == 0)
		bytes.len--;
	return bytes;
}

static bool has_control_byte(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((bytes.data[i] < 0x20 && !strchr("\t\r\n", bytes.data[i])) ||
			bytes.data[i] == 0 || bytes.data[i] == 0x7F)
			return true;
	return false;
}

/* Printable ASCII in UTF-16: what firmware and boot loaders write. */
static bool is_utf16_text(struct bytes bytes)
{
	if (bytes.len % 2)
		return false;
	for (size_t i = 0; i + 1 < bytes.len; i += 2)
		if (bytes.data[i + 1] != 0 || bytes.data[i] < 0x20 || bytes.data[i] > 0x7E)
			return false;
	return bytes.len > 0;
}

bool eventtext_of_bytes(struct bytes bytes, char *ret, size_t size)
{
	struct bytes text = without_final_zeros(bytes);
	struct bytes wide = {bytes.data, text.len + text.len % 2};

	if (text.len && text_is_utf8(text) && !has_control_byte(text)) {
		text_clean(ret, size, text);
		return true;
	}
	if (wide.len > bytes.len || !is_utf16_text(wide))
		return false;
	uefi_text(wide, ret, size);
	return true;
}

void eventtext_of_any(struct bytes bytes, char ret[EVENTTEXT_SIZE])
{
	char hex[2 * SHOWN_BYTES + 1];

	if (eventtext_of_bytes(bytes, ret, EVENTTEXT_SIZE))
		return;
	hex_encode(
		(struct bytes){bytes.data, bytes.len > SHOWN_BYTES ? SHOWN_BYTES : bytes.len}, hex);
	if (bytes.len <= SHOWN_BYTES)
		(void)text_format(ret, EVENTTEXT_SIZE, "%s", hex);
	else
		(void)text_format(ret, EVENTTEXT_SIZE, "%s... (%zu bytes)", hex, bytes.len);
}

/* UEFI_IMAGE_LOAD_EVENT */
static bool read_image(const struct event *event, uint64_t *ret_length, struct devicepath *ret_path)
{
	struct cursor cursor = cursor_of(event->data);
	struct bytes path;
	uint64_t length;

	(void)cursor_u64_le(&cursor); /* location in memory */
	length = cursor_u64_le(&cursor);
	(void)cursor_u64_le(&cursor); /* link time address */
	path = cursor_bytes(&cursor, cursor_u64_le(&cursor));
	if (cursor.failed)
		return false;
	if (!devicepath_read(path, ret_path))
		*ret_path = (struct devicepath){0};
	*ret_length = length;
	return true;
}

/* systemd-stub starts the kernel out of its own image under this path (systemd 257,
 * src/boot/linux.c, STUB_PAYLOAD_GUID). */
static const char stub_payload[] = "VenMedia(55C5D1F8-04CD-46B5-8A20-E56CBB3052D0";

static bool describe_image(const struct event *event, char ret[EVENTTEXT_SIZE])
{
	uint64_t length;
	struct devicepath path;

	if (!read_image(event, &length, &path))
		return false;
	if (strstr(path.device, stub_payload))
		(void)text_format(ret, EVENTTEXT_SIZE,
			"kernel inside the unified kernel image, %llu bytes",
			(unsigned long long)length);
	else if (*path.file)
		(void)text_format(ret, EVENTTEXT_SIZE, "%s, %llu bytes%s%s", path.file,
			(unsigned long long)length, *path.device ? ", from " : "", path.device);
	else
		(void)text_format(ret, EVENTTEXT_SIZE, "image of %llu bytes%s%s",
			(unsigned long long)length, *path.device ? ", from " : "", path.device);
	return true;
}

bool eventtext_is_image(const struct event *event)
{
	return event->type == EV_EFI_BOOT_SERVICES_APPLICATION ||
	       event->type == EV_EFI_BOOT_SERVICES_DRIVER ||
	       event->type == EV_EFI_RUNTIME_SERVICES_DRIVER;
}

bool eventtext_image_file(const struct event *event, char *ret, size_t size)
{
	uint64_t length;
	struct devicepath path;

	if (!read_image(event, &length, &path) || !*path.file)
		return false;
	(void)text_format(ret, size, "%s", path.file);
	return true;
}

/* EV_S_CRTM_VERSION: UTF-16 or a GUID (PFP 1.06 section 10.4.1); firmware without a version
 * measures an empty text. Some write ASCII into a field of fixed size; UTF-16 of Latin letters has
 * a zero behind the first byte. */
static bool describe_version(struct bytes data, char ret[EVENTTEXT_SIZE])
{
	struct bytes ascii = {data.data, data.len ? strnlen((const char *)data.data, data.len) : 0};

	if (data.len == UEFI_GUID_SIZE && !eventtext_of_bytes(data, ret, EVENTTEXT_SIZE))
		uefi_guid_text(data.data, ret);
	else if (bytes_are_all(data, 0))
		(void)text_format(ret, EVENTTEXT_SIZE, "(empty)");
	else
		return ascii.len > 1 && data.len > UEFI_GUID_SIZE &&
		       eventtext_of_bytes(ascii, ret, EVENTTEXT_SIZE);
	return true;
}

/* PFP 1.06 section 3.3.2.2: 0 or -1 end what the firmware measures before it starts others' code; 1
 * says that it met an error. */
static bool describe_separator(struct bytes data, char ret[EVENTTEXT_SIZE])
{
	struct cursor cursor = cursor_of(data);
	uint32_t value = cursor_u32_le(&cursor);

	if (cursor.failed || cursor.left || (value > 1 && value != 0xFFFFFFFFu))
		return false;
	(void)text_format(ret, EVENTTEXT_SIZE, "%08x (%s)", value,
		value == 1 ? "the firmware met an error" : "end of the firmware's own part");
	return true;
}

static bool describe_by_type(const struct event *event, char ret[EVENTTEXT_SIZE])
{
	switch (event->type) {
	case EV_EFI_VARIABLE_DRIVER_CONFIG:
	case EV_EFI_VARIABLE_BOOT:
	case EV_EFI_VARIABLE_BOOT2:
	case EV_EFI_VARIABLE_AUTHORITY:
	case EV_EFI_SPDM_DEVICE_POLICY:
	case EV_EFI_SPDM_DEVICE_AUTHORITY:
		return vartext(event, ret, EVENTTEXT_SIZE);
	case EV_EFI_BOOT_SERVICES_APPLICATION:
	case EV_EFI_BOOT_SERVICES_DRIVER:
	case EV_EFI_RUNTIME_SERVICES_DRIVER:
		return describe_image(event, ret);
	case EV_EFI_GPT_EVENT:
	case EV_EFI_GPT_EVENT2:
		return gpttext(event->data, ret, EVENTTEXT_SIZE);
	case EV_EVENT_TAG:
		return loadertext_of_tag(event->data, ret, EVENTTEXT_SIZE);
	case EV_IPL:
		return loadertext(event, ret, EVENTTEXT_SIZE);
	case EV_S_CRTM_VERSION:
		return describe_version(event->data, ret);
	case EV_SEPARATOR:
		return describe_separator(event->data, ret);
	default:
		return firmwaretext(event, ret, EVENTTEXT_SIZE);
	}
}

void eventtext(const struct event *event, char ret[EVENTTEXT_SIZE])
{
	if (!describe_by_type(event, ret))
		eventtext_of_any(event->data, ret);
}
