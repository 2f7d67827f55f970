/* bytes.h - views of bytes that the caller does not own. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Valid as long as the memory that it points into. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

struct bytes bytes_of_text(const char *text); /* without the final 0 */
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_are_text(struct bytes bytes, const char *text);
bool bytes_start_with(struct bytes bytes, const char *text);
/* True if all bytes have this value, also if there are none. */
bool bytes_are_all(struct bytes bytes, uint8_t value);
/* What follows the first `len` bytes; there must be that many. */
struct bytes bytes_behind(struct bytes bytes, size_t len);
/* Zeros at the end are what firmware and loaders leave of a field of fixed size, or of a final 0.
 */
struct bytes bytes_without_final_zeros(struct bytes bytes);
/* Takes what stands before the next mark, or all, off *rest, and the mark too. */
struct bytes bytes_take_until(struct bytes *rest, char mark);
/* Takes the next line off *rest and returns it without its "\n"; false after the last line. */
bool bytes_next_line(struct bytes *rest, struct bytes *ret);

#endif
