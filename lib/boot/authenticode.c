#include "boot/authenticode.h"

#include <string.h>
#include "base/ber.h"

#define HEADER_SIZE      8 /* of WIN_CERTIFICATE */
#define ALIGNMENT        8
#define TYPE_SIGNED_DATA 2 /* WIN_CERT_TYPE_PKCS_SIGNED_DATA */

#define OID(...)                                                                                   \
	{                                                                                          \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})             \
	}

/* 1.2.840.113549.1.7.2, RFC 2315 section 14 */
static const struct bytes oid_signed_data = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02);
/* 1.3.6.1.4.1.311.2.1.4, SPC_INDIRECT_DATA_OBJID */
static const struct bytes oid_indirect_data =
	OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04);
/* 1.2.840.113549.1.9.4, RFC 2985 section 5.3.2 */
static const struct bytes oid_message_digest =
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04);
/* 2.16.840.1.101.3.4.2.1 */
static const struct bytes oid_sha256 = OID(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01);

bool authenticode_next(struct bytes *table, struct bytes *ret_message)
{
	while (table->len > HEADER_SIZE) {
		struct cursor cursor = cursor_of(*table);
		uint32_t size = cursor_u32_le(&cursor);
		uint16_t type;

		(void)cursor_u16_le(&cursor); /* revision */
		type = cursor_u16_le(&cursor);
		if (size <= HEADER_SIZE || size > table->len)
			return false;
		*ret_message = (struct bytes){table->data + HEADER_SIZE, size - HEADER_SIZE};
		size += (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
		*table = bytes_behind(*table, size < table->len ? size : table->len);
		if (type == TYPE_SIGNED_DATA)
			return true;
	}
	return false;
}

bool authenticode_names(struct bytes der, struct authenticode_names *ret)
{
	struct cursor cursor = cursor_of(der);
	struct cursor cert = ber_take_inside(&cursor, BER_SEQUENCE);
	struct cursor signed_part = ber_take_inside(&cert, BER_SEQUENCE);

	ber_skip_if(&signed_part, BER_0_CONSTRUCTED); /* the version */
	ret->serial = ber_take(&signed_part, BER_INTEGER);
	(void)ber_take(&signed_part, BER_SEQUENCE); /* the algorithm */
	ret->issuer = ber_next(&signed_part).whole;
	(void)ber_take(&signed_part, BER_SEQUENCE); /* the validity */
	ret->subject = ber_next(&signed_part).whole;
	return !signed_part.failed;
}

/* SpcIndirectDataContent: a description of the data, then DigestInfo. */
static void read_content(struct cursor *data, struct authenticode *ret)
{
	struct cursor info = ber_take_inside(data, BER_SEQUENCE);
	struct bytes type = ber_take(&info, BER_OID);
	struct cursor tagged = ber_take_inside(&info, BER_0_CONSTRUCTED);
	struct cursor inside, digest, algorithm;
	struct bytes oid;

	ret->content = ber_take(&tagged, BER_SEQUENCE);
	inside = cursor_of(ret->content);
	(void)ber_take(&inside, BER_SEQUENCE);
	digest = ber_take_inside(&inside, BER_SEQUENCE);
	algorithm = ber_take_inside(&digest, BER_SEQUENCE);
	oid = ber_take(&algorithm, BER_OID);
	ret->digest = ber_take(&digest, BER_OCTETS);
	if (!bytes_equal(oid, oid_sha256))
		ret->digest = (struct bytes){0};
	if (digest.failed || !bytes_equal(type, oid_indirect_data))
		data->failed = true;
}

static void read_certs(struct cursor *data, struct authenticode *ret)
{
	struct cursor certs = ber_take_inside(data, BER_0_CONSTRUCTED);

	while (certs.left && !certs.failed && ret->cert_count < AUTHENTICODE_MAX_CERTS)
		ret->certs[ret->cert_count++] = ber_next(&certs).whole;
	data->failed |= certs.failed;
}

/* The value of the one attribute that counts here. */
static void read_attributes(struct cursor *signer, struct authenticode *ret)
{
	struct ber_element set = ber_next(signer);
	struct cursor attributes = cursor_of(set.content);

	ret->attributes = set.whole;
	while (attributes.left && !attributes.failed) {
		struct cursor attribute = ber_take_inside(&attributes, BER_SEQUENCE);
		bool is_digest = bytes_equal(ber_take(&attribute, BER_OID), oid_message_digest);
		struct cursor values = ber_take_inside(&attribute, BER_SET);

		if (is_digest)
			ret->message_digest = ber_take(&values, BER_OCTETS);
		attributes.failed |= values.failed;
	}
	signer->failed |= attributes.failed;
}

static size_t find_signer(const struct authenticode *parts, struct bytes issuer, struct bytes serial)
{
	struct authenticode_names names;
	size_t i = 0;

	while (i < parts->cert_count &&
		!(authenticode_names(parts->certs[i], &names) &&
			bytes_equal(names.issuer, issuer) && bytes_equal(names.serial, serial)))
		i++;
	return i;
}

/* SignerInfo; the firmware takes the first one (EDK2 Pkcs7Verify verifies all: so one is demanded
 * here). */
static void read_signer(struct cursor *data, struct authenticode *ret)
{
	struct cursor signers = ber_take_inside(data, BER_SET);
	struct cursor signer = ber_take_inside(&signers, BER_SEQUENCE);
	struct cursor name;
	struct bytes issuer, serial;

	(void)ber_take(&signer, BER_INTEGER);
	name = ber_take_inside(&signer, BER_SEQUENCE);
	issuer = ber_next(&name).whole;
	serial = ber_take(&name, BER_INTEGER);
	(void)ber_take(&signer, BER_SEQUENCE); /* the digest's algorithm */
	if (ber_comes(&signer, BER_0_CONSTRUCTED))
		read_attributes(&signer, ret);
	(void)ber_take(&signer, BER_SEQUENCE); /* the signature's algorithm */
	ret->signature = ber_take(&signer, BER_OCTETS);
	ret->signer = find_signer(ret, issuer, serial);
	data->failed |= signer.failed || name.failed || signers.left > 0;
}

int authenticode_parse(struct bytes message, struct authenticode *ret, struct err *err)
{
	struct cursor cursor = cursor_of(message);
	struct cursor info = ber_take_inside(&cursor, BER_SEQUENCE);
	struct bytes type = ber_take(&info, BER_OID);
	struct cursor tagged = ber_take_inside(&info, BER_0_CONSTRUCTED);
	struct cursor data = ber_take_inside(&tagged, BER_SEQUENCE);
	struct authenticode parts = {0};

	(void)ber_take(&data, BER_INTEGER);
	(void)ber_take(&data, BER_SET); /* the digests' algorithms */
	read_content(&data, &parts);
	if (ber_comes(&data, BER_0_CONSTRUCTED))
		read_certs(&data, &parts);
	ber_skip_if(&data, BER_1_CONSTRUCTED); /* revocation lists */
	read_signer(&data, &parts);
	if (data.failed || !bytes_equal(type, oid_signed_data))
		return err_set(err, ERR_FORMAT, 0, "This is no signature of a program.");
	*ret = parts;
	return 0;
}
