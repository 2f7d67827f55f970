#include "boot/loadoption.h"

#include <string.h>
#include "base/text.h"

#define LOAD_OPTION_ACTIVE   0x1u
#define LOAD_OPTION_CATEGORY 0x1F00u

bool loadoption_is_order(const struct uefivar *var)
{
	static const char *const names[] = {
		"BootOrder", "DriverOrder", "SysPrepOrder", "BootNext", "BootCurrent"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(var->name, names[i]) == 0)
			return true;
	return false;
}

bool loadoption_order_text(struct bytes data, char *ret, size_t size)
{
	struct cursor cursor = cursor_of(data);
	size_t len = 0;

	if (data.len == 0 || data.len % 2)
		return false;
	ret[0] = '\0';
	while (cursor.left && len + sizeof(" 0000...") <= size) {
		(void)text_format(
			ret + len, size - len, "%s%04X", len ? " " : "", cursor_u16_le(&cursor));
		len = strlen(ret);
	}
	if (cursor.left)
		(void)text_format(ret + len, size - len, "...");
	return true;
}

/* A known word and four hex digits. */
static bool is_option_name(const char *name)
{
	static const char *const words[] = {
		"Boot", "Driver", "SysPrep", "PlatformRecovery", "OsRecovery"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (strncmp(name, words[i], len) == 0 && strlen(name) == len + 4 &&
			strspn(name + len, "0123456789ABCDEF") == 4)
			return true;
	}
	return false;
}

/* EFI_LOAD_OPTION: attributes, length of the path, title, path, data for the loader. */
bool loadoption_read(const struct uefivar *var, struct loadoption *ret)
{
	struct cursor cursor = cursor_of(var->data);
	uint32_t attributes = cursor_u32_le(&cursor);
	uint16_t path_len = cursor_u16_le(&cursor);
	struct bytes title = {cursor.at, 0};

	if (cursor.failed || !is_option_name(var->name))
		return false;
	while (title.len + 2 <= cursor.left && (title.data[title.len] || title.data[title.len + 1]))
		title.len += 2;
	(void)cursor_bytes(&cursor, title.len + 2);
	*ret = (struct loadoption){.is_active = attributes & LOAD_OPTION_ACTIVE,
		.is_app = attributes & LOAD_OPTION_CATEGORY,
		.title = title,
		.path = cursor_bytes(&cursor, path_len)};
	ret->data = cursor_rest(&cursor);
	return true;
}
