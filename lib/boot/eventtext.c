#include "boot/eventtext.h"

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "boot/uefivar.h"

#define SHOWN_BYTES 16 /* of data that is no text */

static void hex_text(struct bytes bytes, char ret[2 * SHOWN_BYTES + 1])
{
	if (bytes.len > SHOWN_BYTES)
		bytes.len = SHOWN_BYTES;
	hex_encode(bytes, ret);
}

static struct bytes without_final_zeros(struct bytes bytes)
{
	while (bytes.len && bytes.data[bytes.len - 1] == 0)
		bytes.len--;
	return bytes;
}

static bool has_control_byte(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((bytes.data[i] < 0x20 && !strchr("\t\r\n", bytes.data[i])) || bytes.data[i] == 0 ||
			bytes.data[i] == 0x7F)
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

static void describe_bytes(struct bytes bytes, char ret[EVENTTEXT_SIZE])
{
	char hex[2 * SHOWN_BYTES + 1];

	if (eventtext_of_bytes(bytes, ret, EVENTTEXT_SIZE))
		return;
	hex_text(bytes, hex);
	if (bytes.len <= SHOWN_BYTES)
		(void)text_format(ret, EVENTTEXT_SIZE, "%s", hex);
	else
		(void)text_format(ret, EVENTTEXT_SIZE, "%s... (%zu bytes)", hex, bytes.len);
}

/* EFI_LOAD_OPTION: attributes, length of the path, description, path. */
static bool load_option_title(struct bytes data, char *ret, size_t size)
{
	struct cursor cursor = cursor_of(data);
	size_t len = 0;

	(void)cursor_u32_le(&cursor);
	(void)cursor_u16_le(&cursor);
	if (cursor.failed)
		return false;
	while (len + 2 <= cursor.left && (cursor.at[len] || cursor.at[len + 1]))
		len += 2;
	uefi_text((struct bytes){cursor.at, len}, ret, size);
	return true;
}

/* UINT16 numbers of load options */
static bool describe_boot_order(const struct uefivar *var, char ret[EVENTTEXT_SIZE])
{
	char text[EVENTTEXT_SIZE] = "";
	struct cursor cursor = cursor_of(var->data);

	if (strcmp(var->name, "BootOrder") != 0 || var->data.len == 0 || var->data.len % 2)
		return false;
	for (size_t len = 0; cursor.left && len + sizeof(" 0000") <= sizeof(text); len = strlen(text))
		(void)text_format(text + len, sizeof(text) - len, " %04X", cursor_u16_le(&cursor));
	(void)text_format(ret, EVENTTEXT_SIZE, "BootOrder%s", text);
	return true;
}

static bool is_load_option(const char *name)
{
	return strncmp(name, "Boot", 4) == 0 && strlen(name) == 8 &&
	       strspn(name + 4, "0123456789ABCDEF") == 4;
}

static bool describe_variable(struct bytes data, char ret[EVENTTEXT_SIZE])
{
	char value[EVENTTEXT_SIZE / 2];
	char hex[2 * SHOWN_BYTES + 1];
	struct uefivar var;

	if (!uefivar_parse(data, &var))
		return false;
	if (describe_boot_order(&var, ret))
		return true;
	hex_text(var.data, hex);
	if (is_load_option(var.name) && load_option_title(var.data, value, sizeof(value)))
		(void)text_format(ret, EVENTTEXT_SIZE, "%s \"%s\"", var.name, value);
	else if (var.data.len == 0)
		(void)text_format(ret, EVENTTEXT_SIZE, "%s, empty", var.name);
	else if (var.data.len <= SHOWN_BYTES)
		(void)text_format(ret, EVENTTEXT_SIZE, "%s = %s", var.name, hex);
	else
		(void)text_format(ret, EVENTTEXT_SIZE, "%s, %zu bytes", var.name, var.data.len);
	return true;
}

#define DEVICE_PATH_MEDIA    4
#define MEDIA_FILE_PATH      4
#define MEDIA_FIRMWARE_FILE  6
#define DEVICE_PATH_NODE_MIN 4

/* The part of a device path that names a file. */
static bool device_path_file(struct bytes path, char *ret, size_t size)
{
	struct cursor cursor = cursor_of(path);

	while (cursor.left >= DEVICE_PATH_NODE_MIN) {
		uint8_t type = cursor_u8(&cursor);
		uint8_t subtype = cursor_u8(&cursor);
		uint16_t node_size = cursor_u16_le(&cursor);
		struct bytes node;

		if (node_size < DEVICE_PATH_NODE_MIN)
			return false;
		node = cursor_bytes(&cursor, node_size - (uint64_t)DEVICE_PATH_NODE_MIN);
		if (cursor.failed)
			return false;
		if (type == DEVICE_PATH_MEDIA && subtype == MEDIA_FILE_PATH)
			return eventtext_of_bytes(node, ret, size);
		if (type == DEVICE_PATH_MEDIA && subtype == MEDIA_FIRMWARE_FILE &&
			node.len == UEFI_GUID_SIZE && size >= UEFI_GUID_TEXT_SIZE) {
			uefi_guid_text(node.data, ret);
			return true;
		}
	}
	return false;
}

/* UEFI_IMAGE_LOAD_EVENT */
static bool describe_image(struct bytes data, char ret[EVENTTEXT_SIZE])
{
	struct cursor cursor = cursor_of(data);
	uint64_t length;
	struct bytes path;
	char file[EVENTTEXT_SIZE / 2];

	(void)cursor_u64_le(&cursor); /* location in memory */
	length = cursor_u64_le(&cursor);
	(void)cursor_u64_le(&cursor); /* link time address */
	path = cursor_bytes(&cursor, cursor_u64_le(&cursor));
	if (cursor.failed)
		return false;
	if (device_path_file(path, file, sizeof(file)))
		(void)text_format(ret, EVENTTEXT_SIZE, "%s, %llu bytes", file, (unsigned long long)length);
	else
		(void)text_format(ret, EVENTTEXT_SIZE, "image of %llu bytes", (unsigned long long)length);
	return true;
}

/* UEFI_PLATFORM_FIRMWARE_BLOB, behind a name in the second form */
static bool describe_blob(const struct eventlog_event *event, char ret[EVENTTEXT_SIZE])
{
	struct cursor cursor = cursor_of(event->data);
	struct bytes name = {0};
	char text[EVENTTEXT_SIZE / 2] = "";
	unsigned long long base, length;

	if (event->type == EV_EFI_PLATFORM_FIRMWARE_BLOB2)
		name = cursor_bytes(&cursor, cursor_u8(&cursor));
	base = cursor_u64_le(&cursor);
	length = cursor_u64_le(&cursor);
	if (cursor.failed || cursor.left)
		return false;
	text_clean(text, sizeof(text), without_final_zeros(name));
	(void)text_format(
		ret, EVENTTEXT_SIZE, "%s%sat 0x%llx, %llu bytes", text, *text ? " " : "", base, length);
	return true;
}

#define GPT_GUID_AT         56 /* DiskGUID in EFI_PARTITION_TABLE_HEADER */
#define GPT_HEADER_SIZE     92
#define GPT_PARTITIONS_SIZE 8

/* UEFI_GPT_DATA: the table's header, the number of partitions, the partitions */
static bool describe_gpt(struct bytes data, char ret[EVENTTEXT_SIZE])
{
	struct cursor cursor = cursor_of(data);
	struct bytes head = cursor_bytes(&cursor, GPT_HEADER_SIZE);
	unsigned long long count = cursor_u64_le(&cursor);
	char guid[UEFI_GUID_TEXT_SIZE];

	if (cursor.failed)
		return false;
	uefi_guid_text(head.data + GPT_GUID_AT, guid);
	(void)text_format(
		ret, EVENTTEXT_SIZE, "disk %s, %llu partition%s", guid, count, count == 1 ? "" : "s");
	return true;
}

/* TCG_PCClientTaggedEvent: the first of perhaps several */
static bool describe_tag(struct bytes data, char ret[EVENTTEXT_SIZE])
{
	struct cursor cursor = cursor_of(data);
	uint32_t id = cursor_u32_le(&cursor);
	struct bytes value = cursor_bytes(&cursor, cursor_u32_le(&cursor));
	char text[EVENTTEXT_SIZE];

	if (cursor.failed)
		return false;
	describe_bytes(value, text);
	(void)text_format(ret, EVENTTEXT_SIZE, "tag 0x%08x: %s", id, text);
	return true;
}

static bool describe_no_action(const struct eventlog_event *event, char ret[EVENTTEXT_SIZE])
{
	uint8_t locality;
	char text[EVENTTEXT_SIZE];
	const size_t signature_size = 16;

	if (eventlog_startup_locality(event, &locality)) {
		(void)text_format(ret, EVENTTEXT_SIZE, "StartupLocality %u", locality);
		return true;
	}
	if (event->data.len < signature_size ||
		!eventtext_of_bytes((struct bytes){event->data.data, signature_size}, text, sizeof(text)))
		return false;
	(void)text_format(ret, EVENTTEXT_SIZE, "%s (%zu bytes)", text, event->data.len);
	return true;
}

static bool describe_by_type(const struct eventlog_event *event, char ret[EVENTTEXT_SIZE])
{
	switch (event->type) {
	case EV_EFI_VARIABLE_DRIVER_CONFIG:
	case EV_EFI_VARIABLE_BOOT:
	case EV_EFI_VARIABLE_BOOT2:
	case EV_EFI_VARIABLE_AUTHORITY:
		return describe_variable(event->data, ret);
	case EV_EFI_BOOT_SERVICES_APPLICATION:
	case EV_EFI_BOOT_SERVICES_DRIVER:
	case EV_EFI_RUNTIME_SERVICES_DRIVER:
		return describe_image(event->data, ret);
	case EV_EFI_PLATFORM_FIRMWARE_BLOB:
	case EV_EFI_PLATFORM_FIRMWARE_BLOB2:
		return describe_blob(event, ret);
	case EV_EFI_GPT_EVENT:
		return describe_gpt(event->data, ret);
	case EV_EVENT_TAG:
		return describe_tag(event->data, ret);
	case EV_NO_ACTION:
		return describe_no_action(event, ret);
	default:
		return false;
	}
}

void eventtext(const struct eventlog_event *event, char ret[EVENTTEXT_SIZE])
{
	if (!describe_by_type(event, ret))
		describe_bytes(event->data, ret);
}
