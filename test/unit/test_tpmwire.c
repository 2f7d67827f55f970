#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/codec.h"
#include "base/file.h"
#include "tpm/tpmwire.h"

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NAME   "0022000b" DIGEST
#define CLOCK                                                                                      \
	"0000000001020304"                                                                         \
	"00000005"                                                                                 \
	"00000006"                                                                                 \
	"01"
#define QUOTE_HEAD                                                                                 \
	"ff544347"                                                                                 \
	"8018" NAME "0003aabbcc" CLOCK "2020031200120000"
#define QUOTE                                                                                      \
	QUOTE_HEAD "00000001000b03ff0000"                                                          \
		   "0020" DIGEST
#define CERTIFY                                                                                    \
	"ff544347"                                                                                 \
	"8017" NAME "0000" CLOCK "2020031200120000" NAME NAME

static struct bytes from_hex(const char *hex, uint8_t *ret, size_t size)
{
	size_t len = strlen(hex) / 2;
	struct err err;

	assert_true(len <= size);
	check_ok(hex_decode(TEXT(hex), ret, len, &err), &err);
	return (struct bytes){ret, len};
}

static void a_quote_is_read(void **state)
{
	struct tpmwire_attest attest;
	uint8_t data[1024];
	struct err err;

	(void)state;
	check_ok(tpmwire_parse_attest(from_hex(QUOTE, data, sizeof(data)), &attest, &err), &err);
	assert_int_equal(attest.type, TPMWIRE_QUOTE);
	assert_int_equal(attest.qualified_signer.len, TPMWIRE_NAME_SIZE);
	assert_int_equal(attest.qualified_signer.data[3], 0x11);
	assert_int_equal(attest.extra_data_len, 3);
	assert_int_equal(attest.extra_data[2], 0xcc);
	assert_int_equal(attest.clock_ms, 0x01020304);
	assert_int_equal(attest.reset_count, 5);
	assert_int_equal(attest.restart_count, 6);
	assert_true(attest.safe);
	assert_true(attest.firmware_version == 0x2020031200120000u);
	assert_int_equal(attest.pcr_bank, TPMWIRE_ALG_SHA256);
	assert_int_equal(attest.pcr_mask, 0xFF);
	assert_int_equal(attest.pcr_digest_len, 32);
}

static void a_certification_is_read(void **state)
{
	struct tpmwire_attest attest;
	uint8_t data[1024];
	struct err err;

	(void)state;
	check_ok(tpmwire_parse_attest(from_hex(CERTIFY, data, sizeof(data)), &attest, &err), &err);
	assert_int_equal(attest.type, TPMWIRE_CERTIFY);
	assert_true(tpmwire_name_equal(&attest.name, &attest.qualified_name));
	attest.name.data[33] ^= 1;
	assert_false(tpmwire_name_equal(&attest.name, &attest.qualified_name));
	attest.name.len = 0;
	assert_false(tpmwire_name_equal(&attest.name, &attest.qualified_name));
}

static void check_attest_refused(const char *hex, const char *message)
{
	struct tpmwire_attest attest = {.type = 0x1234};
	uint8_t data[1024];
	struct err err;

	check_err(tpmwire_parse_attest(from_hex(hex, data, sizeof(data)), &attest, &err), &err,
		ERR_FORMAT);
	if (!strstr(err.msg, message))
		fail_msg("%s, expected: %s", err.msg, message);
	assert_int_equal(attest.type, 0x1234);
}

static void what_is_no_quote_is_refused(void **state)
{
	static const struct {
		const char *hex, *message;
	} rows[] = {
		{"", "0 bytes"},
		{QUOTE "00", "1 bytes follow"},
		{CERTIFY "00", "1 bytes follow"},
		{"fe5443478018" NAME "0000" CLOCK "000000000000000000000001000b03ff00000020" DIGEST,
			"Not made by a TPM"},
		{QUOTE_HEAD "00000002000b03ff0000000403ff00000020" DIGEST, "2 banks"},
		{QUOTE_HEAD "000000000020" DIGEST, "0 banks"},
		{QUOTE_HEAD "ffffffff000b03ff00000020" DIGEST, "TPMS_ATTEST"},
		{QUOTE_HEAD "00000001000bffff00000020" DIGEST, "TPMS_ATTEST"},
		{QUOTE_HEAD "00000001000b03ff0000ffff" DIGEST, "TPMS_ATTEST"},
		{"ff5443478018ffff", "TPMS_ATTEST"},
		{"ff5443478016" NAME "0000" CLOCK "00000000000000000020" DIGEST "0020" DIGEST,
			"TPMS_ATTEST"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_attest_refused(rows[i].hex, rows[i].message);
}

static void a_cut_structure_is_refused_at_every_length(void **state)
{
	static const char *const all[] = {QUOTE, CERTIFY};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		uint8_t data[1024];
		struct bytes whole = from_hex(all[i], data, sizeof(data));

		for (size_t len = 0; len < whole.len; len++) {
			/* for AddressSanitizer */
			auto_cleanup(free) uint8_t *exact = malloc(len ? len : 1);
			struct tpmwire_attest attest;
			struct err err;

			assert_non_null(exact);
			memcpy(exact, data, len);
			check_err(tpmwire_parse_attest((struct bytes){exact, len}, &attest, &err),
				&err, ERR_FORMAT);
		}
	}
}

/* The platform's attestation key with a modulus of C0 00 ... 01. */
static struct bytes make_public(uint8_t ret[282])
{
	uint8_t head[26];
	struct bytes hex =
		from_hex("01180001000b00050472000000100014000b0800000000000100", head, sizeof(head));

	memset(ret, 0, 282);
	memcpy(ret, hex.data, hex.len);
	ret[26] = 0xC0;
	ret[281] = 0x01;
	return (struct bytes){ret, 282};
}

static void a_public_key_is_read(void **state)
{
	struct tpmwire_rsa_public public;
	struct tpmwire_name qualified;
	uint8_t data[282], digest[32], endorsed[4 + TPMWIRE_NAME_SIZE] = {0x40, 0x00, 0x00, 0x0B};
	struct bytes bytes = make_public(data);
	struct err err;

	(void)state;
	check_ok(tpmwire_parse_public(bytes, &public, &err), &err);
	assert_int_equal(public.attributes, 0x00050472);
	assert_int_equal(public.policy_len, 0);
	assert_int_equal(public.symmetric, TPMWIRE_ALG_NULL);
	assert_int_equal(public.scheme, TPMWIRE_ALG_RSASSA);
	assert_int_equal(public.scheme_hash, TPMWIRE_ALG_SHA256);
	assert_int_equal(public.key_bits, 2048);
	assert_int_equal(public.key.exponent, 65537);
	assert_int_equal(public.key.modulus_len, 256);
	assert_int_equal(public.key.modulus[0], 0xC0);
	crypto_sha256((struct bytes){data + 2, 280}, digest);
	assert_int_equal(public.name.len, TPMWIRE_NAME_SIZE);
	assert_memory_equal(public.name.data, "\x00\x0b", 2);
	assert_memory_equal(public.name.data + 2, digest, 32);
	memcpy(endorsed + 4, public.name.data, TPMWIRE_NAME_SIZE);
	crypto_sha256((struct bytes){endorsed, sizeof(endorsed)}, digest);
	tpmwire_qualified_name(0x4000000B, &public.name, &qualified);
	assert_memory_equal(qualified.data + 2, digest, 32);
}

static void what_is_no_rsa_key_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *message;
	} rows[] = {
		/* ECC */
		{1, 0x17, "size does not fit"}, {1, 0x19, "size does not fit"}, {3, 0x23, ""},
		{3, 0x08, ""}, /* keyed hash: another layout */
		{3, 0x00, ""}, /* no type  */
		{5, 0x0C, "name"}, /* SHA-384  */
		{10, 0xFF, ""}, /* policy past the end */
		{15, 0x99, ""}, /* no such scheme      */
		{18, 0x10, "modulus"}, /* 4096 bits announced */
		{24, 0xFF, ""}, /* modulus past the end */
		{25, 0x01, ""}, /* longer than there is */
		{26, 0x40, "modulus"}, /* 2047 bits */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tpmwire_rsa_public public;
		uint8_t data[282];
		struct bytes bytes = make_public(data);
		struct err err;

		data[rows[i].at] = rows[i].value;
		check_err(tpmwire_parse_public(bytes, &public, &err), &err, ERR_FORMAT);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void an_elliptic_curve_key_is_refused(void **state)
{
	struct tpmwire_rsa_public public;
	uint8_t data[128];
	struct bytes bytes =
		from_hex("00580023000b00050472000000100018000b000300100020" DIGEST "0020" DIGEST,
			data, sizeof(data));
	struct err err;

	(void)state;
	check_err(tpmwire_parse_public(bytes, &public, &err), &err, ERR_FORMAT);
	assert_non_null(strstr(err.msg, "no RSA key"));
}

static void a_cut_key_is_refused_at_every_length(void **state)
{
	uint8_t data[282];

	(void)state;
	(void)make_public(data);
	for (size_t len = 0; len < sizeof(data); len++) {
		auto_cleanup(free) uint8_t *exact = malloc(len ? len : 1);
		struct tpmwire_rsa_public public;
		struct err err;

		assert_non_null(exact);
		memcpy(exact, data, len);
		if (len >= 2) { /* a size that fits, so that the structure itself is looked at */
			exact[0] = (uint8_t)((len - 2) >> 8);
			exact[1] = (uint8_t)(len - 2);
		}
		check_err(tpmwire_parse_public((struct bytes){exact, len}, &public, &err), &err,
			ERR_FORMAT);
	}
}

static bool read_vector(const char *name, struct buf *ret)
{
	const char *folder = getenv("VECTORS");
	char path[512];
	struct err err;

	(void)snprintf(
		path, sizeof(path), "%s/quote/%s", folder ? folder : "../shared/vectors", name);
	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, ret, &err) == 0)
		return true;
	print_message("SKIPPED: %s is not there\n", path);
	return false;
}

/* SubjectPublicKeyInfo of an RSA-2048 key, PEM: the modulus starts at byte 33. */
static void read_pem_key(struct bytes pem, struct crypto_rsa_public *ret)
{
	auto_cleanup(buf) struct buf text = buf_with_max(1024);
	auto_cleanup(buf) struct buf der = buf_with_max(1024);
	bool is_body = false;
	struct err err;

	for (size_t i = 0; i < pem.len; i++) {
		if (i + 1 < pem.len && pem.data[i] == '\n')
			is_body = pem.data[i + 1] != '-';
		else if (is_body && pem.data[i] != '\n')
			check_ok(buf_append(&text, pem.data + i, 1, &err), &err);
	}
	check_ok(base64_decode(buf_bytes(&text), BASE64_STANDARD, &der, &err), &err);
	assert_int_equal(der.len, 294);
	memcpy(ret->modulus, der.data + 33, 256);
	ret->modulus_len = 256;
	ret->exponent = 65537;
}

static bool verifies(const struct crypto_rsa_public *key, struct bytes data, struct bytes signature)
{
	struct err err;

	if (crypto_rsa_verify_sha256(key, data, signature, &err) == 0)
		return true;
	assert_int_equal(err.code, ERR_FORMAT);
	return false;
}

static void a_quote_of_a_cloud_vm_is_read_and_verified(void **state)
{
	auto_cleanup(buf) struct buf quote = buf_with_max(4096), signature = buf_with_max(4096);
	auto_cleanup(buf) struct buf pem = buf_with_max(4096), nonce = buf_with_max(4096),
				     pcrs = buf_with_max(4096);
	uint8_t digest[32], expected_nonce[32];
	struct crypto_rsa_public key;
	struct tpmwire_attest attest;
	struct bytes parts[8];
	struct err err;

	(void)state;
	if (!read_vector("azure-tl-cmcp-2026-07-27/quote.msg", &quote) ||
		!read_vector("azure-tl-cmcp-2026-07-27/quote.sig", &signature) ||
		!read_vector("azure-tl-cmcp-2026-07-27/ak.pub", &pem) ||
		!read_vector("azure-tl-cmcp-2026-07-27/nonce.hex", &nonce) ||
		!read_vector("azure-tl-cmcp-2026-07-27/pcrs.bin", &pcrs))
		skip();
	check_ok(tpmwire_parse_attest(buf_bytes(&quote), &attest, &err), &err);
	read_pem_key(buf_bytes(&pem), &key);
	assert_true(verifies(&key, buf_bytes(&quote), buf_bytes(&signature)));
	quote.data[50] ^= 1;
	assert_false(verifies(&key, buf_bytes(&quote), buf_bytes(&signature)));
	check_ok(hex_decode((struct bytes){nonce.data, 64}, expected_nonce, 32, &err), &err);
	assert_int_equal(attest.extra_data_len, 32);
	assert_memory_equal(attest.extra_data, expected_nonce, 32);
	assert_int_equal(attest.pcr_mask, 0xFF);
	assert_int_equal(attest.pcr_bank, TPMWIRE_ALG_SHA256);
	for (size_t i = 0; i < 8; i++) /* tpm2-tools' file: TPML_DIGEST in memory order from byte
					  136 */
		parts[i] = (struct bytes){pcrs.data + 136 + 4 + i * 66 + 2, 32};
	crypto_digest(CRYPTO_SHA256, parts, 8, digest);
	assert_int_equal(attest.pcr_digest_len, 32);
	assert_memory_equal(attest.pcr_digest, digest, 32);
}

static void keys_of_other_machines_are_read(void **state)
{
	auto_cleanup(buf) struct buf area = buf_with_max(4096), ek = buf_with_max(4096),
				     whole = buf_with_max(4096);
	struct tpmwire_rsa_public public;
	uint8_t size[2];
	struct err err;

	(void)state;
	if (!read_vector("go-tpm-tools/decoded-gce-cos-85-no-nonce/ak_pub.bin", &area) ||
		!read_vector("keylime-test-data/ek.pub", &ek))
		skip();
	size[0] = (uint8_t)(area.len >> 8);
	size[1] = (uint8_t)area.len;
	check_ok(buf_append(&whole, size, 2, &err), &err);
	check_ok(buf_append(&whole, area.data, area.len, &err), &err);
	check_ok(tpmwire_parse_public(buf_bytes(&whole), &public, &err), &err);
	assert_int_equal(public.scheme, TPMWIRE_ALG_RSASSA);
	check_ok(tpmwire_parse_public(buf_bytes(&ek), &public, &err), &err);
	assert_int_equal(public.policy_len, 32);
	assert_int_equal(public.symmetric, 0x0006); /* AES: it is a storage key */
	assert_int_equal(public.scheme, TPMWIRE_ALG_NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quote_is_read),
		cmocka_unit_test(a_certification_is_read),
		cmocka_unit_test(what_is_no_quote_is_refused),
		cmocka_unit_test(a_cut_structure_is_refused_at_every_length),
		cmocka_unit_test(a_public_key_is_read),
		cmocka_unit_test(what_is_no_rsa_key_is_refused),
		cmocka_unit_test(an_elliptic_curve_key_is_refused),
		cmocka_unit_test(a_cut_key_is_refused_at_every_length),
		cmocka_unit_test(a_quote_of_a_cloud_vm_is_read_and_verified),
		cmocka_unit_test(keys_of_other_machines_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
