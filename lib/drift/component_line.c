#include "drift/component_line.h"

#include <string.h>
#include "boot/grubtext.h"

#define USR_HASH   "verity.usrhash="
#define FIRST_BOOT "flatcar.first_boot=detected"

/* The partitions USR-A and USR-B. dm-verity checks what is read from them. */
static const char *const usr_words[] = {"verity.usr=PARTUUID=7130c94a-213a-4e5a-8e26-6cce9662f132",
	"verity.usr=PARTUUID=e03dd35c-7c2d-4a47-b3fe-27f15780a57c"};

static bool is_word(struct bytes word, const char *text)
{
	return bytes_equal(word, bytes_of_text(text));
}

static bool is_usr(struct bytes word)
{
	return is_word(word, usr_words[0]) || is_word(word, usr_words[1]);
}

static bool is_usr_hash(struct bytes word)
{
	struct bytes hash = bytes_behind(word, strlen(USR_HASH));

	if (!bytes_start_with(word, USR_HASH) || hash.len != COMPONENT_LINE_HASH_LEN)
		return false;
	for (size_t i = 0; i < hash.len; i++)
		if (!memchr("0123456789abcdef", hash.data[i], 16))
			return false;
	return true;
}

/* What stands for a word in the pattern. */
static struct bytes stand_in(struct bytes word)
{
	if (is_usr(word))
		return bytes_of_text(usr_words[0]);
	return is_usr_hash(word) ? bytes_of_text(USR_HASH) : word;
}

/* Extends the pattern as a PCR is extended: no two lists of words lead to the same. */
static void add_word(struct component_line *line, struct bytes word)
{
	const struct bytes parts[] = {{line->pattern, sizeof(line->pattern)}, stand_in(word)};
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_digest(CRYPTO_SHA256, parts, 2, digest);
	memcpy(line->pattern, digest, sizeof(digest));
}

void component_line_read(struct bytes text, struct component_line *ret)
{
	struct component_line line = {0};
	bool has_usr = false;

	for (; text.len; text = grubtext_behind_first_word(text)) {
		struct bytes word = grubtext_first_word(text);

		has_usr = has_usr || is_usr(word);
		if (is_usr_hash(word))
			memcpy(line.usr_hash, word.data + strlen(USR_HASH), sizeof(line.usr_hash));
		if (is_word(word, FIRST_BOOT))
			line.is_first_boot = true;
		else
			add_word(&line, word);
	}
	*ret = has_usr ? line : (struct component_line){0};
}

bool component_line_is_same(const struct component_line *a, const struct component_line *b)
{
	struct bytes pattern = {a->pattern, sizeof(a->pattern)};

	return !bytes_are_all(pattern, 0) &&
	       bytes_equal(pattern, (struct bytes){b->pattern, sizeof(b->pattern)});
}
