#include "edge/cms.h"

#include <string.h>
#include "base/ber.h"

/* ---- algorithms ---- */

#define OID(...)                                                                                   \
	{                                                                                          \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})             \
	}

/* 1.2.840.113549.1.7.3, RFC 5652 section 6.1 */
static const struct bytes oid_enveloped_data =
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03);
/* 1.2.840.113549.1.1.1, RFC 8017 appendix C */
static const struct bytes oid_rsa = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);

/* 1.2.840.113549.1.1.7 and .8, RFC 8017 appendix A.2.1; their hashes: RFC 8017 appendix B.1 */
static const struct bytes oid_oaep = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07);
static const struct bytes oid_mgf1 = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08);
static const struct bytes oid_sha1 = OID(0x2b, 0x0e, 0x03, 0x02, 0x1a);
static const struct bytes oid_sha256 = OID(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01);

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

/* Whether this RecipientIdentifier names the recipient. */
static bool is_meant(const struct ber_element *id, const struct cms_recipient *recipient)
{
	struct cursor inside = cursor_of(id->content);
	struct ber_element issuer;
	struct bytes serial;

	if (id->tag == BER_0)
		return recipient->key_id.len && bytes_equal(id->content, recipient->key_id);
	issuer = ber_next(&inside);
	serial = ber_take(&inside, BER_INTEGER);
	return id->tag == BER_SEQUENCE && ber_ended(&inside) &&
	       bytes_equal(issuer.whole, recipient->issuer) &&
	       bytes_equal(serial, recipient->serial);
}

static bool is_sha256_or_sha1(struct bytes oid, enum cms_padding *ret)
{
	*ret = bytes_equal(oid, oid_sha256) ? CMS_OAEP_SHA256 : CMS_OAEP_SHA1;
	return *ret == CMS_OAEP_SHA256 || bytes_equal(oid, oid_sha1);
}

/* RSAES-OAEP-params: a member is left out if it has its default, SHA-1 or no label. mbedtls
 * supports only one hash for both uses, which is what senders use. */
static bool read_oaep(struct cursor algorithm, enum cms_padding *ret)
{
	struct cursor params = ber_take_inside(&algorithm, BER_SEQUENCE);
	enum cms_padding hash = CMS_OAEP_SHA1, mask = CMS_OAEP_SHA1;

	if (ber_comes(&params, BER_0_CONSTRUCTED)) {
		struct cursor tagged = ber_take_inside(&params, BER_0_CONSTRUCTED);
		struct cursor name = ber_take_inside(&tagged, BER_SEQUENCE);

		if (!is_sha256_or_sha1(ber_take(&name, BER_OID), &hash))
			return false;
	}
	if (ber_comes(&params, BER_1_CONSTRUCTED)) {
		struct cursor tagged = ber_take_inside(&params, BER_1_CONSTRUCTED);
		struct cursor function = ber_take_inside(&tagged, BER_SEQUENCE);
		struct bytes oid = ber_take(&function, BER_OID);
		struct cursor name = ber_take_inside(&function, BER_SEQUENCE);

		if (!bytes_equal(oid, oid_mgf1) ||
			!is_sha256_or_sha1(ber_take(&name, BER_OID), &mask))
			return false;
	}
	*ret = hash;
	return ber_ended(&params) && hash == mask;
}

/* KeyTransRecipientInfo, RFC 5652 section 6.2.1. ret->encrypted_key stays empty if it names another
 * recipient. */
static int read_recipient(struct bytes content, const struct cms_recipient *recipient,
	struct cms *ret, struct err *err)
{
	struct cursor cursor = cursor_of(content);
	struct ber_element id;
	struct cursor algorithm;
	struct bytes oid, key;

	(void)ber_take(&cursor, BER_INTEGER);
	id = ber_next(&cursor);
	algorithm = ber_take_inside(&cursor, BER_SEQUENCE);
	oid = ber_take(&algorithm, BER_OID);
	key = ber_take(&cursor, BER_OCTETS);
	if (!ber_ended(&cursor) || algorithm.failed)
		return malformed(err, "recipient");
	if (!is_meant(&id, recipient))
		return 0;
	ret->padding = CMS_PKCS1;
	if (!bytes_equal(oid, oid_rsa) &&
		(!bytes_equal(oid, oid_oaep) || !read_oaep(algorithm, &ret->padding)))
		return err_set(err, ERR_FORMAT, 0,
			"The CMS message's key is not encrypted by RSA with PKCS#1 v1.5 padding or with OAEP over SHA-1 or SHA-256.");
	ret->encrypted_key = key;
	return 0;
}

static int read_recipients(struct cursor recipients, const struct cms_recipient *recipient,
	struct cms *ret, struct err *err)
{
	while (recipients.left && !ret->encrypted_key.len) {
		struct ber_element info = ber_next(&recipients);

		if (recipients.failed)
			return malformed(err, "list of recipients");
		if (info.tag == BER_SEQUENCE && read_recipient(info.content, recipient, ret, err) < 0)
			return -1;
	}
	if (!ret->encrypted_key.len)
		return err_set(err, ERR_FORMAT, 0,
			"The CMS message is encrypted for another certificate.");
	return 0;
}

static int read_cipher(struct cursor algorithm, struct cms *ret, struct err *err)
{
	struct bytes oid = ber_take(&algorithm, BER_OID);

	if (algorithm.failed)
		return malformed(err, "content algorithm");
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (!bytes_equal(oid, ciphers[i].oid))
			continue;
		ret->cipher = ciphers[i].cipher;
		ret->iv = ber_take(&algorithm, BER_OCTETS);
		return ber_ended(&algorithm) && ret->iv.len == ciphers[i].iv_size
			       ? 0
			       : malformed(err, "initialization vector");
	}
	return err_set(err, ERR_FORMAT, 0,
		"The CMS message's cipher is neither DES-EDE3-CBC nor AES-CBC.");
}

/* EncryptedContentInfo, RFC 5652 section 6.1 */
static int read_content(struct cursor info, struct cms *ret, struct err *err)
{
	struct cursor algorithm;
	struct ber_element content;

	(void)ber_take(&info, BER_OID); /* the content's type, which nothing proves */
	algorithm = ber_take_inside(&info, BER_SEQUENCE);
	content = ber_next(&info);
	if (!ber_ended(&info) || (content.tag != BER_0 && content.tag != BER_0_CONSTRUCTED))
		return malformed(err, "content");
	ret->content = content.content;
	ret->is_in_pieces = content.tag == BER_0_CONSTRUCTED;
	return read_cipher(algorithm, ret, err);
}

/* ContentInfo { envelopedData, [0] EXPLICIT EnvelopedData }, RFC 5652 section 3 */
static int open_message(struct bytes message, struct cursor *ret, struct err *err)
{
	struct cursor outside = cursor_of(message);
	struct cursor info = ber_take_inside(&outside, BER_SEQUENCE);
	struct bytes type = ber_take(&info, BER_OID);
	struct cursor explicit = ber_take_inside(&info, BER_0_CONSTRUCTED);

	if (message.len > CMS_MAX_BYTES)
		return err_set(err, ERR_FORMAT, 0, "The CMS message has %zu bytes.", message.len);
	if (!ber_ended(&outside) || !ber_ended(&info) || !bytes_equal(type, oid_enveloped_data))
		return err_set(err, ERR_FORMAT, 0, "Not a CMS message with enveloped data.");
	*ret = ber_take_inside(&explicit, BER_SEQUENCE);
	return ber_ended(&explicit) ? 0 : malformed(err, "enveloped data");
}

int cms_parse(struct bytes message, const struct cms_recipient *recipient, struct cms *ret,
	struct err *err)
{
	struct cursor data, recipients, content;
	struct cms found = {0};

	if (open_message(message, &data, err) < 0)
		return -1;
	(void)ber_take(&data, BER_INTEGER);
	ber_skip_if(&data, BER_0_CONSTRUCTED); /* originatorInfo */
	recipients = ber_take_inside(&data, BER_SET);
	content = ber_take_inside(&data, BER_SEQUENCE);
	ber_skip_if(&data, BER_1_CONSTRUCTED); /* unprotectedAttrs */
	if (!ber_ended(&data))
		return malformed(err, "enveloped data");
	if (read_content(content, &found, err) < 0 ||
		read_recipients(recipients, recipient, &found, err) < 0)
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
		struct bytes piece = ber_take(&pieces, BER_OCTETS);

		if (pieces.failed)
			return malformed(err, "content");
		if (buf_append(ret, piece.data, piece.len, err) < 0)
			return -1;
	}
	return 0;
}
