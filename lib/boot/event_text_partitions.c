#include <string.h>
#include "base/text.h"
#include "boot/event_text_parts.h"
#include "boot/uefivar.h"

#define MAX_NAMED 16 /* partitions; further ones are only counted */

/* Stands for the name of a partition without one; NULL if the type is unknown. */
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

static void append_name(const uint8_t *entry, char *ret, size_t size)
{
	struct bytes name = {entry + GPT_ENTRY_NAME_AT, 0};
	char text[64];
	const char *type;

	while (name.len + 2 <= GPT_ENTRY_NAME_MAX && (name.data[name.len] || name.data[name.len + 1]))
		name.len += 2;
	uefi_text(name, text, sizeof(text));
	type = *text ? NULL : type_name(entry);
	(void)text_list_add(ret, size, type ? "%s" : "\"%s\"", type ? type : text);
}

void event_text_partitions(const struct gpt *table, struct event_text *ret)
{
	char guid[UEFI_GUID_TEXT_SIZE], names[256] = "";
	struct bytes rest = table->entries;

	for (unsigned i = 0; i < table->count && i < MAX_NAMED; i++) {
		if (table->entry_size < GPT_ENTRY_MIN_SIZE || rest.len < table->entry_size)
			break;
		append_name(rest.data, names, sizeof(names));
		rest = bytes_behind(rest, table->entry_size);
	}
	uefi_guid_text(table->disk_guid, guid);
	(void)text_format(ret->text, sizeof(ret->text), "disk %s, %llu partition%s%s%s", guid,
		(unsigned long long)table->count, table->count == 1 ? "" : "s", *names ? ": " : "",
		names);
}
