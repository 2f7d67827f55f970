#include "base/codec.h"

#include <string.h>

static const char alphabet_standard[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex_digits[] = "0123456789abcdef";

/* bytes coded per append: a multiple of 3, so that only the last chunk is padded */
#define CHUNK 192

/* Encodes at most CHUNK bytes; returns the number of characters. */
static size_t encode_chunk(
	struct bytes bytes, const char *alphabet, bool is_padded, char text[CHUNK / 3 * 4])
{
	size_t out = 0;

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t group = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t value = 0;

		for (size_t k = 0; k < 3; k++)
			value = value << 8 | (k < group ? bytes.data[i + k] : 0u);
		for (size_t k = 0; k < 4; k++) {
			if (k <= group)
				text[out++] = alphabet[value >> (18 - 6 * k) & 63];
			else if (is_padded)
				text[out++] = '=';
		}
	}
	return out;
}

int base64_encode(struct bytes bytes, enum base64_form form, struct buf *ret, struct err *err)
{
	const char *alphabet = form == BASE64_URL ? alphabet_url : alphabet_standard;
	char text[CHUNK / 3 * 4];

	for (size_t i = 0; i < bytes.len; i += CHUNK) {
		struct bytes chunk = {bytes.data + i, bytes.len - i < CHUNK ? bytes.len - i : CHUNK};
		size_t len = encode_chunk(chunk, alphabet, form == BASE64_STANDARD, text);

		if (buf_append(ret, text, len, err) < 0)
			return -1;
	}
	return 0;
}

static int base64_value(uint8_t character, enum base64_form form)
{
	if (character >= 'A' && character <= 'Z')
		return character - 'A';
	if (character >= 'a' && character <= 'z')
		return character - 'a' + 26;
	if (character >= '0' && character <= '9')
		return character - '0' + 52;
	if (character == (form == BASE64_URL ? '-' : '+'))
		return 62;
	return character == (form == BASE64_URL ? '_' : '/') ? 63 : -1;
}

/* Takes the padding off; -1 if this length and form need another padding. */
static int strip_padding(struct bytes *text, enum base64_form form)
{
	size_t padding = 0;

	while (padding < 2 && padding < text->len && text->data[text->len - 1 - padding] == '=')
		padding++;
	if (padding && text->len % 4 != 0)
		return -1;
	if (form == BASE64_STANDARD && text->len % 4 != 0)
		return -1;
	text->len -= padding;
	return text->len % 4 == 1 ? -1 : 0;
}

/* Decodes 2 to 4 characters into 1 to 3 bytes; -1 if a character is outside the alphabet or a
 * trailing bit is not zero. */
static int decode_group(const uint8_t *text, size_t characters, enum base64_form form, uint8_t ret[3])
{
	uint32_t value = 0;

	for (size_t k = 0; k < 4; k++) {
		int digit = k < characters ? base64_value(text[k], form) : 0;

		if (digit < 0)
			return -1;
		value = value << 6 | (uint32_t)digit;
	}
	for (size_t k = 0; k < 3; k++)
		ret[k] = (uint8_t)(value >> (16 - 8 * k));
	return characters < 4 && ret[characters - 1] != 0 ? -1 : 0;
}

int base64_decode(struct bytes text, enum base64_form form, struct buf *ret, struct err *err)
{
	size_t start = ret->len, len = 0;
	uint8_t chunk[CHUNK];

	if (strip_padding(&text, form) < 0)
		return err_set(err, ERR_FORMAT, 0, "Not base64: wrong length or padding.");
	for (size_t i = 0; i < text.len; i += 4) {
		size_t characters = text.len - i < 4 ? text.len - i : 4;

		if (decode_group(text.data + i, characters, form, chunk + len) < 0) {
			ret->len = start;
			return err_set(err, ERR_FORMAT, 0,
				"Not base64: unexpected character near position %zu.", i);
		}
		len += characters - 1;
		if (len < CHUNK && i + 4 < text.len)
			continue;
		if (buf_append(ret, chunk, len, err) < 0) {
			ret->len = start;
			return -1;
		}
		len = 0;
	}
	return 0;
}

void hex_encode(struct bytes bytes, char *ret)
{
	for (size_t i = 0; i < bytes.len; i++) {
		*ret++ = hex_digits[bytes.data[i] >> 4];
		*ret++ = hex_digits[bytes.data[i] & 15];
	}
	*ret = '\0';
}

int hex_digit_value(uint8_t character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

int hex_decode(struct bytes text, uint8_t *ret, size_t len, struct err *err)
{
	if (text.len != 2 * len)
		return err_set(
			err, ERR_FORMAT, 0, "Not %zu bytes of hex: %zu characters.", len, text.len);
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit_value(text.data[2 * i]);
		int low = hex_digit_value(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return err_set(err, ERR_FORMAT, 0,
				"Not hex: unexpected character near position %zu.", 2 * i);
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

void uuid_encode(const uint8_t random[UUID_BYTES], char ret[UUID_SIZE])
{
	static const size_t ends[] = {4, 6, 8, 10, UUID_BYTES};
	uint8_t bytes[UUID_BYTES];
	size_t at = 0;

	memcpy(bytes, random, sizeof(bytes));
	bytes[6] = (uint8_t)(0x40 | (bytes[6] & 0x0f)); /* version 4 */
	bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f)); /* variant 10 */
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		hex_encode((struct bytes){bytes + at, ends[i] - at}, ret);
		ret += 2 * (ends[i] - at);
		at = ends[i];
		*ret++ = at < UUID_BYTES ? '-' : '\0';
	}
}
