/* reference.h - Secure Boot certificates that the default policy knows. */
#ifndef PROVIDER_REFERENCE_H
#define PROVIDER_REFERENCE_H

#include "edge/crypto.h"

enum reference_list { REFERENCE_PK, REFERENCE_KEK, REFERENCE_DB };

/* By the SHA-256 of the certificate's DER. */
bool reference_has(enum reference_list list, const uint8_t sha256[CRYPTO_SHA256_SIZE]);

#endif
