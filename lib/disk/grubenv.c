#include "disk/grubenv.h"

#include <string.h>

#define HEADER "# GRUB Environment Block\n"
#define NOTES  (sizeof(notes) / sizeof(notes[0]))

/* Values that a note takes; NULL: it is not there. */
static const struct {
	const char *name;
	const char *values[4];
	size_t count;
} notes[] = {
	{"recordfail", {NULL, "1"}, 2},
	{"boot_success", {NULL, "0", "1"}, 3},
	{"boot_indeterminate", {NULL, "0", "1", "2"}, 4},
};

/* The lines in front of the filling; empty if it is no block. */
static struct bytes lines_of(struct bytes block)
{
	size_t len = block.len;

	if (block.len != GRUBENV_SIZE || memcmp(block.data, HEADER, strlen(HEADER)) != 0)
		return (struct bytes){0};
	while (block.data[len - 1] == '#')
		len--;
	return block.data[len - 1] == '\n' ? (struct bytes){block.data, len} : (struct bytes){0};
}

/* NOTES if the line, which ends with a line break, is none. */
static size_t note_of(struct bytes line)
{
	size_t i;

	for (i = 0; i < NOTES; i++) {
		size_t len = strlen(notes[i].name);

		if (line.len > len && memcmp(line.data, notes[i].name, len) == 0 &&
			line.data[len] == '=')
			break;
	}
	return i;
}

static int add_note(struct buf *block, size_t note, const char *value, struct err *err)
{
	return value && (buf_append_text(block, notes[note].name, err) < 0 ||
				buf_append_text(block, "=", err) < 0 ||
				buf_append_text(block, value, err) < 0 ||
				buf_append_text(block, "\n", err) < 0)
		       ? -1
		       : 0;
}

/* As GRUB does (grub-core/lib/envblk.c): a value takes the place of the one before, a new variable
 * comes last. -1 also if it does not fit. */
static int write_block(struct bytes lines, const size_t chosen[NOTES], struct buf *ret)
{
	bool is_there[NOTES] = {false};
	struct err err;

	while (lines.len) {
		const uint8_t *end = memchr(lines.data, '\n', lines.len);
		struct bytes line = {lines.data, (size_t)(end - lines.data) + 1};
		size_t note = note_of(line);

		lines = (struct bytes){line.data + line.len, lines.len - line.len};
		if (note == NOTES ? buf_append(ret, line.data, line.len, &err) < 0
				  : add_note(ret, note, notes[note].values[chosen[note]], &err) < 0)
			return -1;
		if (note < NOTES)
			is_there[note] = true;
	}
	for (size_t i = 0; i < NOTES; i++)
		if (!is_there[i] && add_note(ret, i, notes[i].values[chosen[i]], &err) < 0)
			return -1;
	while (ret->len < GRUBENV_SIZE)
		if (buf_append_text(ret, "#", &err) < 0)
			return -1;
	return 0;
}

bool grubenv_had(struct bytes block, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	const struct bytes lines = lines_of(block);
	size_t count = 1;

	for (size_t i = 0; i < NOTES; i++)
		count *= notes[i].count;
	for (size_t number = 0; lines.len && number < count; number++) {
		auto_cleanup(buf) struct buf tried = buf_with_max(GRUBENV_SIZE);
		size_t chosen[NOTES], rest = number;
		uint8_t digest[CRYPTO_SHA256_SIZE];

		for (size_t i = 0; i < NOTES; i++) {
			chosen[i] = rest % notes[i].count;
			rest /= notes[i].count;
		}
		if (write_block(lines, chosen, &tried) < 0)
			continue;
		crypto_sha256(buf_bytes(&tried), digest);
		if (memcmp(digest, sha256, sizeof(digest)) == 0)
			return true;
	}
	return false;
}
