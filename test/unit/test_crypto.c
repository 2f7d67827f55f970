/* Digests, RSA, AES-GCM and certificates against published vectors and against what openssl
 * makes. */
#include "check.h"
#include "../support/scarce.h"

#include "base/codec.h"
#include "edge/crypto.h"
#include "../support/folder.h"

static void digests_match_the_standard(void **state)
{
	/* FIPS 180-4, the one block message "abc" */
	static const struct {
		enum crypto_hash hash;
		const char *hex;
	} rows[] = {
		{CRYPTO_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{CRYPTO_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{CRYPTO_SHA384,
			"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
		{CRYPTO_SHA512,
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};
	struct bytes parts[] = {TEXT("a"), TEXT(""), TEXT("bc")};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t digest[CRYPTO_MAX_HASH_SIZE];
		char hex[2 * CRYPTO_MAX_HASH_SIZE + 1];

		crypto_digest(rows[i].hash, parts, COUNT(parts), digest);
		hex_encode((struct bytes){digest, crypto_hash_size(rows[i].hash)}, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void hmac_matches_the_standard(void **state)
{
	static const uint8_t long_key[131] = {[0 ... 130] = 0xaa};
	const struct {
		struct bytes key, data;
		const char *hex;
	} rows[] = {
		/* RFC 4231 sections 4.3 and 4.7: a short key, and one that is longer than a
		 * block */
		{TEXT("Jefe"), TEXT("what do ya want for nothing?"),
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{{long_key, sizeof(long_key)},
			TEXT("Test Using Larger Than Block-Size Key - Hash Key First"),
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		/* Python's hmac.digest(b"", b"", "sha256") */
		{TEXT(""), TEXT(""),
			"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t mac[CRYPTO_SHA256_SIZE];
		char hex[2 * CRYPTO_SHA256_SIZE + 1];
		struct err err;

		check_ok(crypto_hmac_sha256(rows[i].key, rows[i].data, mac, &err), &err);
		hex_encode((struct bytes){mac, sizeof(mac)}, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void digests_in_pieces_match_the_standard(void **state)
{
	static const struct {
		enum crypto_stream_hash hash;
		size_t size;
		const char *hex;
	} rows[] = {
		{CRYPTO_STREAM_SHA256, CRYPTO_SHA256_SIZE,
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{CRYPTO_STREAM_MD5, CRYPTO_MD5_SIZE, "900150983cd24fb0d6963f7d28e17f72"}, /* RFC
											     1321
											     A.5 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(crypto_stream) struct crypto_stream *stream = NULL;
		uint8_t digest[CRYPTO_SHA256_SIZE];
		char hex[2 * CRYPTO_SHA256_SIZE + 1];
		struct err err;

		check_ok(crypto_stream_open(rows[i].hash, &stream, &err), &err);
		crypto_stream_add(stream, TEXT("a"));
		crypto_stream_add(stream, TEXT(""));
		crypto_stream_add(stream, TEXT("bc"));
		crypto_stream_finish(stream, digest);
		hex_encode((struct bytes){digest, rows[i].size}, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static size_t from_hex(const char *hex, uint8_t *ret)
{
	struct err err;

	check_ok(hex_decode(TEXT(hex), ret, strlen(hex) / 2, &err), &err);
	return strlen(hex) / 2;
}

/* ---- AES-GCM ---- */

#define GCM_PLAIN                                                                                            \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b1" \
	"6aedf5aa"                                                                                           \
	"0de657ba637b39"
#define GCM_KEY "feffe9928665731c6d6a8f9467308308"

/* D. McGrew, J. Viega: The Galois/Counter Mode of Operation, appendix B, test cases 4, 10 and
 * 16. */
static const struct {
	const char *key, *cipher, *tag;
} gcm_rows[] = {
	{GCM_KEY, "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
		"5bc94fbc3221a5db94fae95ae7121a47"},
	{GCM_KEY "feffe9928665731c",
		"3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
		"2519498e80f1478f37ba55bd6d27618c"},
	{GCM_KEY GCM_KEY,
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
		"76fc6ece0f4e1768cddf8853bb2d551b"},
};

struct gcm_case {
	uint8_t key[32], iv[12], tag[16], additional[20], cipher[60];
	struct crypto_gcm gcm;
	struct bytes ciphertext;
};

static void gcm_case_of(size_t row, struct gcm_case *ret)
{
	ret->gcm.key = (struct bytes){ret->key, from_hex(gcm_rows[row].key, ret->key)};
	ret->gcm.iv = (struct bytes){ret->iv, from_hex("cafebabefacedbaddecaf888", ret->iv)};
	ret->gcm.tag = (struct bytes){ret->tag, from_hex(gcm_rows[row].tag, ret->tag)};
	ret->gcm.additional = (struct bytes){ret->additional,
		from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", ret->additional)};
	ret->ciphertext = (struct bytes){ret->cipher, from_hex(gcm_rows[row].cipher, ret->cipher)};
}

static void aes_gcm_opens_what_its_authors_closed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(gcm_rows); i++) {
		auto_cleanup(buf) struct buf plain = buf_with_max(100);
		uint8_t expected[60];
		struct gcm_case one;
		struct err err;

		gcm_case_of(i, &one);
		(void)from_hex(GCM_PLAIN, expected);
		check_ok(buf_append_text(&plain, "x", &err), &err);
		check_ok(crypto_gcm_decrypt(&one.gcm, one.ciphertext, &plain, &err), &err);
		assert_int_equal(plain.len, 61);
		assert_memory_equal(plain.data + 1, expected, 60);
	}
}

static void one_changed_bit_anywhere_closes_aes_gcm(void **state)
{
	struct gcm_case one;
	uint8_t *const places[] = {one.key, one.iv, one.tag, one.tag + 15, one.additional,
		one.cipher, one.cipher + 59};
	auto_cleanup(buf) struct buf plain = buf_with_max(100);
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		gcm_case_of(2, &one);
		*places[i] ^= 0x10;
		check_err(crypto_gcm_decrypt(&one.gcm, one.ciphertext, &plain, &err), &err,
			ERR_ENVELOPE_DECRYPT);
	}
	assert_int_equal(plain.len, 0);
}

static void lack_of_memory_alters_no_text(void **state)
{
	struct gcm_case one;
	bool has_failed = true;
	struct err err;

	(void)state;
	if (!SCARCE)
		skip();
	gcm_case_of(2, &one);
	for (long good = 0; has_failed; good++) {
		auto_cleanup(buf) struct buf plain = buf_with_max(100);
		int status;

		err = (struct err){0};
		scarce_after(good);
		status = crypto_gcm_decrypt(&one.gcm, one.ciphertext, &plain, &err);
		has_failed = scarce_end();
		assert_true(status == 0 ? plain.len == 60 : err.code == ERR_NO_MEMORY);
		assert_true(good > 1 || status < 0);
	}
}

static void wrong_sizes_do_not_reach_aes_gcm(void **state)
{
	auto_cleanup(buf) struct buf plain = buf_with_max(100);
	struct gcm_case one;
	struct bytes *const sizes[] = {&one.gcm.key, &one.gcm.iv, &one.gcm.tag};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		gcm_case_of(2, &one);
		sizes[i]->len--;
		check_err(crypto_gcm_decrypt(&one.gcm, one.ciphertext, &plain, &err), &err,
			ERR_ENVELOPE_DECRYPT);
		sizes[i]->len = 0;
		check_err(crypto_gcm_decrypt(&one.gcm, one.ciphertext, &plain, &err), &err,
			ERR_ENVELOPE_DECRYPT);
	}
	gcm_case_of(2, &one);
	plain.max = 59;
	check_err(crypto_gcm_decrypt(&one.gcm, one.ciphertext, &plain, &err), &err, ERR_FORMAT);
	assert_int_equal(plain.len, 0);
}

/* ---- DER lengths ---- */

static void der_lengths_are_strict(void **state)
{
	static const struct {
		const char *hex;
		size_t announced, whole;
	} rows[] = {
		{"3000", 2, 2},
		{"3000ffff", 2, 2},
		{"3003020101", 5, 5},
		{"300302", 5, 0},
		{"3082010a0203", 270, 0},
		{"30820400", 1028, 0},
		{"3084000000ff", 0, 0}, /* not the shortest form */
		{"30810502030405", 0, 0}, /* the same */
		{"30820005", 0, 0},
		{"3084ffffffff", 0, 0},
		{"308500000000ff", 0, 0},
		{"3080", 0, 0}, /* indefinite */
		{"3082", 0, 0},
		{"308201", 0, 0},
		{"30", 0, 0},
		{"3103020101", 0, 0},
		{"", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[16];
		size_t len = from_hex(rows[i].hex, bytes);

		assert_int_equal(
			crypto_der_announced_length((struct bytes){bytes, len}), rows[i].announced);
		assert_int_equal(crypto_der_length((struct bytes){bytes, len}), rows[i].whole);
	}
}

/* ---- certificates that openssl made; see test/support/make_chain for their dates ---- */

#define IN_2021 1622505600 /* 2021-06-01 */

static char folder[FOLDER_SIZE];

static struct crypto_cert *cert_of(const char *name)
{
	struct crypto_cert *cert = NULL;
	uint8_t der[4096];
	size_t len = folder_read(folder, name, der, sizeof(der));
	struct err err;

	check_ok(crypto_cert_parse((struct bytes){der, len}, &cert, &err), &err);
	return cert;
}

/* The set of one or two PEM files of the folder. */
static struct crypto_cert_set *set_of(const char *name, const char *other)
{
	struct crypto_cert_set *set = NULL;
	uint8_t pem[16384];
	size_t len = folder_read(folder, name, pem, sizeof(pem));
	struct err err;

	if (other)
		len += folder_read(folder, other, pem + len, sizeof(pem) - len);
	check_ok(crypto_cert_set_parse_pem((struct bytes){pem, len}, &set, &err), &err);
	return set;
}

static void a_certificate_tells_about_itself(void **state)
{
	auto_cleanup(crypto_cert) struct crypto_cert *leaf = cert_of("leaf.der");
	auto_cleanup(crypto_cert) struct crypto_cert *root = cert_of("root.der");
	auto_cleanup(crypto_cert) struct crypto_cert *ec = cert_of("ec.der");
	auto_cleanup(crypto_cert) struct crypto_cert *plain = cert_of("nousage.der");
	struct crypto_cert_info info;
	uint8_t der[4096], digest[CRYPTO_SHA256_SIZE];

	(void)state;
	crypto_cert_info(leaf, &info);
	assert_string_equal(info.subject, "CN=Leaf");
	assert_string_equal(info.issuer, "CN=Intermediate");
	assert_int_equal(info.not_before_s, 1609459200); /* 2021-01-01 */
	assert_int_equal(info.not_after_s, 1640995200); /* 2022-01-01 */
	assert_true(!info.is_ca && info.may_sign && info.is_ak && info.has_rsa_key);
	assert_int_equal(info.key.modulus_len, 256);
	assert_int_equal(info.key.exponent, 65537);
	crypto_sha256((struct bytes){der, folder_read(folder, "leaf.der", der, sizeof(der))}, digest);
	assert_memory_equal(info.sha256, digest, sizeof(digest));
	crypto_cert_info(root, &info);
	assert_string_equal(info.subject, "C=US, O=Throwaway, CN=Root");
	assert_int_equal(info.not_before_s, -315619200); /* 1960-01-01 */
	assert_int_equal(info.not_after_s, 2840140800); /* 2060-01-01 */
	assert_true(info.is_ca && !info.may_sign && !info.is_ak);
	crypto_cert_info(ec, &info);
	assert_true(!info.is_ca && !info.may_sign && !info.is_ak && !info.has_rsa_key);
	crypto_cert_info(plain, &info);
	assert_true(info.may_sign && !info.is_ak);
}

static void a_certificate_must_be_one_der_value(void **state)
{
	struct crypto_cert *cert = NULL;
	uint8_t der[4096];
	size_t len = folder_read(folder, "leaf.der", der, sizeof(der));
	struct err err;

	(void)state;
	check_err(crypto_cert_parse((struct bytes){der, len - 1}, &cert, &err), &err, ERR_FORMAT);
	check_err(crypto_cert_parse((struct bytes){der, len + 1}, &cert, &err), &err, ERR_FORMAT);
	check_err(crypto_cert_parse((struct bytes){der, 0}, &cert, &err), &err, ERR_FORMAT);
	len = folder_read(folder, "unknown.der", der, sizeof(der));
	check_err(crypto_cert_parse((struct bytes){der, len}, &cert, &err), &err, ERR_FORMAT);
	assert_non_null(strstr(err.msg, "critical extension 1.2.3.4"));
	len = folder_read(folder, "leaf.der", der, sizeof(der));
	der[10] ^= 0xff;
	check_err(crypto_cert_parse((struct bytes){der, len}, &cert, &err), &err, ERR_FORMAT);
	assert_null(cert);
}

static void sets_are_read_whole_or_not_at_all(void **state)
{
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *set = set_of("root.pem", "inter.pem");
	struct crypto_cert_set *none = NULL;
	uint8_t pem[8192];
	size_t len = folder_read(folder, "root.pem", pem, sizeof(pem));
	struct err err;

	(void)state;
	assert_int_equal(crypto_cert_set_count(set), 2);
	assert_int_equal(crypto_cert_set_count(NULL), 0);
	check_err(crypto_cert_set_parse_pem(TEXT(""), &none, &err), &err, ERR_FORMAT);
	check_err(crypto_cert_set_parse_pem(TEXT("no certificate"), &none, &err), &err, ERR_FORMAT);
	check_err(crypto_cert_set_parse_pem((struct bytes){pem, len / 2}, &none, &err), &err,
		ERR_FORMAT);
	memcpy(pem + len, pem, len);
	pem[len + 100] = '!';
	check_err(crypto_cert_set_parse_pem((struct bytes){pem, 2 * len}, &none, &err), &err,
		ERR_FORMAT);
	pem[len] = '\0';
	check_err(crypto_cert_set_parse_pem((struct bytes){pem, len + 1}, &none, &err), &err,
		ERR_FORMAT);
	assert_null(none);
}

static void chains_are_judged_at_the_given_time(void **state)
{
	static const struct {
		const char *leaf, *inter, *other_inter, *root;
		int64_t now_s;
		const char *words; /* of the message; NULL: accepted */
	} rows[] = {
		{"leaf.der", "inter.pem", NULL, "root.pem", IN_2021, NULL},
		{"unnamed.der", "limited.pem", NULL, "root.pem", IN_2021, NULL},
		{"named.der", "limited.pem", NULL, "root.pem", IN_2021, NULL},
		{"named.der", NULL, NULL, "limited.pem", IN_2021, NULL},
		{"named.der", "inter.pem", "limited.pem", "root.pem", IN_2021, NULL},
		{"misnamed.der", "limited.pem", NULL, "root.pem", IN_2021,
			"'a.test' is not among what its name constraints permit"},
		{"misnamed.der", NULL, NULL, "limited.pem", IN_2021, "'CN=Limited' may issue"},
		{"leaf.der", "inter.pem", "twin.pem", "root.pem", IN_2021, NULL},
		{"leaf.der", "twin.pem", "inter.pem", "root.pem", IN_2021, NULL},
		{"leaf.der", "stranger.pem", "inter.pem", "root.pem", IN_2021, NULL},
		{"leaf.der", NULL, NULL, "inter.pem", IN_2021, NULL},
		{"ec.der", "inter.pem", NULL, "root.pem", IN_2021, NULL},
		{"root.der", NULL, NULL, "root.pem", IN_2021, NULL},
		{"root.der", NULL, NULL, "root.pem", -1, NULL},
		/* the last second of a validity counts, the next does not */
		{"leaf.der", "inter.pem", NULL, "root.pem", 1640995200, NULL},
		{"leaf.der", "inter.pem", NULL, "root.pem", 1640995201,
			"'CN=Leaf' expired at 2022-01-01T00:00:00Z"},
		{"leaf.der", "inter.pem", NULL, "root.pem", 1609459200, NULL},
		{"leaf.der", "inter.pem", NULL, "root.pem", 1609459199,
			"'CN=Leaf' is not yet valid, only from 2021-01-01"},
		{"leaf.der", "inter.pem", NULL, "root.pem", 1704067201,
			"'CN=Intermediate' expired at 2024-01-01"},
		{"leaf.der", "inter.pem", NULL, "root.pem", 0, "'CN=Intermediate' is not yet valid"},
		{"leaf.der", "inter.pem", NULL, "root.pem", 2840140801,
			"CN=Root' expired at 2060-01-01"},
		{"root.der", NULL, NULL, "root.pem", -315619201,
			"is not yet valid, only from 1960-01-01"},
		{"leaf.der", NULL, NULL, "root.pem", IN_2021,
			"'CN=Leaf' is from an unknown CA, 'CN=Intermediate'"},
		{"leaf.der", "inter.pem", NULL, "stranger.pem", IN_2021,
			"'CN=Intermediate' is from an unknown CA, 'C=US"},
		{"root.der", NULL, NULL, "stranger.pem", IN_2021, "unknown CA"},
		{"leaf.der", "inter.pem", NULL, "impostor.pem", IN_2021,
			"'CN=Intermediate' has a bad signature"},
		{"leaf.der", "twin.pem", NULL, "root.pem", IN_2021, "'CN=Leaf' has a bad signature"},
		{"grandchild.der", "leaf.pem", "inter.pem", "root.pem", IN_2021,
			"that may sign certificates"},
		{"grandchild.der", NULL, NULL, "leaf.pem", IN_2021, "that may sign certificates"},
		{"weak.der", "inter.pem", NULL, "root.pem", IN_2021, "too weak"},
		{"sha1.der", "inter.pem", NULL, "root.pem", IN_2021, "too weak"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(crypto_cert) struct crypto_cert *leaf = cert_of(rows[i].leaf);
		auto_cleanup(crypto_cert_set) struct crypto_cert_set *inter =
			rows[i].inter ? set_of(rows[i].inter, rows[i].other_inter) : NULL;
		auto_cleanup(crypto_cert_set) struct crypto_cert_set *root =
			set_of(rows[i].root, NULL);
		struct err err;

		if (!rows[i].words) {
			check_ok(crypto_cert_verify(leaf, inter, root, rows[i].now_s, NULL, &err),
				&err);
			continue;
		}
		check_err(crypto_cert_verify(leaf, inter, root, rows[i].now_s, NULL, &err), &err,
			ERR_AK_CERT_INVALID);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("row %zu: '%s' lacks '%s'", i, err.msg, rows[i].words);
	}
}

/* ---- RSA ---- */

static bool verifies(const struct crypto_rsa_public *key, struct bytes data, struct bytes signature)
{
	struct err err;

	if (crypto_rsa_verify_sha256(key, data, signature, &err) == 0)
		return true;
	assert_int_equal(err.code, ERR_FORMAT);
	return false;
}

static void rsa_signatures_of_openssl_verify_and_nothing_else(void **state)
{
	auto_cleanup(crypto_cert) struct crypto_cert *leaf = cert_of("leaf.der");
	char key[FOLDER_SIZE + 16], in[FOLDER_SIZE + 16], out[FOLDER_SIZE + 16];
	const char *sign[] = {"openssl", "dgst", "-sha256", "-sign", key, "-out", out, in, NULL};
	struct crypto_cert_info info;
	struct crypto_rsa_public other;
	uint8_t signature[512];
	struct bytes good;

	(void)state;
	(void)snprintf(key, sizeof(key), "%s/leaf.key", folder);
	(void)snprintf(in, sizeof(in), "%s/text", folder);
	(void)snprintf(out, sizeof(out), "%s/text.sig", folder);
	folder_write(folder, "text", "hello", 5);
	folder_run(sign);
	good = (struct bytes){
		signature, folder_read(folder, "text.sig", signature, sizeof(signature))};
	crypto_cert_info(leaf, &info);
	assert_true(verifies(&info.key, TEXT("hello"), good));
	assert_false(verifies(&info.key, TEXT("hellO"), good));
	assert_false(verifies(&info.key, TEXT("hello"), (struct bytes){signature, 255}));
	assert_false(verifies(&info.key, TEXT("hello"), (struct bytes){signature, 257}));
	assert_false(verifies(&info.key, TEXT("hello"), (struct bytes){0}));
	for (uint32_t exponent = 0; exponent < 4; exponent++) {
		other = info.key;
		other.exponent = exponent;
		assert_false(verifies(&other, TEXT("hello"), good));
	}
	other = info.key;
	other.modulus[100] ^= 1;
	assert_false(crypto_rsa_equal(&info.key, &other));
	assert_false(verifies(&other, TEXT("hello"), good));
	other.modulus_len = SIZE_MAX;
	assert_false(verifies(&other, TEXT("hello"), good));
	memset(&other, 0, sizeof(other));
	other.modulus_len = 256;
	assert_false(verifies(&other, TEXT("hello"), good));
	signature[0] ^= 1;
	assert_false(verifies(&info.key, TEXT("hello"), good));
	assert_true(crypto_rsa_equal(&info.key, &info.key));
}

static void short_rsa_keys_are_not_used(void **state)
{
	auto_cleanup(crypto_cert) struct crypto_cert *weak = cert_of("weak.der");
	char key[FOLDER_SIZE + 16], in[FOLDER_SIZE + 16], out[FOLDER_SIZE + 16];
	const char *sign[] = {"openssl", "dgst", "-sha256", "-sign", key, "-out", out, in, NULL};
	struct crypto_cert_info info;
	uint8_t signature[512];
	size_t len;

	(void)state;
	(void)snprintf(key, sizeof(key), "%s/weak.key", folder);
	(void)snprintf(in, sizeof(in), "%s/text", folder);
	(void)snprintf(out, sizeof(out), "%s/weak.sig", folder);
	folder_write(folder, "text", "hello", 5);
	folder_run(sign);
	len = folder_read(folder, "weak.sig", signature, sizeof(signature));
	assert_int_equal(len, 128);
	crypto_cert_info(weak, &info);
	assert_false(verifies(&info.key, TEXT("hello"), (struct bytes){signature, len}));
}

/* ---- a genuine VM ---- */

static const char *vectors(void)
{
	const char *folder_name = getenv("VECTORS");

	return folder_name ? folder_name : "../shared/vectors";
}

static size_t vector(const char *name, uint8_t *ret, size_t size)
{
	return folder_read(vectors(), name, ret, size);
}

#define VM "quote/azure-tl-cmcp-2026-07-27/"

static void a_genuine_vms_certificate_chains_up_to_azures_root(void **state)
{
	static uint8_t der[4096], inter_pem[8192], root_pem[8192];
	struct bytes cert_bytes = {der, vector(VM "akcert_0x01C101D0.der", der, sizeof(der))};
	struct bytes inter = {inter_pem,
		vector("cert/azure-vtpm-ca/vtpm_ca_bundle_0.pem", inter_pem, sizeof(inter_pem))};
	struct bytes root = {root_pem, vector("cert/azure-vtpm-ca/azure-virtual-tpm-root-2023.pem",
					       root_pem, sizeof(root_pem))};
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *inters = NULL, *roots = NULL;
	struct crypto_cert_info info;
	struct err err;

	(void)state;
	if (!cert_bytes.len) {
		print_message("SKIPPED: no vectors of a genuine VM\n");
		skip();
	}
	cert_bytes.len = crypto_der_length(cert_bytes);
	check_ok(crypto_cert_parse(cert_bytes, &cert, &err), &err);
	check_ok(crypto_cert_set_parse_pem(inter, &inters, &err), &err);
	check_ok(crypto_cert_set_parse_pem(root, &roots, &err), &err);
	crypto_cert_info(cert, &info);
	assert_string_equal(info.subject, "CN=f859864a6a31.TrustedVM.Azure.windows.net");
	assert_true(info.is_ak && info.may_sign && info.has_rsa_key && !info.is_ca);
	check_ok(crypto_cert_verify(cert, inters, roots, info.not_before_s, NULL, &err), &err);
	check_err(crypto_cert_verify(cert, NULL, roots, info.not_before_s, NULL, &err), &err,
		ERR_AK_CERT_INVALID);
}

static void random_bytes_differ(void **state)
{
	uint8_t a[300] = {0}, b[300] = {0};
	struct err err;

	(void)state;
	check_ok(crypto_random(a, sizeof(a), &err), &err);
	check_ok(crypto_random(b, sizeof(b), &err), &err);
	assert_false(crypto_equal(a, b, sizeof(a)));
	assert_true(crypto_equal(a, a, sizeof(a)));
	assert_true(crypto_equal(NULL, NULL, 0));
}

static int make_chain(void **state)
{
	const char *argv[] = {"test/support/make_chain", folder, NULL};

	(void)state;
	folder_make(folder);
	folder_run(argv);
	return 0;
}

static int remove_chain(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_match_the_standard),
		cmocka_unit_test(hmac_matches_the_standard),
		cmocka_unit_test(digests_in_pieces_match_the_standard),
		cmocka_unit_test(random_bytes_differ),
		cmocka_unit_test(aes_gcm_opens_what_its_authors_closed),
		cmocka_unit_test(one_changed_bit_anywhere_closes_aes_gcm),
		cmocka_unit_test(lack_of_memory_alters_no_text),
		cmocka_unit_test(wrong_sizes_do_not_reach_aes_gcm),
		cmocka_unit_test(der_lengths_are_strict),
		cmocka_unit_test(a_certificate_tells_about_itself),
		cmocka_unit_test(a_certificate_must_be_one_der_value),
		cmocka_unit_test(sets_are_read_whole_or_not_at_all),
		cmocka_unit_test(chains_are_judged_at_the_given_time),
		cmocka_unit_test(rsa_signatures_of_openssl_verify_and_nothing_else),
		cmocka_unit_test(short_rsa_keys_are_not_used),
		cmocka_unit_test(a_genuine_vms_certificate_chains_up_to_azures_root),
	};

	return cmocka_run_group_tests(tests, make_chain, remove_chain);
}
