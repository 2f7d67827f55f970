#include "base/cursor.h"

struct cursor cursor_of(struct bytes bytes)
{
	return (struct cursor){.at = bytes.data, .left = bytes.len};
}

struct bytes cursor_bytes(struct cursor *cursor, uint64_t len)
{
	struct bytes taken = {.data = cursor->at, .len = (size_t)len};

	if (cursor->failed || len > cursor->left) {
		cursor->failed = true;
		return (struct bytes){0};
	}
	if (len) { /* the address of an empty input may be NULL, to which nothing may be added */
		cursor->at += len;
		cursor->left -= (size_t)len;
	}
	return taken;
}

struct bytes cursor_rest(const struct cursor *cursor)
{
	return cursor->failed ? (struct bytes){0}
			      : (struct bytes){.data = cursor->at, .len = cursor->left};
}

static uint64_t read_le(struct cursor *cursor, size_t size)
{
	struct bytes bytes = cursor_bytes(cursor, size);
	uint64_t value = 0;

	for (size_t i = bytes.len; i > 0; i--)
		value = value << 8 | bytes.data[i - 1];
	return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
	return (uint8_t)read_le(cursor, 1);
}

uint16_t cursor_u16_le(struct cursor *cursor)
{
	return (uint16_t)read_le(cursor, 2);
}

uint32_t cursor_u32_le(struct cursor *cursor)
{
	return (uint32_t)read_le(cursor, 4);
}

uint64_t cursor_u64_le(struct cursor *cursor)
{
	return read_le(cursor, 8);
}
