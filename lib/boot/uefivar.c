#include "boot/uefivar.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

const uint8_t uefi_global_variable_guid[UEFI_GUID_SIZE] = {0x61, 0xDF, 0xE4, 0x8B, 0xCA, 0x93, 0xD2,
	0x11, 0xAA, 0x0D, 0x00, 0xE0, 0x98, 0x03, 0x2B, 0x8C};
const uint8_t uefi_image_security_guid[UEFI_GUID_SIZE] = {0xCB, 0xB2, 0x19, 0xD7, 0x3A, 0x3D, 0x96,
	0x45, 0xA3, 0xBC, 0xDA, 0xD0, 0x0E, 0x67, 0x65, 0x6F};
const uint8_t uefi_shim_guid[UEFI_GUID_SIZE] = {0x50, 0xAB, 0x5D, 0x60, 0x46, 0xE0, 0x00, 0x43,
	0xAB, 0xB6, 0x3D, 0xD8, 0x10, 0xDD, 0x8B, 0x23};
const uint8_t uefi_cert_x509_guid[UEFI_GUID_SIZE] = {0xA1, 0x59, 0xC0, 0xA5, 0xE4, 0x94, 0xA7, 0x4A,
	0x87, 0xB5, 0xAB, 0x15, 0x5C, 0x2B, 0xF0, 0x72};
const uint8_t uefi_cert_sha256_guid[UEFI_GUID_SIZE] = {0x26, 0x16, 0xC4, 0xC1, 0x4C, 0x50, 0x92,
	0x40, 0xAC, 0xA9, 0x41, 0xF9, 0x36, 0x93, 0x43, 0x28};

const struct uefivar_id uefi_keys[UEFI_KEYS] = {
	[UEFI_PK] = {uefi_global_variable_guid, "PK"},
	[UEFI_KEK] = {uefi_global_variable_guid, "KEK"},
	[UEFI_DB] = {uefi_image_security_guid, "db"},
	[UEFI_DBX] = {uefi_image_security_guid, "dbx"},
};

void uefi_guid_text(const uint8_t guid[UEFI_GUID_SIZE], char ret[UEFI_GUID_TEXT_SIZE])
{
	(void)snprintf(ret, UEFI_GUID_TEXT_SIZE,
		"%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", guid[3],
		guid[2], guid[1], guid[0], guid[5], guid[4], guid[7], guid[6], guid[8], guid[9],
		guid[10], guid[11], guid[12], guid[13], guid[14], guid[15]);
}

/* Encodes it by RFC 3629; returns the length. text_clean replaces what a surrogate gives. */
static size_t utf8_of_code_point(uint32_t point, uint8_t ret[4])
{
	if (point < 0x80) {
		ret[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		ret[0] = (uint8_t)(0xC0 | point >> 6);
		ret[1] = (uint8_t)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		ret[0] = (uint8_t)(0xE0 | point >> 12);
		ret[1] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
		ret[2] = (uint8_t)(0x80 | (point & 0x3F));
		return 3;
	}
	ret[0] = (uint8_t)(0xF0 | point >> 18);
	ret[1] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
	ret[2] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
	ret[3] = (uint8_t)(0x80 | (point & 0x3F));
	return 4;
}

static uint32_t next_code_point(struct cursor *units)
{
	uint32_t unit = cursor_u16_le(units);
	struct cursor ahead = *units;
	uint32_t low;

	if (unit < 0xD800 || unit > 0xDBFF)
		return unit;
	low = cursor_u16_le(&ahead);
	if (low < 0xDC00 || low > 0xDFFF)
		return unit;
	*units = ahead;
	return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

void uefi_text(struct bytes utf16, char *ret, size_t size)
{
	uint8_t raw[UEFI_TEXT_MAX];
	size_t len = 0;
	struct cursor units = cursor_of(utf16);

	while (units.left >= 2 && len + 4 <= sizeof(raw))
		len += utf8_of_code_point(next_code_point(&units), raw + len);
	text_clean(ret, size, (struct bytes){raw, len});
}

bool uefivar_parse(struct bytes event_data, struct uefivar *ret)
{
	struct cursor cursor = cursor_of(event_data);
	const uint8_t *guid = cursor_bytes(&cursor, UEFI_GUID_SIZE).data;
	uint64_t name_units = cursor_u64_le(&cursor);
	uint64_t data_len = cursor_u64_le(&cursor);
	struct bytes name, data;

	if (name_units > event_data.len / 2)
		return false;
	name = cursor_bytes(&cursor, name_units * 2);
	data = cursor_bytes(&cursor, data_len);
	if (cursor.failed)
		return false;
	ret->guid = guid;
	ret->data = data;
	uefi_text(name, ret->name, sizeof(ret->name));
	return true;
}

bool uefivar_is(const struct uefivar *var, const uint8_t guid[UEFI_GUID_SIZE], const char *name)
{
	return memcmp(var->guid, guid, UEFI_GUID_SIZE) == 0 && strcmp(var->name, name) == 0;
}

bool uefivar_is_shim_setting(const struct uefivar *var)
{
	static const char *const names[] = {
		"SbatLevel", "MokListTrusted", "MokSBState", "MokDBState"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(var->name, names[i]) == 0)
			return true;
	return false;
}

struct uefi_signature_walk uefi_signature_walk(struct bytes variable_data)
{
	return (struct uefi_signature_walk){.lists = cursor_of(variable_data)};
}

/* EFI_SIGNATURE_LIST (UEFI 2.10 section 32.4.1): type, size of the list, size of its header, size
 * of an entry; then the header and the entries. */
static bool next_list(struct uefi_signature_walk *walk)
{
	const uint8_t *type = cursor_bytes(&walk->lists, UEFI_GUID_SIZE).data;
	uint32_t list_size = cursor_u32_le(&walk->lists);
	uint32_t header_size = cursor_u32_le(&walk->lists);
	uint32_t entry_size = cursor_u32_le(&walk->lists);
	const uint32_t head = UEFI_GUID_SIZE + 3 * sizeof(uint32_t);
	struct bytes entries;

	if (walk->lists.failed || list_size < head || header_size > list_size - head)
		return false;
	(void)cursor_bytes(&walk->lists, header_size);
	entries = cursor_bytes(&walk->lists, list_size - head - header_size);
	if (walk->lists.failed)
		return false;
	if (entries.len && (entry_size < UEFI_GUID_SIZE || entries.len % entry_size != 0))
		return false;
	walk->type = type;
	walk->entry_size = entry_size;
	walk->entries = cursor_of(entries);
	return true;
}

bool uefi_signature_next(struct uefi_signature_walk *walk, struct uefi_signature *ret)
{
	struct cursor entry;

	while (!walk->malformed && walk->entries.left == 0) {
		if (walk->lists.left == 0)
			return false;
		walk->malformed = !next_list(walk);
	}
	if (walk->malformed)
		return false;
	entry = cursor_of(cursor_bytes(&walk->entries, walk->entry_size));
	ret->type = walk->type;
	ret->owner = cursor_bytes(&entry, UEFI_GUID_SIZE).data;
	ret->data = cursor_rest(&entry);
	return true;
}
