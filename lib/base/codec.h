/* codec.h - base64 (RFC 4648 sections 4 and 5) and hex, strict: a wrong length, a character outside
 * the alphabet, data after the padding or non-zero trailing bits are errors (ERR_FORMAT). */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include "base/buf.h"

enum base64_form {
	BASE64_STANDARD, /* "+/", padded */
	BASE64_URL, /* "-_", encoded without padding, decoded with or without it */
};

/* Appends the text to ret. */
int base64_encode(
	struct bytes bytes, enum base64_form form, struct buf *ret, struct err *err) err_check;
/* Appends the bytes to ret. */
int base64_decode(
	struct bytes text, enum base64_form form, struct buf *ret, struct err *err) err_check;

/* Writes 2 * bytes.len digits in lower case and a final 0 to ret. */
void hex_encode(struct bytes bytes, char *ret);
/* Of a digit of either case; -1 if it is none. */
int hex_digit_value(uint8_t character);
/* Reads exactly len bytes; digits of either case. */
int hex_decode(struct bytes text, uint8_t *ret, size_t len, struct err *err) err_check;

#define UUID_BYTES 16
#define UUID_SIZE  37 /* as text, with the final 0 */
/* A UUID of version 4 (RFC 9562 section 5.4) made of random bytes. */
void uuid_encode(const uint8_t random[UUID_BYTES], char ret[UUID_SIZE]);

#endif
