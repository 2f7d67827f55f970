/* Encrypted messages: made by openssl, damaged in every byte, and as Azure's own platform made
 * them. */
#include "check.h"
#include "../support/kinds.h"

#include "base/codec.h"
#include "edge/cms.h"
#include "edge/crypto.h"
#include "edge/json.h"
#include "../support/folder.h"

#define FILE_MAX  8192
#define PLAIN_MAX (1u << 20)

struct blob {
	uint8_t data[FILE_MAX];
	size_t len;
};

static char folder[FOLDER_SIZE];
static struct blob plain, my_crt, my_key, other_crt, other_key;

static struct bytes view(const struct blob *blob)
{
	return (struct bytes){blob->data, blob->len};
}

static struct blob load(const char *name)
{
	struct blob blob;

	blob.len = folder_read(folder, name, blob.data, sizeof(blob.data));
	assert_true(blob.len > 0 && blob.len < sizeof(blob.data));
	return blob;
}

static int make_messages(void **state)
{
	const char *argv[] = {"test/support/make_cms", folder, NULL};

	(void)state;
	folder_make(folder);
	folder_run(argv);
	plain = load("plain");
	my_crt = load("mine.crt");
	my_key = load("mine.prv");
	other_crt = load("other.crt");
	other_key = load("other.prv");
	return 0;
}

static int remove_messages(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static int decrypt(struct bytes message, const struct blob *crt, const struct blob *key,
	struct buf *ret, struct err *err)
{
	struct crypto_key_pair pair = {.certificate_pem = view(crt), .key_pem = view(key)};

	return crypto_cms_decrypt(message, &pair, ret, err);
}

static int decrypt_mine(struct bytes message, struct buf *ret, struct err *err)
{
	return decrypt(message, &my_crt, &my_key, ret, err);
}

/* ---- what is read ---- */

static void messages_of_openssl_are_decrypted(void **state)
{
	static const char *const names[] = {"des3.der", "aes128.der", "aes192.der", "aes256.der",
		"keyid.der", "stream.der", "two.der", "oaep.der", "oaep256.der", "oaep-named.der"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		auto_cleanup(buf) struct buf found = buf_with_max(PLAIN_MAX);
		struct blob message = load(names[i]);
		struct err err;

		if (decrypt_mine(view(&message), &found, &err) < 0)
			fail_msg("%s: %s", names[i], err.msg);
		if (!bytes_equal(buf_bytes(&found), view(&plain)))
			fail_msg("%s: another text", names[i]);
	}
	judged_print(12, (struct judged){.good = COUNT(names)});
}

static void each_of_two_recipients_can_read_a_message(void **state)
{
	auto_cleanup(buf) struct buf found = buf_with_max(PLAIN_MAX);
	struct blob message = load("two.der");
	struct err err;

	(void)state;
	check_ok(decrypt(view(&message), &other_crt, &other_key, &found, &err), &err);
	assert_true(bytes_equal(buf_bytes(&found), view(&plain)));
}

static void large_messages_come_in_pieces(void **state)
{
	static uint8_t message[400000];
	size_t len = folder_read(folder, "big.der", message, sizeof(message));
	auto_cleanup(buf) struct buf found = buf_with_max(PLAIN_MAX);
	auto_cleanup(buf) struct buf too_small = buf_with_max(100);
	struct err err;

	(void)state;
	check_ok(decrypt_mine((struct bytes){message, len}, &found, &err), &err);
	assert_int_equal(found.len, 300000);
	assert_true(bytes_are_all(buf_bytes(&found), 'x'));
	check_err(decrypt_mine((struct bytes){message, len}, &too_small, &err), &err, ERR_FORMAT);
	assert_int_equal(too_small.len, 0);
}

/* ---- what is not ---- */

static void other_messages_and_keys_are_refused_with_the_reason(void **state)
{
	const struct {
		const char *name, *reason;
		const struct blob *crt, *key;
	} rows[] = {
		{"for-other.der", "encrypted for another certificate", &my_crt, &my_key},
		{"keyid.der", "encrypted for another certificate", &other_crt, &other_key},
		{"des3.der", "private key is not the certificate's", &my_crt, &other_key},
		{"des3.der", "private key cannot be read", &my_crt, &my_crt},
		{"des3.der", "certificate cannot be read", &my_key, &my_key},
		{"camellia.der", "cipher is neither", &my_crt, &my_key},
		{"oaep-mixed.der", "OAEP over SHA-1 or SHA-256", &my_crt, &my_key},
		{"oaep512.der", "OAEP over SHA-1 or SHA-256", &my_crt, &my_key},
		{"oaep.der", "private key is not the certificate's", &my_crt, &other_key},
		{"signed.der", "Not a CMS message with enveloped data", &my_crt, &my_key},
		{"mine.crt", "Not a CMS message with enveloped data", &my_crt, &my_key},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf found = buf_with_max(PLAIN_MAX);
		struct blob message = load(rows[i].name);
		struct err err;

		check_err(decrypt(view(&message), rows[i].crt, rows[i].key, &found, &err), &err,
			ERR_FORMAT);
		if (!strstr(err.msg, rows[i].reason))
			fail_msg("%s: '%s' does not say '%s'", rows[i].name, err.msg, rows[i].reason);
		assert_int_equal(found.len, 0);
	}
	judged_print(12, (struct judged){.attacks = COUNT(rows)});
}

static void cut_or_lengthened_messages_are_refused(void **state)
{
	static const char *const names[] = {"des3.der", "stream.der"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct blob message = load(names[i]);
		auto_cleanup(buf) struct buf found = buf_with_max(PLAIN_MAX);
		struct err err;

		for (size_t len = 0; len < message.len; len++) {
			/* an own allocation: the sanitizer sees one byte too far */
			uint8_t *cut = malloc(len + 1);

			memcpy(cut, message.data, len);
			check_err(decrypt_mine((struct bytes){cut, len}, &found, &err), &err,
				ERR_FORMAT);
			free(cut);
		}
		message.data[message.len] = 0;
		check_err(decrypt_mine((struct bytes){message.data, message.len + 1}, &found, &err),
			&err, ERR_FORMAT);
		assert_int_equal(found.len, 0);
	}
}

static bool is_within(const uint8_t *at, struct bytes region)
{
	return at >= region.data && at < region.data + region.len;
}

/* Where the parts are: the recipient is named by 20 bytes with the tag [0]. */
static struct cms parse_mine(const struct blob *message)
{
	static const uint8_t key_id_header[] = {0x80, 20};
	const uint8_t *key_id =
		memmem(message->data, message->len, key_id_header, sizeof(key_id_header));
	struct cms_recipient recipient = {0};
	struct cms cms;
	struct err err;

	assert_non_null(key_id);
	recipient.key_id = (struct bytes){key_id + 2, 20};
	check_ok(cms_parse(view(message), &recipient, &cms, &err), &err);
	return cms;
}

/* The message is encrypted, not signed: a changed content is noticed by its last block alone, but
 * never taken for the original. */
static void no_byte_can_be_changed_without_consequence(void **state)
{
	static const char uniform[] = "The CMS message is damaged, or encrypted with another key.";
	struct blob message = load("keyid.der");
	struct cms cms = parse_mine(&message);
	size_t without_effect = 0;

	(void)state;
	for (size_t i = 0; i < message.len; i++) {
		auto_cleanup(buf) struct buf found = buf_with_max(PLAIN_MAX);
		bool is_secret = is_within(message.data + i, cms.encrypted_key) ||
				 is_within(message.data + i, cms.content);
		struct err err = {0};
		int status;

		message.data[i] ^= (uint8_t)(1u << (i % 8));
		status = decrypt_mine(view(&message), &found, &err);
		message.data[i] ^= (uint8_t)(1u << (i % 8));
		if (status < 0 && (err.code != ERR_FORMAT || found.len))
			fail_msg("byte %zu: %s", i, err.msg);
		if (status < 0 && is_secret)
			assert_string_equal(err.msg, uniform);
		if (status == 0 && bytes_equal(buf_bytes(&found), view(&plain))) {
			assert_false(is_secret || is_within(message.data + i, cms.iv));
			without_effect++;
		}
	}
	/* version numbers, the content's type and parameters of an algorithm that has none */
	if (without_effect > 16)
		fail_msg("%zu bytes can be changed", without_effect);
}

static void lengths_that_lie_are_refused(void **state)
{
	static const struct {
		const char *name;
		const char *hex;
	} rows[] = {
		{"longer than the message", "30840fffffff"},
		{"five bytes of length", "30850000000000"},
		{"the length's bytes are missing", "3084"},
		{"indefinite, without an end", "3080"},
		{"indefinite in a primitive type", "30800680"},
		{"a tag of several bytes", "3f8101"},
		{"indefinite too deep",
			"308030803080308030803080308030803080308030803080308030803080308030803080308030803080000000000000000000000000000000000000000000000000000000000000000000000000000000000000"},
		{"no recipient", "301e06092a864886f70d010703a011300f020100310030080601003003060100"},
		{"nothing", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cms_recipient recipient = {.key_id = TEXT("id")};
		uint8_t bytes[128];
		struct cms cms;
		struct err err;

		check_ok(hex_decode(TEXT(rows[i].hex), bytes, strlen(rows[i].hex) / 2, &err), &err);
		if (cms_parse((struct bytes){bytes, strlen(rows[i].hex) / 2}, &recipient, &cms,
			    &err) == 0)
			fail_msg("%s: accepted", rows[i].name);
		assert_int_equal(err.code, ERR_FORMAT);
	}
	judged_print(12, (struct judged){.attacks = COUNT(rows)});
}

/* ---- the platform's own ---- */

static size_t vector(const char *name, uint8_t *ret, size_t size)
{
	const char *folder_name = getenv("VECTORS");
	size_t len = folder_read(folder_name ? folder_name : "../shared/vectors", name, ret, size);

	if (!len)
		print_message("SKIPPED: %s is not here\n", name);
	return len;
}

#define AZURE "cms/azure-linux-extensions/"

/* Their keys are not public: reading gets as far as to the key. */
static void messages_of_azures_platform_are_understood(void **state)
{
	static const struct {
		const char *settings, *crt, *reason;
	} rows[] = {
		{AZURE "OSPatching__test__config__0.settings", AZURE "OSPatching__test__test.crt",
			"private key is not the certificate's"},
		{AZURE "script__0.settings", AZURE "script__test.crt",
			"encrypted for another certificate"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(json) json *document = NULL;
		auto_cleanup(buf) struct buf message = buf_with_max(FILE_MAX);
		auto_cleanup(buf) struct buf found = buf_with_max(FILE_MAX);
		struct blob settings, crt;
		const json *handler;
		struct err err;

		settings.len = vector(rows[i].settings, settings.data, sizeof(settings.data));
		crt.len = vector(rows[i].crt, crt.data, sizeof(crt.data));
		if (!settings.len || !crt.len)
			continue;
		check_ok(json_parse(view(&settings), &document, &err), &err);
		handler = json_get(
			json_at(json_get(document, "runtimeSettings"), 0), "handlerSettings");
		check_ok(base64_decode(TEXT(json_text(json_get(handler, "protectedSettings"))),
				 BASE64_STANDARD, &message, &err),
			&err);
		check_err(decrypt(buf_bytes(&message), &crt, &my_key, &found, &err), &err,
			ERR_FORMAT);
		if (!strstr(err.msg, rows[i].reason))
			fail_msg("%s: '%s' does not say '%s'", rows[i].settings, err.msg,
				rows[i].reason);
	}
}

static void a_message_may_name_the_key_instead_of_the_certificate(void **state)
{
	static uint8_t key_id[20];
	auto_cleanup(buf) struct buf message = buf_with_max(FILE_MAX);
	struct cms_recipient recipient = {.key_id = {key_id, sizeof(key_id)}};
	char text[FILE_MAX] = "";
	uint8_t file[FILE_MAX];
	size_t len = vector("cms/walinuxagent/wire__encrypted.enc", file, sizeof(file));
	size_t used = 0;
	struct cms cms;
	struct err err;

	(void)state;
	if (!len)
		return;
	for (size_t i = 0; i < len; i++)
		if (file[i] != '\n')
			text[used++] = (char)file[i];
	check_ok(base64_decode(TEXT(text), BASE64_STANDARD, &message, &err), &err);
	check_ok(hex_decode(TEXT("5b83feb4d5e59835d61f7d2b68a064a548576305"), key_id,
			 sizeof(key_id), &err),
		&err);
	check_ok(cms_parse(buf_bytes(&message), &recipient, &cms, &err), &err);
	assert_int_equal(cms.cipher, CMS_DES_EDE3_CBC);
	assert_int_equal(cms.content.len, 40);
	assert_int_equal(cms.encrypted_key.len, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_openssl_are_decrypted),
		cmocka_unit_test(each_of_two_recipients_can_read_a_message),
		cmocka_unit_test(large_messages_come_in_pieces),
		cmocka_unit_test(other_messages_and_keys_are_refused_with_the_reason),
		cmocka_unit_test(cut_or_lengthened_messages_are_refused),
		cmocka_unit_test(no_byte_can_be_changed_without_consequence),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(messages_of_azures_platform_are_understood),
		cmocka_unit_test(a_message_may_name_the_key_instead_of_the_certificate),
	};

	return cmocka_run_group_tests(tests, make_messages, remove_messages);
}
