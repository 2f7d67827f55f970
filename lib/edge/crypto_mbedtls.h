/* crypto_mbedtls.h - mbedtls as crypto*.c see it: the only file that includes its headers, with what differs between 2.28 and 3.6. */
#ifndef EDGE_CRYPTO_MBEDTLS_H
#define EDGE_CRYPTO_MBEDTLS_H

#include <mbedtls/constant_time.h>
#include <mbedtls/gcm.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#if MBEDTLS_VERSION_MAJOR < 3
#define MBEDTLS_PRIVATE(member) member
#define mbedtls_sha1_starts     mbedtls_sha1_starts_ret
#define mbedtls_sha1_update     mbedtls_sha1_update_ret
#define mbedtls_sha1_finish     mbedtls_sha1_finish_ret
#define mbedtls_sha256_starts   mbedtls_sha256_starts_ret
#define mbedtls_sha256_update   mbedtls_sha256_update_ret
#define mbedtls_sha256_finish   mbedtls_sha256_finish_ret
#define mbedtls_sha512_starts   mbedtls_sha512_starts_ret
#define mbedtls_sha512_update   mbedtls_sha512_update_ret
#define mbedtls_sha512_finish   mbedtls_sha512_finish_ret
#endif

#endif
