#include "base/bytes.h"

#include <string.h>

struct bytes bytes_of_text(const char *text)
{
	return (struct bytes){.data = (const uint8_t *)text, .len = strlen(text)};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool bytes_are_text(struct bytes bytes, const char *text)
{
	return bytes_equal(bytes, bytes_of_text(text));
}

bool bytes_start_with(struct bytes bytes, const char *text)
{
	return bytes.len >= strlen(text) && memcmp(bytes.data, text, strlen(text)) == 0;
}

bool bytes_are_all(struct bytes bytes, uint8_t value)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i] != value)
			return false;
	return true;
}

struct bytes bytes_behind(struct bytes bytes, size_t len)
{
	/* NULL + 0 is undefined (C17, 6.5.6 paragraph 8) */
	return len ? (struct bytes){bytes.data + len, bytes.len - len} : bytes;
}

struct bytes bytes_without_final_zeros(struct bytes bytes)
{
	while (bytes.len && bytes.data[bytes.len - 1] == 0)
		bytes.len--;
	return bytes;
}

struct bytes bytes_take_until(struct bytes *rest, char mark)
{
	const uint8_t *end = rest->len ? memchr(rest->data, mark, rest->len) : NULL;
	struct bytes part = {rest->data, end ? (size_t)(end - rest->data) : rest->len};

	*rest = bytes_behind(*rest, part.len + (end ? 1 : 0));
	return part;
}

bool bytes_next_line(struct bytes *rest, struct bytes *ret)
{
	if (rest->len == 0)
		return false;
	*ret = bytes_take_until(rest, '\n');
	return true;
}
