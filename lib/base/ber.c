#include "base/ber.h"

#define TAG_IS_CONSTRUCTED 0x20
#define TAG_IS_LONG        0x1f /* tags of more than one byte; no type that is read here has one */
#define MAX_INDEFINITE     16

struct header {
	uint8_t tag;
	bool is_indefinite;
	uint64_t length;
};

static struct header read_header(struct cursor *cursor)
{
	struct header header = {.tag = cursor_u8(cursor)};
	uint8_t first = cursor_u8(cursor);

	if ((header.tag & TAG_IS_LONG) == TAG_IS_LONG || first > 0x84 ||
		(first == 0x80 && !(header.tag & TAG_IS_CONSTRUCTED)))
		cursor->failed = true;
	header.is_indefinite = first == 0x80;
	if (first < 0x80)
		header.length = first;
	for (int i = 0x80; i < first && first <= 0x84; i++)
		header.length = header.length << 8 | cursor_u8(cursor);
	return header;
}

/* Contents without a length end with two zero bytes. */
static struct bytes read_indefinite(struct cursor *cursor)
{
	const uint8_t *start = cursor->at;
	const uint8_t *end = start;
	unsigned depth = 1;

	while (depth && !cursor->failed) {
		struct header header;

		end = cursor->at;
		header = read_header(cursor);
		if (header.is_indefinite)
			depth++;
		else if (header.tag == 0 && header.length == 0)
			depth--;
		else
			(void)cursor_bytes(cursor, header.length);
		if (depth > MAX_INDEFINITE)
			cursor->failed = true;
	}
	return cursor->failed ? (struct bytes){0} : (struct bytes){start, (size_t)(end - start)};
}

struct ber_element ber_next(struct cursor *cursor)
{
	const uint8_t *start = cursor->at;
	struct header header = read_header(cursor);
	struct ber_element element = {.tag = header.tag};

	element.content = header.is_indefinite ? read_indefinite(cursor)
					       : cursor_bytes(cursor, header.length);
	if (cursor->failed)
		return (struct ber_element){0};
	element.whole = (struct bytes){start, (size_t)(cursor->at - start)};
	return element;
}

struct bytes ber_take(struct cursor *cursor, enum ber_tag tag)
{
	struct ber_element element = ber_next(cursor);

	if (element.tag != tag)
		cursor->failed = true;
	return cursor->failed ? (struct bytes){0} : element.content;
}

struct cursor ber_take_inside(struct cursor *cursor, enum ber_tag tag)
{
	struct cursor inside = cursor_of(ber_take(cursor, tag));

	inside.failed = cursor->failed;
	return inside;
}

bool ber_comes(const struct cursor *cursor, enum ber_tag tag)
{
	return !cursor->failed && cursor->left && *cursor->at == tag;
}

void ber_skip_if(struct cursor *cursor, enum ber_tag tag)
{
	if (ber_comes(cursor, tag))
		(void)ber_next(cursor);
}

bool ber_ended(const struct cursor *cursor)
{
	return !cursor->failed && cursor->left == 0;
}
