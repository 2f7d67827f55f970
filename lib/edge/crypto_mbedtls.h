/* crypto_mbedtls.h - mbedtls as crypto*.c see it: the only file that includes its headers. */
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
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

/* crypto_x509.c */
int64_t crypto_x509_time(const mbedtls_x509_time *time);                          /* Unix time */
void crypto_x509_name(const mbedtls_x509_name *name, char ret[CRYPTO_NAME_SIZE]); /* one line, cleaned */
/* Certificates in PEM form; those that mbedtls cannot read, as a distribution's list may hold some, are passed over. */
int crypto_x509_parse_some(struct bytes pem, mbedtls_x509_crt *ret, struct err *err) err_check;

#endif
