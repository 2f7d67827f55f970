/* issue.h - a token for evidence that was believed: signed (RS256), then sealed so that only the
 * attested TPM can open it.
 *
 * The only file of the provider that includes GnuTLS: what the client opens and verifies with
 * mbedtls is made here by another library, so that a mistake in one of them shows. Thread-safe
 * after issuer_open. */
#ifndef PROVIDER_ISSUE_H
#define PROVIDER_ISSUE_H

#include "edge/crypto.h"
#include "edge/json.h"

#define ISSUE_KID_SIZE 48

struct issuer; /* signing key, its certificate, the URL that both speak for */

/* key_pem empty: a fresh RSA-2048 key. cert_pem empty: a self-signed certificate, subject = url.
 * ERR_USAGE if they do not fit. */
int issuer_open(const char *url, struct bytes key_pem, struct bytes cert_pem, struct issuer **ret,
	struct err *err) err_check;
void issuer_close(struct issuer *issuer);
static inline void issuer_cleanup(struct issuer **issuer)
{
	issuer_close(*issuer);
}
const char *issuer_url(const struct issuer *issuer);
const char *issuer_kid(const struct issuer *issuer); /* base64 of the certificate's SHA-256 */
/* JWK set with the one key. Appends to ret. */
int issuer_keys(const struct issuer *issuer, struct buf *ret, struct err *err) err_check;
/* RSASSA-PKCS1-v1_5 with SHA-256. Appends to ret. */
int issuer_sign(
	const struct issuer *issuer, struct bytes data, struct buf *ret, struct err *err) err_check;
/* alg, jku, kid, typ; to be freed by the caller. */
json *issuer_header(const struct issuer *issuer);
/* Compact JWT. Appends to ret. */
int issuer_token(const struct issuer *issuer, const json *header, const json *claims,
	struct buf *ret, struct err *err) err_check;

/* What the answer's envelope carries. */
struct sealed {
	struct buf inner_key, iv, tag, ciphertext;
};

/* A new AES-256-GCM key and IV each time; the key is encrypted (RSAES-PKCS1-v1_5) to the attested
 * encryption key. */
int seal_token(struct bytes token, const struct crypto_rsa_public *key, struct sealed *ret,
	struct err *err) err_check;
void sealed_done(struct sealed *sealed);
static inline void sealed_cleanup(struct sealed *sealed)
{
	sealed_done(sealed);
}
/* {"token": base64url of the envelope}. Appends to ret. */
int sealed_print(const struct sealed *sealed, struct buf *ret, struct err *err) err_check;

/* Random bytes as lower case hex; ret: 2 * len + 1 characters, len <= 32. */
int issue_random_hex(size_t len, char *ret, struct err *err) err_check;

#endif
