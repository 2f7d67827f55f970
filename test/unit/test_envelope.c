/* Envelopes, good and with each member wrong. The known answers were made once with another
 * library, GnuTLS's gnutls_aead_cipher_encrypt: key bytes 0, 1, 2, ...; IV bytes a0, a1, ...;
 * additional data "Transport Key"; plain text "header.payload.signature". */
#include "check.h"

#include "base/codec.h"
#include "edge/json.h"
#include "maa/envelope.h"

static const struct {
	size_t key_size;
	const char *cipher, *tag;
} answers[] = {
	{16, "c2e359df1bfb1d7aeb01d96f27769e133a894d69f7624fca", "722e2de6810e31a0ff17e2acbbfb1c58"},
	{24, "5307df069c2136039f4cd3ae8eb9da0afd704573e9473cbc", "023020d1825b041434493f7117c679c4"},
	{32, "8e7d1d4920b92ccf031cebbc661eeead19cb3771e6c23009", "24ba8d780ba98df130be70a1252bee6b"},
};

static void add_base64(json *parent, const char *name, const uint8_t *data, size_t len)
{
	auto_cleanup(buf) struct buf text = buf_with_max(1000);
	struct err err;

	check_ok(base64_encode((struct bytes){data, len}, BASE64_STANDARD, &text, &err), &err);
	json_add_bytes_text(parent, name, buf_bytes(&text));
}

/* {"token": base64url of the envelope's text} */
static void wrap(const char *envelope, struct buf *ret)
{
	struct err err;

	check_ok(buf_append_text(ret, "{\"token\":\"", &err), &err);
	check_ok(base64_encode(TEXT(envelope), BASE64_URL, ret, &err), &err);
	check_ok(buf_append_text(ret, "\"}", &err), &err);
}

static void envelope_text(size_t row, struct buf *ret)
{
	auto_cleanup(json) json *root = json_new_object();
	json *parameters = json_add_object(root, "EncryptionParams");
	uint8_t inner_key[256], iv[12], tag[16], cipher[24];
	struct err err;

	memset(inner_key, 0x5a, sizeof(inner_key));
	for (size_t i = 0; i < sizeof(iv); i++)
		iv[i] = (uint8_t)(0xa0 + i);
	check_ok(hex_decode(TEXT(answers[row].tag), tag, sizeof(tag), &err), &err);
	check_ok(hex_decode(TEXT(answers[row].cipher), cipher, sizeof(cipher), &err), &err);
	add_base64(root, "EncryptedInnerKey", inner_key, sizeof(inner_key));
	json_add_text(parameters, "Cipher", "AES");
	json_add_text(parameters, "BlockMode", "ChainingModeGCM");
	json_add_text(parameters, "BlockPadding", "PKCS7");
	json_add_int(parameters, "KeySizeInBits", (int64_t)answers[row].key_size * 8);
	add_base64(parameters, "Iv", iv, sizeof(iv));
	add_base64(root, "AuthenticationData", tag, sizeof(tag));
	add_base64(root, "Jwt", cipher, sizeof(cipher));
	check_ok(json_print(root, JSON_COMPACT, ret, &err), &err);
}

static void parse_row(size_t row, struct envelope *ret)
{
	auto_cleanup(buf) struct buf text = buf_with_max(4000), answer = buf_with_max(8000);
	struct err err;

	envelope_text(row, &text);
	wrap((const char *)text.data, &answer);
	check_ok(envelope_parse(buf_bytes(&answer), ret, &err), &err);
}

static const uint8_t key[33] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

static void envelopes_open_with_their_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		auto_cleanup(envelope) struct envelope envelope = {0};
		auto_cleanup(buf) struct buf token = buf_with_max(100);
		struct err err;

		parse_row(i, &envelope);
		assert_int_equal(envelope.inner_key.len, 256);
		assert_true(bytes_are_all(buf_bytes(&envelope.inner_key), 0x5a));
		check_ok(envelope_open(
				 &envelope, (struct bytes){key, answers[i].key_size}, &token, &err),
			&err);
		assert_string_equal((const char *)token.data, "header.payload.signature");
	}
}

static void no_other_key_opens_them(void **state)
{
	static const struct {
		size_t offset, len;
		enum err_code code;
	} rows[] = {
		{1, 32, ERR_ENVELOPE_DECRYPT},
		{0, 16, ERR_ENVELOPE_DECRYPT},
		{0, 24, ERR_ENVELOPE_DECRYPT},
		{0, 0, ERR_ENVELOPE_INVALID},
		{0, 31, ERR_ENVELOPE_INVALID},
		{0, 33, ERR_ENVELOPE_INVALID},
	};
	auto_cleanup(envelope) struct envelope envelope = {0};
	auto_cleanup(buf) struct buf token = buf_with_max(100);
	struct err err;

	(void)state;
	parse_row(2, &envelope);
	for (size_t i = 0; i < COUNT(rows); i++)
		check_err(envelope_open(&envelope,
				  (struct bytes){key + rows[i].offset, rows[i].len}, &token, &err),
			&err, rows[i].code);
	envelope.ciphertext.data[3] ^= 1;
	check_err(envelope_open(&envelope, (struct bytes){key, 32}, &token, &err), &err,
		ERR_ENVELOPE_DECRYPT);
	assert_int_equal(token.len, 0);
}

static void answers_that_are_no_envelope_are_told_apart(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
	} rows[] = {
		{"", ERR_ANSWER_NOT_TOKEN},
		{"<html></html>", ERR_ANSWER_NOT_TOKEN},
		{"[]", ERR_ANSWER_NOT_TOKEN},
		{"{}", ERR_ANSWER_NOT_TOKEN},
		{"{\"token\":1}", ERR_ANSWER_NOT_TOKEN},
		{"{\"Token\":\"e30\"}", ERR_ANSWER_NOT_TOKEN},
		{"{\"token\":\"e30\",\"token\":\"e30\"}", ERR_ANSWER_NOT_TOKEN},
		{"{\"token\":\"\"}", ERR_ENVELOPE_INVALID},
		{"{\"token\":\"!\"}", ERR_ENVELOPE_INVALID},
		{"{\"token\":\"bm8ganNvbg\"}", ERR_ENVELOPE_INVALID},
		{"{\"token\":\"e30\"}", ERR_ENVELOPE_INVALID},
		{"{\"token\":\"e30=\"}", ERR_ENVELOPE_INVALID},
		{"{\"token\":\"W10\"}", ERR_ENVELOPE_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct envelope envelope = {0};
		struct err err;

		check_err(envelope_parse(TEXT(rows[i].answer), &envelope, &err), &err, rows[i].code);
		assert_null(envelope.iv.data);
	}
}

/* Text with the first `what` replaced by `with`. */
static void replace(const char *text, const char *what, const char *with, struct buf *ret)
{
	const char *place = strstr(text, what);
	struct err err;

	if (!place)
		fail_msg("no %s", what);
	check_ok(buf_append(ret, text, (size_t)(place - text), &err), &err);
	check_ok(buf_append_text(ret, with, &err), &err);
	check_ok(buf_append_text(ret, place + strlen(what), &err), &err);
}

static void every_member_must_be_what_the_protocol_says(void **state)
{
	static const struct {
		const char *what, *with;
	} rows[] = {
		{"\"AES\"", "\"aes\""},
		{"\"AES\"", "\"\""},
		{"\"AES\"", "null"},
		{"ChainingModeGCM", "ChainingModeCBC"},
		{"PKCS7", "None"},
		{"\"KeySizeInBits\":256", "\"KeySizeInBits\":0"},
		{"\"KeySizeInBits\":256", "\"KeySizeInBits\":-1"},
		{"\"KeySizeInBits\":256", "\"KeySizeInBits\":\"256\""},
		{"\"KeySizeInBits\":256", "\"KeySizeInBits\":1.5"},
		{"\"KeySizeInBits\"", "\"keySizeInBits\""},
		{"\"EncryptionParams\":{", "\"EncryptionParams\":7,\"x\":{"},
		{"\"EncryptionParams\"", "\"EncryptionParam\""},
		{"\"EncryptedInnerKey\":\"", "\"EncryptedInnerKey\":\"AAAA"},
		{"\"EncryptedInnerKey\":\"Wlpa", "\"EncryptedInnerKey\":\""},
		{"\"EncryptedInnerKey\":\"", "\"EncryptedInnerKey\":\"!!!!"},
		{"\"EncryptedInnerKey\"", "\"InnerKey\""},
		{"\"Iv\":\"", "\"Iv\":\"AAAA"},
		{"\"Iv\":\"oKGi", "\"Iv\":\""},
		{"\"Iv\"", "\"IV\""},
		{"\"AuthenticationData\":\"JLqN", "\"AuthenticationData\":\""},
		{"\"AuthenticationData\":\"", "\"AuthenticationData\":\"AAAA"},
		{"\"AuthenticationData\"", "\"Tag\""},
		{"\"Jwt\":\"", "\"Jwt\":\"\",\"Other\":\""},
		{"\"Jwt\"", "\"jwt\""},
		{"\"Jwt\"", "\"Iv\":\"\",\"Iv\""},
	};
	auto_cleanup(buf) struct buf text = buf_with_max(4000);

	(void)state;
	envelope_text(2, &text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf answer = buf_with_max(8000),
					     changed = buf_with_max(4000);
		struct envelope envelope = {0};
		struct err err = {0};

		replace((const char *)text.data, rows[i].what, rows[i].with, &changed);
		wrap((const char *)changed.data, &answer);
		if (envelope_parse(buf_bytes(&answer), &envelope, &err) == 0 ||
			err.code != ERR_ENVELOPE_INVALID)
			fail_msg("row %zu: %s", i, err_info(err.code)->name);
		assert_null(envelope.iv.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(envelopes_open_with_their_key),
		cmocka_unit_test(no_other_key_opens_them),
		cmocka_unit_test(answers_that_are_no_envelope_are_told_apart),
		cmocka_unit_test(every_member_must_be_what_the_protocol_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
