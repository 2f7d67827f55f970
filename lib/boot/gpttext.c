#include "boot/gpttext.h"

#include <string.h>
#include "base/cursor.h"
#include "base/text.h"
#include "boot/uefivar.h"

#define HEADER_SIZE    92
#define DISK_GUID_AT   56 /* in EFI_PARTITION_TABLE_HEADER */
#define ENTRY_SIZE_AT  84
#define ENTRY_NAME_AT  56 /* in EFI_PARTITION_ENTRY */
#define ENTRY_MIN_SIZE 128
#define MAX_NAMED      16 /* partitions; more are counted only */

/* For partitions without a name (UEFI 2.10 table 5.7, Discoverable Partitions Specification). NULL
 * if it is another one. */
static const char *type_name(const uint8_t type[UEFI_GUID_SIZE])
{
	static const struct {
		const char *guid, *name;
	} types[] = {
		{"C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "EFI system"},
		{"21686148-6449-6E6F-744E-656564454649", "BIOS boot"},
		{"0FC63DAF-8483-4772-8E79-3D69D8477DE4", "Linux"},
		{"BC13C2FF-59E6-4262-A352-B275FD6F7172", "extended boot loader"},
		{"4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", "root"},
		{"0657FD6D-A4AB-43C4-84E5-0933C84B4F4F", "swap"},
		{"E6D6D379-F507-44C2-A23C-238F2A3DF928", "LVM"},
		{"EBD0A0A2-B9E5-4433-87C0-68B6B72699C7", "basic data"},
	};
	char guid[UEFI_GUID_TEXT_SIZE];

	uefi_guid_text(type, guid);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].guid, guid) == 0)
			return types[i].name;
	return NULL;
}

static void append_name(struct bytes entry, char *ret, size_t size)
{
	struct bytes name = {entry.data + ENTRY_NAME_AT, 0};
	char text[64];
	const char *type;
	size_t len = strlen(ret);

	while (name.len + 2 <= ENTRY_MIN_SIZE - ENTRY_NAME_AT &&
		(name.data[name.len] || name.data[name.len + 1]))
		name.len += 2;
	uefi_text(name, text, sizeof(text));
	type = *text ? NULL : type_name(entry.data);
	(void)text_format(ret + len, size - len, type ? "%s%s" : "%s\"%s\"", len ? ", " : "",
		type ? type : text);
}

/* The header, the number of partitions in use, their entries */
bool gpttext(struct bytes data, char *ret, size_t size)
{
	struct cursor cursor = cursor_of(data);
	struct bytes head = cursor_bytes(&cursor, HEADER_SIZE);
	unsigned long long count = cursor_u64_le(&cursor);
	char guid[UEFI_GUID_TEXT_SIZE], names[256] = "";
	struct cursor sizes;
	uint32_t entry_size;

	if (cursor.failed)
		return false;
	sizes = cursor_of((struct bytes){head.data + ENTRY_SIZE_AT, sizeof(uint32_t)});
	entry_size = cursor_u32_le(&sizes);
	for (unsigned i = 0; entry_size >= ENTRY_MIN_SIZE && i < count && i < MAX_NAMED; i++) {
		struct bytes entry = cursor_bytes(&cursor, entry_size);

		if (cursor.failed)
			break;
		append_name(entry, names, sizeof(names));
	}
	uefi_guid_text(head.data + DISK_GUID_AT, guid);
	(void)text_format(ret, size, "disk %s, %llu partition%s%s%s", guid, count,
		count == 1 ? "" : "s", *names ? ": " : "", names);
	return true;
}
