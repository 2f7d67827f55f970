#include "disk/usrline.h"

#include <string.h>
#include "base/codec.h"
#include "boot/grubtext.h"

#define USR_HASH   "verity.usrhash="
#define ANY_HASH   "any hash" /* with a blank, so that no word is like it */
#define FIRST_BOOT "flatcar.first_boot=detected"

/* The partitions USR-A and USR-B. dm-verity checks what is read from them. */
static const char *const usr_words[] = {"verity.usr=PARTUUID=7130c94a-213a-4e5a-8e26-6cce9662f132",
	"verity.usr=PARTUUID=e03dd35c-7c2d-4a47-b3fe-27f15780a57c"};

static bool is_usr(struct bytes word)
{
	return bytes_are_text(word, usr_words[0]) || bytes_are_text(word, usr_words[1]);
}

/* A SHA-256 in hex, as GRUB takes it out of the kernel. */
static bool read_usr_hash(struct bytes word, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	uint8_t hash[CRYPTO_SHA256_SIZE];
	struct err ignored;

	if (!bytes_start_with(word, USR_HASH) ||
		hex_decode(bytes_behind(word, strlen(USR_HASH)), hash, sizeof(hash), &ignored) < 0)
		return false;
	memcpy(ret, hash, sizeof(hash));
	return true;
}

/* Extends the pattern as a PCR is extended: no two lists of words lead to the same. */
static void add_word(struct usrline *line, struct bytes word)
{
	const struct bytes parts[] = {{line->pattern, sizeof(line->pattern)}, word};
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_digest(CRYPTO_SHA256, parts, 2, digest);
	memcpy(line->pattern, digest, sizeof(digest));
}

void usrline_read(struct bytes text, struct usrline *ret)
{
	struct usrline line = {0};
	bool has_usr = false;

	for (; text.len; text = grubtext_behind_first_word(text)) {
		struct bytes word = grubtext_first_word(text);

		has_usr = has_usr || is_usr(word);
		if (bytes_are_text(word, FIRST_BOOT))
			line.is_first_boot = true;
		else if (is_usr(word))
			add_word(&line, bytes_of_text(usr_words[0]));
		else if (read_usr_hash(word, line.usr_hash))
			add_word(&line, bytes_of_text(ANY_HASH));
		else
			add_word(&line, word);
	}
	*ret = has_usr ? line : (struct usrline){0};
}

bool usrline_is_same(const struct usrline *a, const struct usrline *b)
{
	struct bytes pattern = {a->pattern, sizeof(a->pattern)};

	return !bytes_are_all(pattern, 0) &&
	       bytes_equal(pattern, (struct bytes){b->pattern, sizeof(b->pattern)});
}
