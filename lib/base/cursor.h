/* cursor.h - read numbers and bytes out of hostile data without ever looking past its end.
 *
 * A read past the end sets `failed`, gives zero or an empty view, and every later read fails too:
 * parse a whole structure, then check `failed` once before using a value as a size or an index. */
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
/* len may come from the data itself: any value is safe. */
struct bytes cursor_bytes(struct cursor *cursor, uint64_t len);
/* What is left, without moving. */
struct bytes cursor_rest(const struct cursor *cursor);

#endif
