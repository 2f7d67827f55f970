/* bytes.h - views of bytes that somebody else owns. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view: valid as long as what it points into. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

struct bytes bytes_of_text(const char *text); /* without the final 0 */
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_start_with(struct bytes bytes, const char *text);
/* All bytes have this value (true for none). */
bool bytes_are_all(struct bytes bytes, uint8_t value);
/* Without the first `len` bytes; there must be that many. */
struct bytes bytes_behind(struct bytes bytes, size_t len);
/* Takes the next line off *rest and gives it without its end ("\n"); false behind the last. */
bool bytes_next_line(struct bytes *rest, struct bytes *ret);

#endif
