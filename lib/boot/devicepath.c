#include "boot/devicepath.h"

#include <string.h>
#include "base/cursor.h"
#include "base/text.h"
#include "boot/nodetext.h"
#include "boot/uefivar.h"

enum { TYPE_MEDIA = 4, MEDIA_DRIVE = 1, MEDIA_VENDOR = 3, MEDIA_FILE = 4, MEDIA_FIRMWARE_FILE = 6 };
enum { TYPE_END = 0x7F, END_OF_INSTANCE = 0x01 };

#define NODE_HEAD 4 /* type, subtype, size of the whole node */
#define CUT_MARK  "..."

/* A text that grows until it is full; then it ends in one CUT_MARK. */
struct joined {
	char *text;
	size_t size, len;
	bool is_full;
};

static void append(struct joined *to, const char *text)
{
	size_t room = to->size - to->len - (sizeof(CUT_MARK) - 1);

	if (to->is_full)
		return;
	to->is_full = !text_format(to->text + to->len, room, "%s", text);
	to->len += strlen(to->text + to->len);
	if (to->is_full)
		memcpy(to->text + to->len, CUT_MARK, sizeof(CUT_MARK));
}

struct reading {
	struct joined device, file;
	bool is_in_file; /* a node that names a file was read */
	bool is_file_text; /* the last node was part of a file's name */
	bool is_new_instance; /* the comma before another device's path was just written */
};

/* Adjacent file nodes form one path, with a separator between them (UEFI 2.10 section 10.3.5.4). */
static void read_file_name(struct reading *reading, struct bytes data)
{
	char name[DEVICEPATH_FILE_SIZE];
	struct joined *to = &reading->file;
	size_t len = 0;

	while (len + 2 <= data.len && (data.data[len] || data.data[len + 1]))
		len += 2;
	uefi_text((struct bytes){data.data, len}, name, sizeof(name));
	if (reading->is_file_text && to->len && to->text[to->len - 1] != '\\' && name[0] != '\\')
		append(to, "\\");
	else if (!reading->is_file_text && to->len)
		append(to, "/");
	append(to, name);
	reading->is_file_text = true;
}

static void read_node(struct reading *reading, const struct nodetext_node *node)
{
	char text[NODETEXT_SIZE];
	struct joined *to;

	reading->is_in_file =
		reading->is_in_file ||
		(node->type == TYPE_MEDIA &&
			(node->subtype == MEDIA_FILE || node->subtype == MEDIA_FIRMWARE_FILE));
	if (node->type == TYPE_MEDIA && node->subtype == MEDIA_FILE) {
		read_file_name(reading, node->data);
		return;
	}
	to = reading->is_in_file ? &reading->file : &reading->device;
	nodetext(node, text);
	if (to->len && !reading->is_new_instance)
		append(to, "/");
	append(to, text);
	reading->is_file_text = false;
	reading->is_new_instance = false;
}

bool devicepath_read(struct bytes path, struct devicepath *ret)
{
	struct devicepath found = {0};
	struct cursor cursor = cursor_of(path);
	struct reading reading = {
		.device = {.text = found.device, .size = sizeof(found.device)},
		.file = {.text = found.file, .size = sizeof(found.file)},
	};

	while (cursor.left) {
		struct nodetext_node node = {.type = cursor_u8(&cursor)};
		uint16_t size;

		node.subtype = cursor_u8(&cursor);
		size = cursor_u16_le(&cursor);
		if (cursor.failed || size < NODE_HEAD)
			return false;
		node.data = cursor_bytes(&cursor, (uint64_t)size - NODE_HEAD);
		if (cursor.failed)
			return false;
		if (node.type == TYPE_END && node.subtype != END_OF_INSTANCE)
			break;
		if (node.type == TYPE_END) {
			/* one path may name several devices, with commas between them (section
			 * 10.6.1.2) */
			append(reading.is_in_file ? &reading.file : &reading.device, ",");
			reading.is_file_text = false;
			reading.is_new_instance = true;
		} else {
			read_node(&reading, &node);
		}
		if (node.type == TYPE_MEDIA && node.subtype == MEDIA_VENDOR &&
			node.data.len >= UEFI_GUID_SIZE && !reading.is_in_file && !found.vendor_media)
			found.vendor_media = node.data.data;
	}
	*ret = found;
	return true;
}

/* UEFI 2.10 section 10.3.5.1: number, start, size, signature, format, type of the signature. */
static const uint8_t *partition_of(const struct nodetext_node *node)
{
	enum { SIGNATURE_AT = 20, TYPE_AT = 37, SIGNATURE_IS_GUID = 2 };

	return node->type == TYPE_MEDIA && node->subtype == MEDIA_DRIVE && node->data.len > TYPE_AT &&
			       node->data.data[TYPE_AT] == SIGNATURE_IS_GUID
		       ? node->data.data + SIGNATURE_AT
		       : NULL;
}

const uint8_t *devicepath_partition(struct bytes path)
{
	struct cursor cursor = cursor_of(path);
	const uint8_t *found = NULL;
	struct nodetext_node node;

	while (cursor.left && !found) {
		node.type = cursor_u8(&cursor);
		node.subtype = cursor_u8(&cursor);
		node.data.len = cursor_u16_le(&cursor);
		if (cursor.failed || node.data.len < NODE_HEAD || node.type == TYPE_END)
			break;
		node.data = cursor_bytes(&cursor, node.data.len - NODE_HEAD);
		if (!cursor.failed)
			found = partition_of(&node);
	}
	return found;
}
