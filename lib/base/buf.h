/* buf.h - growing bytes with a mandatory maximum, and views of bytes that somebody else owns. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* A view: valid as long as what it points into. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/* Owns its memory. data is always followed by one 0 byte that len does not count, once anything was
 * appended. */
struct buf {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t max; /* appending past it fails with ERR_FORMAT and leaves the buffer as it was */
};

/* Nothing is allocated yet. */
struct buf buf_with_max(size_t max_bytes);
int buf_append(struct buf *buf, const void *data, size_t len, struct err *err) err_check;
int buf_append_text(struct buf *buf, const char *text, struct err *err) err_check;
/* Replace the contents. */
int buf_set(struct buf *buf, struct bytes bytes, struct err *err) err_check;
/* Frees; the contents are overwritten first, since some are secret. Accepts zeroed values, twice
 * too. */
void buf_done(struct buf *buf);

static inline struct bytes buf_bytes(const struct buf *buf)
{
	return (struct bytes){.data = buf->data, .len = buf->len};
}

static inline void buf_cleanup(struct buf *buf)
{
	buf_done(buf);
}

struct bytes bytes_of_text(const char *text); /* without the final 0 */
bool bytes_equal(struct bytes a, struct bytes b);
/* All bytes have this value (true for none). */
bool bytes_are_all(struct bytes bytes, uint8_t value);
/* Without the first `len` bytes; there must be that many. */
struct bytes bytes_behind(struct bytes bytes, size_t len);
/* Takes the next line off *rest and gives it without its end ("\n"); false behind the last. */
bool bytes_next_line(struct bytes *rest, struct bytes *ret);

#endif
