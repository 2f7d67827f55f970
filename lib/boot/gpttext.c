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

static void append_name(struct bytes entry, char *ret, size_t size)
{
	struct bytes name = {entry.data + ENTRY_NAME_AT, 0};
	char text[64];
	size_t len = strlen(ret);

	while (name.len + 2 <= ENTRY_MIN_SIZE - ENTRY_NAME_AT &&
		(name.data[name.len] || name.data[name.len + 1]))
		name.len += 2;
	uefi_text(name, text, sizeof(text));
	(void)text_format(ret + len, size - len, "%s\"%s\"", len ? ", " : "", text);
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
	(void)text_format(ret, size, "disk %s, %llu partition%s%s%s", guid, count, count == 1 ? "" : "s",
		*names ? ": " : "", names);
	return true;
}
