/* cursor.h - reads numbers and bytes from hostile data, never past its end.
 *
 * A read past the end sets `failed` and returns zero or an empty view, as does every later read.
 * So a caller parses a whole structure, then checks `failed` once before it uses a value as a size
 * or an index. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/buf.h"

struct cursor {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct cursor cursor_of(struct bytes bytes);
uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16_le(struct cursor *cursor);
uint32_t cursor_u32_le(struct cursor *cursor);
uint64_t cursor_u64_le(struct cursor *cursor);
/* Any len is safe, so it may come from the data itself. */
struct bytes cursor_bytes(struct cursor *cursor, uint64_t len);
/* The bytes that are left; the cursor does not move. */
struct bytes cursor_rest(const struct cursor *cursor);

#endif
