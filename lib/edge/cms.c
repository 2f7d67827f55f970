#include "edge/cms.h"

#include <string.h>
#include "base/cursor.h"

/* ---- BER elements (ITU-T X.690 section 8.1) ---- */

enum tag {
	TAG_BOOLEAN = 0x01,
	TAG_INTEGER = 0x02,
	TAG_OCTETS = 0x04,
	TAG_OID = 0x06,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_0 = 0x80, /* [0] IMPLICIT of a primitive type */
	TAG_0_CONSTRUCTED = 0xa0,
	TAG_1_CONSTRUCTED = 0xa1,
};

#define TAG_IS_CONSTRUCTED 0x20
#define TAG_IS_LONG        0x1f /* none of the types that are read here has such a number */
#define MAX_INDEFINITE     16

struct header {
	uint8_t tag;
	bool is_indefinite;
	uint64_t length;
};

struct element {
	uint8_t tag;
	struct bytes content;
	struct bytes whole; /* with its header */
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

/* Contents that end with two zero bytes instead of after a length. */
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

/* Zeroed after a failure. */
static struct element next(struct cursor *cursor)
{
	const uint8_t *start = cursor->at;
	struct header header = read_header(cursor);
	struct element element = {.tag = header.tag};

	element.content =
		header.is_indefinite ? read_indefinite(cursor) : cursor_bytes(cursor, header.length);
	if (cursor->failed)
		return (struct element){0};
	element.whole = (struct bytes){start, (size_t)(cursor->at - start)};
	return element;
}

/* Contents of the next element, which has this tag. */
static struct bytes take(struct cursor *cursor, enum tag tag)
{
	struct element element = next(cursor);

	if (element.tag != tag)
		cursor->failed = true;
	return cursor->failed ? (struct bytes){0} : element.content;
}

static struct cursor take_inside(struct cursor *cursor, enum tag tag)
{
	struct cursor inside = cursor_of(take(cursor, tag));

	inside.failed = cursor->failed;
	return inside;
}

static bool comes(const struct cursor *cursor, enum tag tag)
{
	return !cursor->failed && cursor->left && *cursor->at == tag;
}

static void skip_if(struct cursor *cursor, enum tag tag)
{
	if (comes(cursor, tag))
		(void)next(cursor);
}

static bool ended(const struct cursor *cursor)
{
	return !cursor->failed && cursor->left == 0;
}

/* ---- algorithms ---- */

#define OID(...)                                                                                             \
	{                                                                                                    \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                       \
	}

/* 1.2.840.113549.1.7.3, RFC 5652 section 6.1 */
static const struct bytes oid_enveloped_data = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03);
/* 1.2.840.113549.1.1.1, RFC 8017 appendix C */
static const struct bytes oid_rsa = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);
/* 2.5.29.14, RFC 5280 section 4.2.1.2 */
static const struct bytes oid_key_id = OID(0x55, 0x1d, 0x0e);

/* RFC 3370 section 5.1, RFC 3565 section 4.1 */
static const struct cipher {
	struct bytes oid;
	enum cms_cipher cipher;
	size_t iv_size;
} ciphers[] = {
	{OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07), CMS_DES_EDE3_CBC, 8},
	{OID(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02), CMS_AES_128_CBC, 16},
	{OID(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16), CMS_AES_192_CBC, 16},
	{OID(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a), CMS_AES_256_CBC, 16},
};

/* ---- EnvelopedData ---- */

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_FORMAT, 0, "The CMS message's %s cannot be read.", what);
}

/* Does this RecipientIdentifier name the recipient? */
static bool is_meant(const struct element *id, const struct cms_recipient *recipient)
{
	struct cursor inside = cursor_of(id->content);
	struct element issuer;
	struct bytes serial;

	if (id->tag == TAG_0)
		return recipient->key_id.len && bytes_equal(id->content, recipient->key_id);
	issuer = next(&inside);
	serial = take(&inside, TAG_INTEGER);
	return id->tag == TAG_SEQUENCE && ended(&inside) && bytes_equal(issuer.whole, recipient->issuer) &&
	       bytes_equal(serial, recipient->serial);
}

/* KeyTransRecipientInfo, RFC 5652 section 6.2.1. ret_key stays empty if it is for somebody else. */
static int read_recipient(
	struct bytes content, const struct cms_recipient *recipient, struct bytes *ret_key, struct err *err)
{
	struct cursor cursor = cursor_of(content);
	struct element id;
	struct cursor algorithm;
	struct bytes oid, key;

	(void)take(&cursor, TAG_INTEGER);
	id = next(&cursor);
	algorithm = take_inside(&cursor, TAG_SEQUENCE);
	oid = take(&algorithm, TAG_OID);
	key = take(&cursor, TAG_OCTETS);
	if (!ended(&cursor) || algorithm.failed)
		return malformed(err, "recipient");
	if (!is_meant(&id, recipient))
		return 0;
	if (!bytes_equal(oid, oid_rsa))
		return err_set(err, ERR_FORMAT, 0,
			"The CMS message's key is not encrypted by RSA with PKCS#1 v1.5 padding.");
	*ret_key = key;
	return 0;
}

static int read_recipients(struct cursor recipients, const struct cms_recipient *recipient,
	struct bytes *ret_key, struct err *err)
{
	struct bytes key = {0};

	while (recipients.left && !key.len) {
		struct element info = next(&recipients);

		if (recipients.failed)
			return malformed(err, "list of recipients");
		if (info.tag == TAG_SEQUENCE && read_recipient(info.content, recipient, &key, err) < 0)
			return -1;
	}
	if (!key.len)
		return err_set(err, ERR_FORMAT, 0, "The CMS message is encrypted for another certificate.");
	*ret_key = key;
	return 0;
}

static int read_cipher(struct cursor algorithm, struct cms *ret, struct err *err)
{
	struct bytes oid = take(&algorithm, TAG_OID);

	if (algorithm.failed)
		return malformed(err, "content algorithm");
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (!bytes_equal(oid, ciphers[i].oid))
			continue;
		ret->cipher = ciphers[i].cipher;
		ret->iv = take(&algorithm, TAG_OCTETS);
		return ended(&algorithm) && ret->iv.len == ciphers[i].iv_size
			       ? 0
			       : malformed(err, "initialization vector");
	}
	return err_set(err, ERR_FORMAT, 0, "The CMS message's cipher is neither DES-EDE3-CBC nor AES-CBC.");
}

/* EncryptedContentInfo, RFC 5652 section 6.1 */
static int read_content(struct cursor info, struct cms *ret, struct err *err)
{
	struct cursor algorithm;
	struct element content;

	(void)take(&info, TAG_OID); /* what the content is, says who put it there */
	algorithm = take_inside(&info, TAG_SEQUENCE);
	content = next(&info);
	if (!ended(&info) || (content.tag != TAG_0 && content.tag != TAG_0_CONSTRUCTED))
		return malformed(err, "content");
	ret->content = content.content;
	ret->is_in_pieces = content.tag == TAG_0_CONSTRUCTED;
	return read_cipher(algorithm, ret, err);
}

/* ContentInfo { envelopedData, [0] EXPLICIT EnvelopedData }, RFC 5652 section 3 */
static int open_message(struct bytes message, struct cursor *ret, struct err *err)
{
	struct cursor outside = cursor_of(message);
	struct cursor info = take_inside(&outside, TAG_SEQUENCE);
	struct bytes type = take(&info, TAG_OID);
	struct cursor explicit = take_inside(&info, TAG_0_CONSTRUCTED);

	if (message.len > CMS_MAX_BYTES)
		return err_set(err, ERR_FORMAT, 0, "The CMS message has %zu bytes.", message.len);
	if (!ended(&outside) || !ended(&info) || !bytes_equal(type, oid_enveloped_data))
		return err_set(err, ERR_FORMAT, 0, "Not a CMS message with enveloped data.");
	*ret = take_inside(&explicit, TAG_SEQUENCE);
	return ended(&explicit) ? 0 : malformed(err, "enveloped data");
}

int cms_parse(struct bytes message, const struct cms_recipient *recipient, struct cms *ret, struct err *err)
{
	struct cursor data, recipients, content;
	struct cms found = {0};

	if (open_message(message, &data, err) < 0)
		return -1;
	(void)take(&data, TAG_INTEGER);
	skip_if(&data, TAG_0_CONSTRUCTED); /* originatorInfo */
	recipients = take_inside(&data, TAG_SET);
	content = take_inside(&data, TAG_SEQUENCE);
	skip_if(&data, TAG_1_CONSTRUCTED); /* unprotectedAttrs */
	if (!ended(&data))
		return malformed(err, "enveloped data");
	if (read_content(content, &found, err) < 0 ||
		read_recipients(recipients, recipient, &found.encrypted_key, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

int cms_join_content(const struct cms *cms, struct buf *ret, struct err *err)
{
	struct cursor pieces = cursor_of(cms->content);

	if (!cms->is_in_pieces)
		return buf_append(ret, cms->content.data, cms->content.len, err);
	while (pieces.left) {
		struct bytes piece = take(&pieces, TAG_OCTETS);

		if (pieces.failed)
			return malformed(err, "content");
		if (buf_append(ret, piece.data, piece.len, err) < 0)
			return -1;
	}
	return 0;
}

struct bytes cms_find_key_id(struct bytes extensions)
{
	struct cursor outside = cursor_of(extensions);
	struct cursor list = take_inside(&outside, TAG_SEQUENCE);

	while (!list.failed && list.left) {
		struct cursor extension = take_inside(&list, TAG_SEQUENCE);
		struct bytes oid = take(&extension, TAG_OID);
		struct cursor value;

		if (!bytes_equal(oid, oid_key_id))
			continue;
		skip_if(&extension, TAG_BOOLEAN);
		value = take_inside(&extension, TAG_OCTETS);
		return take(&value, TAG_OCTETS);
	}
	return (struct bytes){0};
}
