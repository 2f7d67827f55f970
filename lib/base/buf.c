#include "base/buf.h"

#include <string.h>

#define FIRST_CAPACITY 256

struct buf buf_with_max(size_t max_bytes)
{
	return (struct buf){.max = max_bytes};
}

/* Room for `needed` bytes and the final 0. The old memory is overwritten: it may hold a secret. */
static int reserve(struct buf *buf, size_t needed, struct err *err)
{
	size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
	uint8_t *data;

	while (capacity <= needed)
		capacity *= 2;
	if (capacity == buf->capacity)
		return 0;
	data = malloc(capacity);
	if (!data)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for %zu bytes.", capacity);
	if (buf->len)
		memcpy(data, buf->data, buf->len);
	if (buf->data)
		explicit_bzero(buf->data, buf->capacity);
	free(buf->data);
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

int buf_append(struct buf *buf, const void *data, size_t len, struct err *err)
{
	if (len > buf->max || buf->len > buf->max - len)
		return err_set(err, ERR_FORMAT, 0, "More than the allowed %zu bytes.", buf->max);
	if (reserve(buf, buf->len + len, err) < 0)
		return -1;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = 0;
	return 0;
}

int buf_append_text(struct buf *buf, const char *text, struct err *err)
{
	return buf_append(buf, text, strlen(text), err);
}

int buf_set(struct buf *buf, struct bytes bytes, struct err *err)
{
	buf->len = 0;
	return buf_append(buf, bytes.data, bytes.len, err);
}

void buf_done(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->capacity);
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->capacity = 0;
}
