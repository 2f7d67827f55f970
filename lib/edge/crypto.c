/* Digests, random bytes, RSA and AES-GCM; certificates are in crypto_x509.c. */
#include "edge/crypto.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include "edge/crypto_mbedtls.h"

/* ---- digests and random bytes ---- */

size_t crypto_hash_size(enum crypto_hash hash)
{
	static const size_t sizes[] = {
		[CRYPTO_SHA1] = 20, [CRYPTO_SHA256] = 32, [CRYPTO_SHA384] = 48, [CRYPTO_SHA512] = 64};

	return sizes[hash];
}

static void digest_sha1(const struct bytes *parts, size_t count, uint8_t *ret)
{
	mbedtls_sha1_context context;

	mbedtls_sha1_init(&context);
	(void)mbedtls_sha1_starts(&context);
	for (size_t i = 0; i < count; i++)
		(void)mbedtls_sha1_update(&context, parts[i].data, parts[i].len);
	(void)mbedtls_sha1_finish(&context, ret);
	mbedtls_sha1_free(&context);
}

static void digest_sha256(const struct bytes *parts, size_t count, uint8_t *ret)
{
	mbedtls_sha256_context context;

	mbedtls_sha256_init(&context);
	(void)mbedtls_sha256_starts(&context, /* is224= */ 0);
	for (size_t i = 0; i < count; i++)
		(void)mbedtls_sha256_update(&context, parts[i].data, parts[i].len);
	(void)mbedtls_sha256_finish(&context, ret);
	mbedtls_sha256_free(&context);
}

static void digest_sha512(const struct bytes *parts, size_t count, bool is_384, uint8_t *ret)
{
	uint8_t digest[CRYPTO_MAX_HASH_SIZE];
	mbedtls_sha512_context context;

	mbedtls_sha512_init(&context);
	(void)mbedtls_sha512_starts(&context, is_384);
	for (size_t i = 0; i < count; i++)
		(void)mbedtls_sha512_update(&context, parts[i].data, parts[i].len);
	(void)mbedtls_sha512_finish(&context, digest);
	mbedtls_sha512_free(&context);
	memcpy(ret, digest, is_384 ? 48 : 64);
}

void crypto_digest(enum crypto_hash hash, const struct bytes *parts, size_t count, uint8_t *ret)
{
	switch (hash) {
	case CRYPTO_SHA1:
		digest_sha1(parts, count, ret);
		break;
	case CRYPTO_SHA256:
		digest_sha256(parts, count, ret);
		break;
	case CRYPTO_SHA384:
	case CRYPTO_SHA512:
		digest_sha512(parts, count, hash == CRYPTO_SHA384, ret);
		break;
	}
}

void crypto_sha256(struct bytes bytes, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	digest_sha256(&bytes, 1, ret);
}

struct crypto_stream {
	mbedtls_md_context_t context;
};

int crypto_stream_open(enum crypto_stream_hash hash, struct crypto_stream **ret, struct err *err)
{
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(
		hash == CRYPTO_STREAM_SHA256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_MD5);
	auto_cleanup(crypto_stream) struct crypto_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a digest.");
	mbedtls_md_init(&stream->context);
	if (mbedtls_md_setup(&stream->context, info, /* hmac= */ 0) != 0 ||
		mbedtls_md_starts(&stream->context) != 0)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a digest.");
	*ret = steal_ptr(stream);
	return 0;
}

void crypto_stream_add(struct crypto_stream *stream, struct bytes bytes)
{
	(void)mbedtls_md_update(&stream->context, bytes.data, bytes.len);
}

void crypto_stream_finish(struct crypto_stream *stream, uint8_t *ret)
{
	(void)mbedtls_md_finish(&stream->context, ret);
}

void crypto_stream_cleanup(struct crypto_stream **pointer)
{
	struct crypto_stream *stream = *pointer;

	if (!stream)
		return;
	mbedtls_md_free(&stream->context);
	free(stream);
}

int crypto_hmac_sha256(
	struct bytes key, struct bytes data, uint8_t ret[CRYPTO_SHA256_SIZE], struct err *err)
{
	int status = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key.data,
		key.len, data.data, data.len, ret);

	/* the arguments are valid, so only an allocation can fail */
	return status ? err_set(err, ERR_NO_MEMORY, (unsigned long)-status, "No memory for an HMAC.")
		      : 0;
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || mbedtls_ct_memcmp(a, b, len) == 0;
}

int crypto_random(uint8_t *ret, size_t len, struct err *err)
{
	size_t done = 0;

	while (done < len) {
		ssize_t count = getrandom(ret + done, len - done, 0);

		if (count < 0 && errno != EINTR)
			return err_set(err, ERR_INTERNAL, (unsigned long)errno,
				"The kernel gave no random bytes: %m.");
		if (count > 0)
			done += (size_t)count;
	}
	return 0;
}

/* ---- RSA ---- */

#define RSA_MIN_BYTES 256

bool crypto_rsa_equal(const struct crypto_rsa_public *a, const struct crypto_rsa_public *b)
{
	return a->exponent == b->exponent && a->modulus_len == b->modulus_len &&
	       a->modulus_len <= CRYPTO_RSA_MAX_BYTES &&
	       memcmp(a->modulus, b->modulus, a->modulus_len) == 0;
}

/* Returns 0 or mbedtls's code. */
static int rsa_load(mbedtls_rsa_context *rsa, const struct crypto_rsa_public *key)
{
	uint8_t exponent[4] = {(uint8_t)(key->exponent >> 24), (uint8_t)(key->exponent >> 16),
		(uint8_t)(key->exponent >> 8), (uint8_t)key->exponent};
	int status;

	if (key->modulus_len < RSA_MIN_BYTES || key->modulus_len > CRYPTO_RSA_MAX_BYTES)
		return MBEDTLS_ERR_RSA_BAD_INPUT_DATA;
	status = mbedtls_rsa_import_raw(rsa, key->modulus, key->modulus_len, NULL, 0, NULL, 0, NULL,
		0, exponent, sizeof(exponent));
	if (status == 0)
		status = mbedtls_rsa_complete(rsa);
	if (status == 0)
		status = mbedtls_rsa_check_pubkey(rsa);
	if (status == 0 && mbedtls_rsa_get_len(rsa) != key->modulus_len)
		status = MBEDTLS_ERR_RSA_KEY_CHECK_FAILED;
	return status;
}

int crypto_rsa_verify_sha256(const struct crypto_rsa_public *key, struct bytes data,
	struct bytes signature, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	mbedtls_rsa_context rsa;
	int status;

	mbedtls_rsa_init(&rsa);
	crypto_sha256(data, digest);
	status = rsa_load(&rsa, key);
	if (status == 0)
		status = signature.len != key->modulus_len
				 ? MBEDTLS_ERR_RSA_VERIFY_FAILED
				 : mbedtls_rsa_pkcs1_verify(&rsa, MBEDTLS_MD_SHA256, sizeof(digest),
					   digest, signature.data);
	mbedtls_rsa_free(&rsa);
	if (status == 0)
		return 0;
	/* the low seven bits are the innermost layer's code, here that of big numbers
	 * (mbedtls/error.h) */
	if ((-status & 0x7F) == -MBEDTLS_ERR_MPI_ALLOC_FAILED)
		return err_set(err, ERR_NO_MEMORY, (unsigned long)-status,
			"No memory to check a signature.");
	return err_set(
		err, ERR_FORMAT, (unsigned long)-status, "The signature does not fit the key.");
}

/* ---- AES-GCM (NIST SP 800-38D) ---- */

#define GCM_IV_SIZE  12
#define GCM_TAG_SIZE 16

static int gcm_open(const struct crypto_gcm *gcm, struct bytes ciphertext, uint8_t *plain)
{
	mbedtls_gcm_context context;
	int status;

	mbedtls_gcm_init(&context);
	status = mbedtls_gcm_setkey(
		&context, MBEDTLS_CIPHER_ID_AES, gcm->key.data, (unsigned int)gcm->key.len * 8);
	if (status == 0)
		status = mbedtls_gcm_auth_decrypt(&context, ciphertext.len, gcm->iv.data,
			gcm->iv.len, gcm->additional.data, gcm->additional.len, gcm->tag.data,
			gcm->tag.len, ciphertext.data, plain);
	mbedtls_gcm_free(&context);
	return status;
}

int crypto_gcm_decrypt(
	const struct crypto_gcm *gcm, struct bytes ciphertext, struct buf *ret, struct err *err)
{
	uint8_t *plain;
	int status;

	if ((gcm->key.len != 16 && gcm->key.len != 24 && gcm->key.len != 32) ||
		gcm->iv.len != GCM_IV_SIZE || gcm->tag.len != GCM_TAG_SIZE)
		return err_set(err, ERR_ENVELOPE_DECRYPT, 0,
			"AES-GCM key, IV or tag has a wrong size (%zu, %zu, %zu bytes).",
			gcm->key.len, gcm->iv.len, gcm->tag.len);
	plain = malloc(ciphertext.len + 1);
	if (!plain)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for %zu bytes.", ciphertext.len);
	status = gcm_open(gcm, ciphertext, plain);
	if (status == MBEDTLS_ERR_GCM_AUTH_FAILED)
		err_fill(err, ERR_ENVELOPE_DECRYPT, (unsigned long)-status,
			"The encrypted text does not fit its authentication tag.");
	else if (status != 0) /* the sizes are valid, so only an allocation can fail */
		err_fill(err, ERR_NO_MEMORY, (unsigned long)-status,
			"No memory to decrypt %zu bytes.", ciphertext.len);
	else
		status = buf_append(ret, plain, ciphertext.len, err);
	explicit_bzero(plain, ciphertext.len);
	free(plain);
	return status == 0 ? 0 : -1;
}
