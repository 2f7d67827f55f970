/* crypto_mbedtls.h - mbedtls for crypto*.c: the only file that includes its headers, and what these
 * files share. */
#ifndef EDGE_CRYPTO_MBEDTLS_H
#define EDGE_CRYPTO_MBEDTLS_H

#include "edge/crypto_chain.h"

#include <mbedtls/cipher.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/error.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

/* crypto_x509.c */
int64_t crypto_x509_time(const mbedtls_x509_time *time); /* Unix time */
/* One line, cleaned, cut to what fits. */
void crypto_x509_name(const mbedtls_x509_name *name, char ret[CRYPTO_NAME_SIZE]);
/* For every chain: RSA of 2048 bits or more, P-256, P-384, P-521; SHA-256 or better. */
extern const mbedtls_x509_crt_profile crypto_x509_profile;
bool crypto_x509_is_strong_key(const mbedtls_x509_crt *crt);
/* Appends a certificate to the list, whose first one may be empty. certext.h judges its critical
 * extensions. ERR_FORMAT: it cannot be used; the message is a part of a sentence. */
int crypto_x509_append(mbedtls_x509_crt *list, struct bytes der, struct err *err) err_check;
/* Compares the names only. */
bool crypto_x509_is_issued_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer);
/* For mbedtls's callback: adds the certificate at this depth to the path, and judges its
 * extensions, and its names by the constraints of those above it. host: the host of the connection,
 * for the certificate at depth 0, or NULL. ERR_CERT_CONSTRAINED, ERR_CERT_EXTENSION: the message is
 * a part of a sentence. */
int crypto_x509_judge_link(const mbedtls_x509_crt *crt, int depth, const struct certname_host *host,
	struct crypto_path *path, struct err *err) err_check;
/* Replaces the date flags, which mbedtls set by its own clock, by those for now_s. */
void crypto_x509_judge_dates(const mbedtls_x509_crt *crt, int64_t now_s, uint32_t *flags);
/* "a.example, 10.0.0.4", cleaned, cut to what fits. */
void crypto_x509_alternative_names(const mbedtls_x509_crt *crt, char ret[CRYPTO_NAME_SIZE]);

#endif
