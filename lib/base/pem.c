#include "base/pem.h"

#include <string.h>
#include "base/ber.h"
#include "base/codec.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END   "-----END CERTIFICATE-----"

static const uint8_t *find_words(struct bytes text, const char *words)
{
	return text.len ? memmem(text.data, text.len, words, strlen(words)) : NULL;
}

bool pem_next(struct bytes *rest, struct bytes *ret)
{
	const uint8_t *begin = find_words(*rest, BEGIN);
	const uint8_t *end, *next;
	struct bytes behind;

	if (!begin)
		return false;
	*rest = bytes_behind(*rest, (size_t)(begin - rest->data));
	behind = bytes_behind(*rest, sizeof(BEGIN) - 1);
	end = find_words(behind, END);
	next = find_words(behind, BEGIN);
	if (end && (!next || end < next))
		*ret = (struct bytes){begin, (size_t)(end - begin) + sizeof(END) - 1};
	else /* its last line is missing, which must not damage the next certificate */
		*ret = (struct bytes){begin, next ? (size_t)(next - begin) : rest->len};
	*rest = bytes_behind(*rest, ret->len);
	return true;
}

static bool is_blank(uint8_t character)
{
	return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

int pem_decode(struct bytes pem, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(pem.len);
	const uint8_t *end = find_words(pem, END);

	if (!end || pem.len < sizeof(BEGIN) - 1)
		return err_set(err, ERR_FORMAT, 0, "A certificate's last line is missing.");
	for (const uint8_t *at = pem.data + sizeof(BEGIN) - 1; at < end; at++) {
		const uint8_t *begin = at;

		while (at < end && !is_blank(*at))
			at++;
		if (buf_append(&text, begin, (size_t)(at - begin), err) < 0)
			return -1;
	}
	return base64_decode(buf_bytes(&text), BASE64_STANDARD, ret, err);
}

int pem_encode(struct bytes der, struct buf *ret, struct err *err)
{
	if (buf_append_text(ret, BEGIN "\n", err) < 0 ||
		base64_encode(der, BASE64_STANDARD, ret, err) < 0)
		return -1;
	return buf_append_text(ret, "\n" END "\n", err);
}

int pem_of_file(struct bytes file, struct buf *ret, struct err *err)
{
	struct cursor cursor = cursor_of(file);

	if (!ber_comes(&cursor, BER_SEQUENCE) || find_words(file, BEGIN))
		return buf_append(ret, file.data, file.len, err);
	while (!cursor.failed && cursor.left) {
		struct ber_element certificate = ber_next(&cursor);

		if (!cursor.failed && pem_encode(certificate.whole, ret, err) < 0)
			return -1;
	}
	return cursor.failed ? err_set(err, ERR_FORMAT, 0, "It does not hold whole DER values.") : 0;
}
