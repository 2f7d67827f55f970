#include "maa/envelope.h"

#include <string.h>
#include "base/codec.h"
#include "edge/crypto.h"
#include "edge/json.h"
#include "maa/token.h"

#define INNER_KEY_SIZE 256
#define IV_SIZE        12
#define TAG_SIZE       16

/* Decodes a member that is standard base64 of exactly `size` bytes, or, if size is 0, of 1 to
 * TOKEN_MAX_BYTES. */
static int get_bytes(
	const json *object, const char *name, size_t size, struct buf *ret, struct err *err)
{
	const char *text;

	*ret = buf_with_max(size ? size : TOKEN_MAX_BYTES);
	if (json_get_text(object, name, &text, err) < 0)
		return err_as(err, ERR_ENVELOPE_INVALID);
	if (base64_decode(bytes_of_text(text), BASE64_STANDARD, ret, err) < 0) {
		err_recode(err, ERR_ENVELOPE_INVALID);
		return err_wrap(err, "'%s'", name);
	}
	if (ret->len == 0 || (size && ret->len != size))
		return err_set(err, ERR_ENVELOPE_INVALID, 0, "'%s' holds %zu bytes.", name, ret->len);
	return 0;
}

/* All clients of this protocol compare these texts exactly. "PKCS7" is part of it although GCM pads
 * nothing. */
static int check_parameters(const json *parameters, struct err *err)
{
	static const struct {
		const char *name, *value;
	} rows[] = {{"Cipher", "AES"}, {"BlockMode", "ChainingModeGCM"}, {"BlockPadding", "PKCS7"}};
	int64_t key_bits;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text;

		if (json_get_text(parameters, rows[i].name, &text, err) < 0)
			return err_as(err, ERR_ENVELOPE_INVALID);
		if (strcmp(text, rows[i].value) != 0)
			return err_set(err, ERR_ENVELOPE_INVALID, 0, "'%s' is '%.40s', not '%s'.",
				rows[i].name, text, rows[i].value);
	}
	if (json_get_int(parameters, "KeySizeInBits", &key_bits, err) < 0)
		return err_as(err, ERR_ENVELOPE_INVALID);
	if (key_bits <= 0)
		return err_set(err, ERR_ENVELOPE_INVALID, 0, "'KeySizeInBits' is not positive.");
	return 0;
}

static int parse_members(const json *root, struct envelope *ret, struct err *err)
{
	const json *parameters;

	if (json_get_object(root, "EncryptionParams", &parameters, err) < 0)
		return err_as(err, ERR_ENVELOPE_INVALID);
	if (check_parameters(parameters, err) < 0 ||
		get_bytes(root, "EncryptedInnerKey", INNER_KEY_SIZE, &ret->inner_key, err) < 0 ||
		get_bytes(parameters, "Iv", IV_SIZE, &ret->iv, err) < 0 ||
		get_bytes(root, "AuthenticationData", TAG_SIZE, &ret->tag, err) < 0)
		return -1;
	return get_bytes(root, "Jwt", /* size= */ 0, &ret->ciphertext, err);
}

/* {"token": base64url} -> the envelope's text. */
static int decode_envelope(struct bytes answer, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *root = NULL;
	const char *text;

	if (answer.len > ENVELOPE_MAX_ANSWER)
		return err_set(err, ERR_ANSWER_NOT_TOKEN, 0, "The answer is larger than %u bytes.",
			ENVELOPE_MAX_ANSWER);
	if (json_parse(answer, &root, err) < 0 || json_get_text(root, "token", &text, err) < 0) {
		err_recode(err, ERR_ANSWER_NOT_TOKEN);
		return err_wrap(err, "The answer holds no token");
	}
	if (base64_decode(bytes_of_text(text), BASE64_URL, ret, err) < 0) {
		err_recode(err, ERR_ENVELOPE_INVALID);
		return err_wrap(err, "The answer's 'token'");
	}
	return 0;
}

int envelope_parse(struct bytes answer, struct envelope *ret, struct err *err)
{
	auto_cleanup(envelope) struct envelope envelope = {0};
	auto_cleanup(buf) struct buf text = buf_with_max(ENVELOPE_MAX_ANSWER);
	auto_cleanup(json) json *root = NULL;

	if (decode_envelope(answer, &text, err) < 0)
		return -1;
	if (json_parse(buf_bytes(&text), &root, err) < 0) {
		err_recode(err, ERR_ENVELOPE_INVALID);
		return err_wrap(err, "The envelope");
	}
	if (parse_members(root, &envelope, err) < 0)
		return err_wrap(err, "The envelope");
	*ret = envelope;
	envelope = (struct envelope){0};
	return 0;
}

void envelope_cleanup(struct envelope *envelope)
{
	buf_done(&envelope->inner_key);
	buf_done(&envelope->iv);
	buf_done(&envelope->tag);
	buf_done(&envelope->ciphertext);
}

int envelope_open(const struct envelope *envelope, struct bytes aes_key, struct buf *ret_token,
	struct err *err)
{
	struct crypto_gcm gcm = {
		.key = aes_key,
		.iv = buf_bytes(&envelope->iv),
		.tag = buf_bytes(&envelope->tag),
		.additional = bytes_of_text(ENVELOPE_ADDITIONAL),
	};

	if (aes_key.len != 16 && aes_key.len != 24 && aes_key.len != 32)
		return err_set(err, ERR_ENVELOPE_INVALID, 0,
			"The envelope's inner key has %zu bytes, no AES key has.", aes_key.len);
	return crypto_gcm_decrypt(&gcm, buf_bytes(&envelope->ciphertext), ret_token, err);
}
