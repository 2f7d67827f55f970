#include "boot/gpt.h"

#include "base/cursor.h"

#define ENTRY_SIZE_AT 84 /* in the header */

bool gpt_read(struct bytes data, struct gpt *ret)
{
	struct gpt found = {0};
	struct cursor cursor;

	if (data.len < GPT_ENTRIES_AT)
		return false;
	cursor = cursor_of(bytes_behind(data, ENTRY_SIZE_AT));
	found.disk_guid = data.data + GPT_DISK_GUID_AT;
	found.entry_size = cursor_u32_le(&cursor);
	cursor = cursor_of(bytes_behind(data, GPT_ENTRIES_AT - sizeof(uint64_t)));
	found.count = cursor_u64_le(&cursor);
	found.entries = cursor_rest(&cursor);
	*ret = found;
	return true;
}
