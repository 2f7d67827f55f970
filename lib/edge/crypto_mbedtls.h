/* crypto_mbedtls.h - mbedtls as crypto*.c see it: the only file that includes its headers, with what differs between 2.28 and 3.6. */
#ifndef EDGE_CRYPTO_MBEDTLS_H
#define EDGE_CRYPTO_MBEDTLS_H

#include <mbedtls/cipher.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#if MBEDTLS_VERSION_MAJOR < 3
#define MBEDTLS_PRIVATE(member) member
/* 3.6 wants random bytes against side channels in more calls, and no "public or private" where the call says it */
#define mbedtls_pk_parse_key(pk, key, len, password, password_len, rng, rng_context)                         \
	mbedtls_pk_parse_key(pk, key, len, password, password_len)
#define mbedtls_pk_check_pair(public_key, private_key, rng, rng_context)                                     \
	mbedtls_pk_check_pair(public_key, private_key)
#define mbedtls_rsa_pkcs1_decrypt(rsa, rng, rng_context, ret_len, input, ret, size)                          \
	mbedtls_rsa_pkcs1_decrypt(rsa, rng, rng_context, MBEDTLS_RSA_PRIVATE, ret_len, input, ret, size)
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

#endif
