/* crypto_mbedtls.h - mbedtls as crypto*.c see it: the only file that includes its headers, with what differs between 2.28 and 3.6. */
#ifndef EDGE_CRYPTO_MBEDTLS_H
#define EDGE_CRYPTO_MBEDTLS_H

#include "edge/crypto.h"

#include <mbedtls/cipher.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#else
#define MBEDTLS_PRIVATE(member) member
/* 3.6 wants random bytes against side channels in more calls, and no "public or private" where the call says it */
#define mbedtls_pk_parse_key(pk, key, len, password, password_len, rng, rng_context)                         \
	mbedtls_pk_parse_key(pk, key, len, password, password_len)
#define mbedtls_pk_check_pair(public_key, private_key, rng, rng_context)                                     \
	mbedtls_pk_check_pair(public_key, private_key)
#define mbedtls_rsa_pkcs1_decrypt(rsa, rng, rng_context, ret_len, input, ret, size)                          \
	mbedtls_rsa_pkcs1_decrypt(rsa, rng, rng_context, MBEDTLS_RSA_PRIVATE, ret_len, input, ret, size)
#define MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION

#define mbedtls_sha1_starts   mbedtls_sha1_starts_ret
#define mbedtls_sha1_update   mbedtls_sha1_update_ret
#define mbedtls_sha1_finish   mbedtls_sha1_finish_ret
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#define mbedtls_sha512_starts mbedtls_sha512_starts_ret
#define mbedtls_sha512_update mbedtls_sha512_update_ret
#define mbedtls_sha512_finish mbedtls_sha512_finish_ret
#endif

#if MBEDTLS_VERSION_MAJOR >= 3
#define crypto_tls_start_library()     psa_crypto_init() /* TLS 1.3 asks for it; more than once does no harm */
#define crypto_tls_require_1_2(config) (void)(config)    /* there is nothing older */
#else
#define crypto_tls_start_library() 0
#define crypto_tls_require_1_2(config)                                                                       \
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3)
#endif

/* crypto_x509.c */
int64_t crypto_x509_time(const mbedtls_x509_time *time);                          /* Unix time */
void crypto_x509_name(const mbedtls_x509_name *name, char ret[CRYPTO_NAME_SIZE]); /* one line, cleaned */
/* Certificates in PEM form; those that mbedtls cannot read, as a distribution's list may hold some, are passed over. */
int crypto_x509_parse_some(struct bytes pem, mbedtls_x509_crt *ret, struct err *err) err_check;

#endif
