/* buf.h - growing bytes with a mandatory maximum. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"
#include "base/err.h"

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

#endif
