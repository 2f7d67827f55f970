/* buf.h - a growing byte buffer with a mandatory maximum. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"
#include "base/err.h"

/* Owns its memory. After the first append, one 0 byte always follows the data; len does not count
 * it. */
struct buf {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t max; /* appending past it fails with ERR_FORMAT and leaves the buffer as it was */
};

/* An empty buffer; it allocates nothing. */
struct buf buf_with_max(size_t max_bytes);
int buf_append(struct buf *buf, const void *data, size_t len, struct err *err) err_check;
int buf_append_text(struct buf *buf, const char *text, struct err *err) err_check;
/* Replaces the contents. */
int buf_set(struct buf *buf, struct bytes bytes, struct err *err) err_check;
/* Overwrites the contents, since some are secret, and frees them. Accepts a zeroed value and may be
 * called twice. */
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
