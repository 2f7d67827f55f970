#include "check.h"
#include <stdio.h>
#include "../support/vtpm.h"
#include "appraise/binding.h"
#include "edge/crypto.h"

/* A TPM whose key and certificate are anew and, unless the arguments say otherwise, right. */
#define opened_with(...) (vtpm_provision(&vtpm_shared, __VA_ARGS__), vtpm_opened(vtpm_shared.tcti))

static void read_pcrs_and_create_key(struct tpm *tpm, struct tpm_public *ret)
{
	struct tpm_pcrs pcrs;
	uint8_t policy[TPM_DIGEST_SIZE];
	struct err err;

	check_ok(tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &pcrs, &err), &err);
	binding_pcr_policy(&pcrs, policy);
	check_ok(tpm_create_key(tpm, policy, ret, &err), &err);
}

/* Encrypts by openssl to a key as the TPM sends it: RSA-2048 at the end of the structure. */
static size_t encrypt_to(
	const struct tpm_public *key, const char *padding, struct bytes plain, uint8_t ret[256])
{
	static const uint8_t head[] = {0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
		0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
		0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00};
	static const uint8_t tail[] = {0x02, 0x03, 0x01, 0x00, 0x01};
	uint8_t der[sizeof(head) + 256 + sizeof(tail)];
	char key_file[FOLDER_SIZE + 16], in_file[FOLDER_SIZE + 16], out_file[FOLDER_SIZE + 16];
	const char *argv[] = {"openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER",
		"-inkey", key_file, "-pkeyopt", padding, "-in", in_file, "-out", out_file, NULL};

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), key->data + key->len - 256, 256);
	memcpy(der + sizeof(head) + 256, tail, sizeof(tail));
	(void)snprintf(key_file, sizeof(key_file), "%s/key.der", vtpm_shared.folder);
	(void)snprintf(in_file, sizeof(in_file), "%s/plain", vtpm_shared.folder);
	(void)snprintf(out_file, sizeof(out_file), "%s/cipher", vtpm_shared.folder);
	folder_write(vtpm_shared.folder, "key.der", der, sizeof(der));
	folder_write(vtpm_shared.folder, "plain", plain.data, plain.len);
	folder_run(argv);
	return folder_read(vtpm_shared.folder, "cipher", ret, 256);
}

#define PKCS1  "rsa_padding_mode:pkcs1"
#define SECRET TEXT("an AES key of thirty-two bytes..")

static void names_of_no_tpm_are_told_apart(void **state)
{
	static const struct {
		const char *tcti;
		enum err_code code;
	} rows[] = {
		{"device:/nonexistent/tpmrm0", ERR_NO_VTPM},
		{"device:/dev", ERR_TPM_OPEN},
		{"device:/dev/null", ERR_TPM_OPEN},
		{"swtpm:path=/nonexistent/tpm", ERR_TPM_OPEN},
		{"swtpm:nonsense", ERR_TPM_OPEN},
		{"mssim:host=localhost", ERR_USAGE},
		{"/dev/tpmrm0", ERR_USAGE},
		{"", ERR_USAGE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tpm *tpm = NULL;
		struct err err;

		check_err(tpm_open(rows[i].tcti, &tpm, &err), &err, rows[i].code);
		assert_null(tpm);
	}
}

static void a_tpm_says_who_made_it(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with(NULL);
	struct tpm_identity identity = {.manufacturer = "none"};
	struct err err;

	(void)state;
	check_ok(tpm_read_identity(tpm, &identity, &err), &err);
	assert_string_equal(identity.manufacturer, "IBM"); /* libtpms */
	assert_true(identity.firmware[0] != 0);
}

static void the_attestation_key_comes_as_the_tpm_sends_it(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with(NULL);
	struct tpmwire_rsa_public parsed;
	struct tpm_public public;
	struct err err;

	(void)state;
	check_ok(tpm_read_ak_public(tpm, &public, &err), &err);
	assert_int_equal(public.len, 282);
	check_ok(tpmwire_parse_public((struct bytes){public.data, public.len}, &parsed, &err), &err);
	assert_int_equal(parsed.attributes, 0x00050472);
}

static void check_cert_is(struct tpm *tpm)
{
	auto_cleanup(buf) struct buf cert = buf_with_max(TPM_MAX_CERT);
	uint8_t written[4096];
	size_t len = folder_read(vtpm_shared.folder, "ak-certificate.der", written, sizeof(written));
	struct err err;

	check_ok(tpm_read_ak_cert(tpm, &cert, &err), &err);
	assert_true(bytes_equal(buf_bytes(&cert), (struct bytes){written, len}));
}

static void the_certificate_comes_without_padding(void **state)
{
	static const char *const rows[][2] = {{"0", "0"}, {"0", "900"}, {"700", "0"},
		{"700", "200"}, {"238", "0"}, {"1100", "5"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(tpm) struct tpm *tpm =
			opened_with("--grow", rows[i][0], "--padding", rows[i][1], NULL);

		check_cert_is(tpm);
	}
}

static void a_certificate_that_only_the_index_may_read_is_read(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with("--nv-attributes", "42040004", NULL);

	(void)state;
	check_cert_is(tpm);
}

static void a_missing_certificate_says_why(void **state)
{
	static const struct {
		const char *content;
		size_t len;
		enum err_code code;
	} rows[] = {
		{"\0\0\0\0\0\0\0\0", 8, ERR_AK_CERT_PENDING},
		{"\xff\xff\xff\xff\xff\xff\xff\xff", 8, ERR_AK_CERT_PENDING},
		{"-----BEGIN", 10, ERR_AK_CERT_INVALID},
		{"\x30\x82\x04\x00", 4, ERR_AK_CERT_INVALID},
		{"\x30\x82\x04\x00\x00\x00\x00\x00", 8, ERR_AK_CERT_INVALID},
		{"\x30\x84\xff\xff\xff\xff\x00\x00", 8, ERR_AK_CERT_INVALID},
		{"\x30", 1, ERR_AK_CERT_INVALID},
	};
	char path[FOLDER_SIZE + 16];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/content", vtpm_shared.folder);
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf cert = buf_with_max(TPM_MAX_CERT);
		auto_cleanup(tpm) struct tpm *tpm = NULL;
		struct err err;

		folder_write(vtpm_shared.folder, "content", rows[i].content, rows[i].len);
		tpm = opened_with("--cert-file", path, NULL);
		check_err(tpm_read_ak_cert(tpm, &cert, &err), &err, rows[i].code);
		assert_int_equal(cert.len, 0);
	}
}

static void check_no_cert(struct tpm *tpm, enum err_code code)
{
	auto_cleanup(buf) struct buf cert = buf_with_max(TPM_MAX_CERT);
	struct err err;

	check_err(tpm_read_ak_cert(tpm, &cert, &err), &err, code);
	tpm_close(tpm);
}

static void an_index_that_is_undefined_or_unwritten_is_told_apart(void **state)
{
	(void)state;
	check_no_cert(opened_with("--no-cert", NULL), ERR_NO_AK_CERT);
	check_no_cert(opened_with("--pending", NULL), ERR_AK_CERT_PENDING);
}

static void a_missing_attestation_key_is_named_by_every_command(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with("--no-ak", NULL);
	struct tpm_public public;
	struct tpm_attest attest;
	struct err err;

	(void)state;
	check_err(tpm_read_ak_public(tpm, &public, &err), &err, ERR_NO_AK);
	check_err(tpm_quote(tpm, TPM_BOOT_PCR_MASK, &attest, &err), &err, ERR_NO_AK);
	read_pcrs_and_create_key(tpm, &public);
	check_err(tpm_certify_key(tpm, &attest, &err), &err, ERR_NO_AK);
	assert_int_equal(err.native & 0xFFF, 0x28B);
}

static void a_key_that_cannot_sign_is_no_attestation_key(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with("--ak-attributes", "00020472", NULL);
	struct tpm_attest attest;
	struct err err;

	(void)state;
	check_err(tpm_quote(tpm, TPM_BOOT_PCR_MASK, &attest, &err), &err, ERR_TPM_FAILED);
	assert_int_not_equal(err.native, 0);
}

static void all_pcrs_are_read_in_pieces(void **state)
{
	struct tpm_pcrs all, boot, few;
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct err err;

	(void)state;
	vtpm_platform(&vtpm_shared, "extend", "3", NULL);
	vtpm_platform(&vtpm_shared, "extend", "14", NULL);
	tpm = vtpm_opened(vtpm_shared.tcti);
	check_ok(tpm_read_pcrs(tpm, 0xFFFFFF, &all, &err), &err);
	check_ok(tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &boot, &err), &err);
	check_ok(tpm_read_pcrs(tpm, 1u << 3 | 1u << 14 | 1u << 17, &few, &err), &err);
	assert_int_equal(all.mask, 0xFFFFFF);
	assert_memory_equal(all.digest, boot.digest, sizeof(boot.digest[0]) * 8);
	assert_memory_equal(all.digest[3], few.digest[3], TPM_DIGEST_SIZE);
	assert_memory_equal(all.digest[14], few.digest[14], TPM_DIGEST_SIZE);
	assert_memory_equal(all.digest[3], all.digest[14], TPM_DIGEST_SIZE);
	assert_false(bytes_are_all((struct bytes){all.digest[3], TPM_DIGEST_SIZE}, 0));
	assert_true(bytes_are_all((struct bytes){all.digest[4], TPM_DIGEST_SIZE}, 0));
	assert_true(bytes_are_all((struct bytes){all.digest[17], TPM_DIGEST_SIZE}, 0xFF));
	check_err(tpm_read_pcrs(tpm, 0, &all, &err), &err, ERR_INTERNAL);
	check_err(tpm_read_pcrs(tpm, 1u << 24, &all, &err), &err, ERR_INTERNAL);
}

static void what_is_encrypted_to_the_key_comes_back(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with(NULL);
	auto_cleanup(buf) struct buf plain = buf_with_max(64);
	struct tpm_attest certify;
	struct tpm_public key;
	uint8_t cipher[256];
	struct err err;

	(void)state;
	read_pcrs_and_create_key(tpm, &key);
	assert_int_equal(key.len, 312);
	for (int i = 0; i < 5; i++) { /* more often than the TPM has places for sessions */
		plain.len = 0;
		assert_int_equal(encrypt_to(&key, PKCS1, SECRET, cipher), 256);
		check_ok(tpm_decrypt(
				 tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, 256}, &plain, &err),
			&err);
		assert_true(bytes_equal(buf_bytes(&plain), SECRET));
	}
	check_ok(tpm_flush_key(tpm, &err), &err);
	check_err(tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, 256}, &plain, &err),
		&err, ERR_INTERNAL);
	check_err(tpm_certify_key(tpm, &certify, &err), &err, ERR_INTERNAL);
}

static void a_ciphertext_for_another_key_is_refused(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with(NULL);
	auto_cleanup(buf) struct buf plain = buf_with_max(512);
	struct tpm_public key, other;
	uint8_t cipher[257] = {0};
	uint8_t policy[TPM_DIGEST_SIZE] = {1};
	struct err err;

	(void)state;
	check_ok(tpm_create_key(tpm, policy, &other, &err), &err);
	read_pcrs_and_create_key(tpm, &key);
	for (size_t len = 0; len <= 257; len += len < 255 ? 85 : 1) {
		/* larger than any modulus, or of a wrong size */
		memset(cipher, 0xFF, sizeof(cipher));
		check_err(tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, len}, &plain,
				  &err),
			&err, ERR_INNER_KEY);
	}
	assert_int_equal(encrypt_to(&key, "rsa_padding_mode:oaep", SECRET, cipher), 256);
	check_err(tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, 256}, &plain, &err),
		&err, ERR_INNER_KEY);
	/* below every modulus, so that only the padding is wrong */
	assert_int_equal(encrypt_to(&other, PKCS1, SECRET, cipher), 256);
	cipher[0] &= 0x7F;
	check_err(tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, 256}, &plain, &err),
		&err, ERR_INNER_KEY);
	assert_int_equal(plain.len, 0);
}

static void a_pcr_that_changed_locks_the_key(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = opened_with(NULL);
	auto_cleanup(buf) struct buf plain = buf_with_max(64);
	uint8_t policy[TPM_DIGEST_SIZE], cipher[256];
	struct tpm_public key, again;
	struct tpm_pcrs before;
	struct err err;

	(void)state;
	check_ok(tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &before, &err), &err);
	binding_pcr_policy(&before, policy);
	check_ok(tpm_create_key(tpm, policy, &key, &err), &err);
	assert_int_equal(encrypt_to(&key, PKCS1, SECRET, cipher), 256);
	tpm_close(steal_ptr(
		/* the TPM serves one program at a time; the same template makes the same key */
		tpm));
	vtpm_platform(&vtpm_shared, "extend", "5", NULL);
	tpm = vtpm_opened(vtpm_shared.tcti);
	check_ok(tpm_create_key(tpm, policy, &again, &err), &err);
	assert_memory_equal(key.data, again.data, key.len);
	for (int i = 0; i < 5; i++) /* the failed session is flushed each time */
		check_err(tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, 256}, &plain,
				  &err),
			&err, ERR_PCR_CHANGED);
}

static void closing_leaves_nothing_in_the_tpm(void **state)
{
	(void)state;
	vtpm_provision(&vtpm_shared, NULL);
	for (int i = 0; i < 5; i++) { /* there are three places for keys */
		auto_cleanup(tpm) struct tpm *tpm = vtpm_opened(vtpm_shared.tcti);
		struct tpm_public key;

		read_pcrs_and_create_key(tpm, &key);
		read_pcrs_and_create_key(tpm, &key);
	}
}

/* One attestation, as the client does it. */
static int attest_once(const char *tcti, struct err *err)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	auto_cleanup(buf) struct buf cert = buf_with_max(TPM_MAX_CERT);
	auto_cleanup(buf) struct buf plain = buf_with_max(64);
	uint8_t policy[TPM_DIGEST_SIZE], cipher[256];
	struct tpm_attest quote, certify;
	struct tpm_public ak, key;
	struct tpm_pcrs pcrs;

	if (tpm_open(tcti, &tpm, err) < 0 || tpm_read_ak_public(tpm, &ak, err) < 0 ||
		tpm_read_ak_cert(tpm, &cert, err) < 0 ||
		tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &pcrs, err) < 0 ||
		tpm_quote(tpm, TPM_BOOT_PCR_MASK, &quote, err) < 0)
		return -1;
	binding_pcr_policy(&pcrs, policy);
	if (tpm_create_key(tpm, policy, &key, err) < 0 || tpm_certify_key(tpm, &certify, err) < 0)
		return -1;
	assert_int_equal(quote.attest_len, 113);
	assert_int_equal(certify.attest_len, 141);
	assert_int_equal(encrypt_to(&key, PKCS1, SECRET, cipher), 256);
	if (tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, (struct bytes){cipher, 256}, &plain, err) < 0 ||
		tpm_flush_key(tpm, err) < 0)
		return -1;
	assert_true(bytes_equal(buf_bytes(&plain), SECRET));
	return 0;
}

static void check_count(const char *fault, const char *value, const char *expected)
{
	struct vtpm_relay relay;
	char counted[1024];
	struct err err;

	vtpm_relay_start(&vtpm_shared, fault, value, &relay);
	check_ok(attest_once(relay.tcti, &err), &err);
	vtpm_relay_stop(&relay, counted, sizeof(counted));
	if (!strstr(counted, expected))
		fail_msg("%s: %s", expected, counted);
}

static void an_attestation_costs_eleven_commands(void **state)
{
	(void)state;
	vtpm_provision(&vtpm_shared, "--padding", "900", NULL);
	check_count(NULL, NULL,
		"{\"total\": 11, \"commands\": {\"Certify\": 1, \"CreatePrimary\": 1, \"FlushContext\": 1, \"NV_Read\": 1, \"NV_ReadPublic\": 1, \"PCR_Read\": 1, \"PolicyPCR\": 1, \"Quote\": 1, \"RSA_Decrypt\": 1, \"ReadPublic\": 1, \"StartAuthSession\": 1}}");
	vtpm_provision(&vtpm_shared, "--grow", "700", NULL);
	check_count(NULL, NULL, "{\"total\": 12,");
}

static void a_tpm_of_small_pieces_is_asked_for_their_size(void **state)
{
	(void)state;
	vtpm_provision(&vtpm_shared, NULL);
	check_count("--nv-piece", "512", "\"GetCapability\": 1");
	vtpm_provision(&vtpm_shared, "--grow", "700", NULL);
	check_count("--nv-piece", "64", "\"GetCapability\": 1");
}

static void a_busy_tpm_is_asked_again(void **state)
{
	(void)state;
	vtpm_provision(&vtpm_shared, NULL);
	check_count("--refuse", "Quote:922:3", "\"Quote\": 4"); /* TPM_RC_RETRY */
	check_count("--refuse", "Certify:908:1", "\"Certify\": 2"); /* TPM_RC_YIELDED */
	check_count("--refuse", "PCR_Read:90a:2", "\"PCR_Read\": 3"); /* TPM_RC_TESTING */
	check_count("--refuse", "NV_Read:922:1", "\"NV_Read\": 2");
}

static void pcrs_that_change_between_two_reads_are_not_mixed(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct vtpm_relay relay;
	struct tpm_pcrs pcrs;
	char counted[1024];
	struct err err;

	(void)state;
	vtpm_relay_start(&vtpm_shared, "--count-up", "PCR_Read:10", &relay); /* pcrUpdateCounter */
	tpm = vtpm_opened(relay.tcti);
	check_ok(tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &pcrs, &err), &err);
	check_err(tpm_read_pcrs(tpm, 0xFFFFFF, &pcrs, &err), &err, ERR_PCR_CHANGED);
	assert_int_equal(pcrs.mask, TPM_BOOT_PCR_MASK);
	tpm_close(steal_ptr(tpm));
	vtpm_relay_stop(&relay, counted, sizeof(counted));
	assert_non_null(strstr(counted, "\"PCR_Read\": 9")); /* 1, then 4 tries of 2 */
}

static int check_fault(const char *fault, const char *value, enum err_code code)
{
	struct vtpm_relay relay;
	char counted[1024];
	struct err err;

	vtpm_relay_start(&vtpm_shared, fault, value, &relay);
	err.code = ERR_OK;
	(void)!attest_once(relay.tcti, &err);
	vtpm_relay_stop(&relay, counted, sizeof(counted));
	if (err.code == code)
		return 0;
	print_error("%s %s: %s (%s)\n", fault, value, err_info(err.code)->name, err.msg);
	return -1;
}

/* Sizes and counts of every answer, overwritten. A TPM that lies gets an error, never our memory.
 * tpm2-tss reads a cut answer on into what its buffer held before, so some are noticed only by
 * their content. */
static void a_lying_tpm_is_refused(void **state)
{
	static const struct {
		const char *fault, *value;
		enum err_code code;
	} rows[] = {
		{"--refuse", "Quote:922:1000", ERR_TPM_FAILED},
		{"--refuse", "Quote:921:1", ERR_TPM_FAILED},
		{"--refuse", "RSA_Decrypt:128:1", ERR_PCR_CHANGED},
		{"--refuse", "RSA_Decrypt:99d:1", ERR_PCR_CHANGED},
		{"--refuse", "RSA_Decrypt:84:1", ERR_INNER_KEY},
		{"--refuse", "NV_Read:14a:1", ERR_AK_CERT_PENDING},
		{"--refuse", "ReadPublic:18b:1", ERR_NO_AK},
		{"--refuse", "NV_ReadPublic:18b:1", ERR_NO_AK_CERT},
		{"--refuse", "StartAuthSession:903:1", ERR_TPM_FAILED},
		{"--refuse", "PolicyPCR:101:1", ERR_TPM_FAILED},
		{"--refuse", "CreatePrimary:902:1", ERR_TPM_FAILED},
		{"--nv-piece", "1", ERR_TPM_FAILED},
		{"--patch", "ReadPublic:10:ffff", ERR_TPM_FAILED},
		{"--patch", "ReadPublic:10:0000", ERR_TPM_ANSWER},
		{"--patch", "NV_Read:14:ffff", ERR_TPM_FAILED},
		{"--patch", "NV_Read:14:0001", ERR_TPM_FAILED},
		{"--patch", "NV_ReadPublic:10:ffff", ERR_TPM_FAILED},
		{"--patch", "PCR_Read:14:ffffffff", ERR_TPM_FAILED},
		{"--patch", "PCR_Read:18:0004", ERR_TPM_BANK},
		{"--patch", "PCR_Read:21:7f", ERR_TPM_ANSWER},
		{"--patch", "PCR_Read:21:00", ERR_TPM_BANK},
		{"--patch", "PCR_Read:20:ff", ERR_TPM_FAILED},
		{"--patch", "PCR_Read:24:ffffffff", ERR_TPM_FAILED},
		{"--patch", "PCR_Read:24:00000007", ERR_TPM_ANSWER},
		{"--patch", "PCR_Read:28:0014", ERR_TPM_ANSWER},
		{"--patch", "Quote:14:ffff", ERR_TPM_FAILED},
		{"--patch", "Quote:129:0016", ERR_AK_INVALID},
		{"--patch", "Quote:133:ffff", ERR_TPM_FAILED},
		{"--patch", "CreatePrimary:18:ffff", ERR_TPM_FAILED},
		{"--patch", "Certify:14:0fff", ERR_TPM_FAILED},
		{"--patch", "RSA_Decrypt:14:ffff", ERR_TPM_FAILED},
		{"--patch", "StartAuthSession:14:ffff", ERR_TPM_FAILED},
		{"--cut", "Quote:40", ERR_TPM_FAILED},
		{"--cut", "PCR_Read:14", ERR_TPM_FAILED},
		{"--cut", "NV_Read:16", ERR_AK_CERT_INVALID},
		{"--cut", "ReadPublic:11", ERR_TPM_ANSWER},
	};

	int status = 0;

	(void)state;
	vtpm_provision(&vtpm_shared, NULL);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (check_fault(rows[i].fault, rows[i].value, rows[i].code) < 0)
			status = -1;
	assert_int_equal(status, 0);
}

/* Last: the owner's password stays. */
static void a_password_of_the_owner_does_not_hide_the_certificate(void **state)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;

	(void)state;
	vtpm_provision(&vtpm_shared, NULL);
	vtpm_platform(&vtpm_shared, "owner-password", "secret", NULL);
	tpm = vtpm_opened(vtpm_shared.tcti);
	check_cert_is(tpm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_no_tpm_are_told_apart),
		cmocka_unit_test(a_tpm_says_who_made_it),
		cmocka_unit_test(the_attestation_key_comes_as_the_tpm_sends_it),
		cmocka_unit_test(the_certificate_comes_without_padding),
		cmocka_unit_test(a_certificate_that_only_the_index_may_read_is_read),
		cmocka_unit_test(a_missing_certificate_says_why),
		cmocka_unit_test(an_index_that_is_undefined_or_unwritten_is_told_apart),
		cmocka_unit_test(a_missing_attestation_key_is_named_by_every_command),
		cmocka_unit_test(a_key_that_cannot_sign_is_no_attestation_key),
		cmocka_unit_test(all_pcrs_are_read_in_pieces),
		cmocka_unit_test(what_is_encrypted_to_the_key_comes_back),
		cmocka_unit_test(a_ciphertext_for_another_key_is_refused),
		cmocka_unit_test(a_pcr_that_changed_locks_the_key),
		cmocka_unit_test(closing_leaves_nothing_in_the_tpm),
		cmocka_unit_test(an_attestation_costs_eleven_commands),
		cmocka_unit_test(a_tpm_of_small_pieces_is_asked_for_their_size),
		cmocka_unit_test(a_busy_tpm_is_asked_again),
		cmocka_unit_test(pcrs_that_change_between_two_reads_are_not_mixed),
		cmocka_unit_test(a_lying_tpm_is_refused),
		cmocka_unit_test(a_password_of_the_owner_does_not_hide_the_certificate),
	};

	return cmocka_run_group_tests(tests, vtpm_group_start, vtpm_group_stop);
}
