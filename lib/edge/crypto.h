/* crypto.h - digests, RSA verification, AES-GCM, X.509 and CMS decryption through mbedtls. Only
 * crypto_mbedtls.h includes mbedtls's headers, for crypto*.c. Apart from the HMAC it only verifies
 * and decrypts, since this program has no signing key. Not thread-safe. */
#ifndef EDGE_CRYPTO_H
#define EDGE_CRYPTO_H

#include "base/buf.h"

#define CRYPTO_SHA256_SIZE   32
#define CRYPTO_MAX_HASH_SIZE 64

enum crypto_hash { CRYPTO_SHA1, CRYPTO_SHA256, CRYPTO_SHA384, CRYPTO_SHA512 };

size_t crypto_hash_size(enum crypto_hash hash);
/* Digest of the parts, one after the other; ret: crypto_hash_size(hash) bytes. Cannot fail:
 * software digests of mbedtls fail only for wrong arguments. */
void crypto_digest(enum crypto_hash hash, const struct bytes *parts, size_t count, uint8_t *ret);
void crypto_sha256(struct bytes bytes, uint8_t ret[CRYPTO_SHA256_SIZE]);

/* A digest in pieces, for data that is too large for memory. */
#define CRYPTO_MD5_SIZE 16
enum crypto_stream_hash {
	CRYPTO_STREAM_SHA256,
	/* can be forged: only for files whose MD5 a package manager recorded */
	CRYPTO_STREAM_MD5,
};
struct crypto_stream;
/* ERR_NO_MEMORY */
int crypto_stream_open(
	enum crypto_stream_hash hash, struct crypto_stream **ret, struct err *err) err_check;
void crypto_stream_add(struct crypto_stream *stream, struct bytes bytes);
/* Returns the digest of all that was added; nothing may be added afterwards. ret:
 * CRYPTO_SHA256_SIZE or CRYPTO_MD5_SIZE bytes. */
void crypto_stream_finish(struct crypto_stream *stream, uint8_t *ret);
void crypto_stream_cleanup(struct crypto_stream **stream);

/* HMAC-SHA256 (RFC 2104), key of any length. ERR_NO_MEMORY. */
int crypto_hmac_sha256(struct bytes key, struct bytes data, uint8_t ret[CRYPTO_SHA256_SIZE],
	struct err *err) err_check;

/* Compares in constant time. */
bool crypto_equal(const void *a, const void *b, size_t len);
/* Random bytes of the kernel (getrandom). */
int crypto_random(uint8_t *ret, size_t len, struct err *err) err_check;

#define CRYPTO_RSA_MAX_BYTES 512

struct crypto_rsa_public {
	uint8_t modulus[CRYPTO_RSA_MAX_BYTES]; /* big endian, no leading zero byte */
	size_t modulus_len; /* 256 for RSA-2048 */
	uint32_t exponent;
};

bool crypto_rsa_equal(const struct crypto_rsa_public *a, const struct crypto_rsa_public *b);
/* RSASSA-PKCS1-v1_5 with SHA-256 over data (RFC 8017 section 8.2.2), key of 2048 bits or more.
 * ERR_FORMAT if the signature does not fit or the key must not be used; ERR_NO_MEMORY, which leaves
 * the question open. */
int crypto_rsa_verify_sha256(const struct crypto_rsa_public *key, struct bytes data,
	struct bytes signature, struct err *err) err_check;

/* AES-GCM, key of 16, 24 or 32 bytes, 12-byte IV, 16-byte tag. Appends to ret, which stays
 * unchanged on failure. ERR_ENVELOPE_DECRYPT if the tag does not fit; ERR_NO_MEMORY, which leaves
 * the question open. */
struct crypto_gcm {
	struct bytes key, iv, tag, additional;
};
int crypto_gcm_decrypt(const struct crypto_gcm *gcm, struct bytes ciphertext, struct buf *ret,
	struct err *err) err_check;

/* X.509 certificates (RFC 5280) in DER; only RSA keys are read. */
struct crypto_cert; /* one certificate */

/* No bytes may follow the certificate. ERR_FORMAT, ERR_NO_MEMORY. */
int crypto_cert_parse(struct bytes der, struct crypto_cert **ret, struct err *err) err_check;
void crypto_cert_cleanup(struct crypto_cert **cert);

#define CRYPTO_NAME_SIZE 256

struct crypto_cert_info {
	char subject[CRYPTO_NAME_SIZE]; /* one line, cleaned */
	/* the last one of each in the subject, cleaned; "" if there is none */
	char common_name[CRYPTO_NAME_SIZE], organization[CRYPTO_NAME_SIZE];
	char issuer[CRYPTO_NAME_SIZE];
	int64_t not_before_s, not_after_s; /* Unix time, inclusive */
	bool is_ca;
	bool may_sign; /* key usage absent or digitalSignature set */
	bool is_ak; /* extended key usage holds tcg-kp-AIKCertificate 2.23.133.8.3 */
	/* it holds 1.3.6.1.4.1.311.10.3.12 and not that one, as in AK certificates up to 2023 */
	bool is_early_ak;
	bool has_rsa_key;
	struct crypto_rsa_public key; /* if has_rsa_key */
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of the whole DER */
};

void crypto_cert_info(const struct crypto_cert *cert, struct crypto_cert_info *ret);
/* Reads bytes that may be a certificate; if they are not, *ret_is_one is false and *ret untouched.
 * ERR_NO_MEMORY leaves the question open. */
int crypto_cert_read(struct bytes der, struct crypto_cert_info *ret, bool *ret_is_one,
	struct err *err) err_check;

/* A set of trusted or intermediate certificates. */
struct crypto_cert_set;
/* ERR_FORMAT: no certificate in PEM form, or one that cannot be read. ERR_NO_MEMORY. */
int crypto_cert_set_parse_pem(
	struct bytes pem, struct crypto_cert_set **ret, struct err *err) err_check;
void crypto_cert_set_cleanup(struct crypto_cert_set **set);
size_t crypto_cert_set_count(const struct crypto_cert_set *set);
/* Receives each fault of a chain. */
struct crypto_fault_taker {
	void (*take)(void *context, const struct err *fault);
	void *context;
};
#define CRYPTO_ANY_TIME INT64_MIN /* dates do not count, as for firmware */
/* Verifies the chain from leaf to one of `roots` through `intermediates` (may be NULL), with every
 * validity checked at now_s. ERR_AK_CERT_INVALID; the message names the first reason: expired, not
 * yet valid, unknown CA (with the address at which the certificate says that CA's to be), bad
 * signature. taker: gets each kind of reason once, from the root on; may be NULL. */
int crypto_cert_verify(const struct crypto_cert *leaf, const struct crypto_cert_set *intermediates,
	const struct crypto_cert_set *roots, int64_t now_s, const struct crypto_fault_taker *taker,
	struct err *err) err_check;

/* Decrypts CMS EnvelopedData (RFC 5652 section 6, edge/cms.h) for a certificate and its private
 * key: RSA with PKCS#1 v1.5 or OAEP padding, then DES-EDE3-CBC or AES-CBC. The content is
 * encrypted, not authenticated, so it proves nothing about its sender. */
struct crypto_key_pair {
	struct bytes certificate_pem; /* only the first one is used */
	struct bytes key_pem; /* without a password; RSA of 4096 bits or less */
};
/* Appends the plain text to ret. ERR_FORMAT; the message distinguishes faults that are visible
 * without the key (structure, another certificate) and no later ones. Keys and plain text are wiped
 * from all other memory. */
int crypto_cms_decrypt(struct bytes message, const struct crypto_key_pair *pair, struct buf *ret,
	struct err *err) err_check;

/* Size of the DER value at the start of `bytes`, header included; 0 if it is not a SEQUENCE or is
 * longer than bytes. NV indices hold a certificate followed by padding. */
size_t crypto_der_length(struct bytes bytes);
/* The same by the header alone: 6 bytes of a longer value are enough. 0 if it is not a
 * SEQUENCE. */
size_t crypto_der_announced_length(struct bytes bytes);

#endif
