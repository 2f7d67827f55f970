/* keys.h - the provider's signing keys, by key id: a JWK set (RFC 7517), of which only the
 * certificates (x5c) are used. */
#ifndef MAA_KEYS_H
#define MAA_KEYS_H

#include "edge/crypto.h"
#include "net/http.h"

#define KEYS_MAX_BYTES (256u << 10)
#define KEYS_MAX       32
#define KEYS_KID_SIZE  128

struct keys_entry {
	char kid[KEYS_KID_SIZE];
	/* of the first certificate in x5c; n and e are ignored */
	struct crypto_rsa_public key;
};

struct keys {
	size_t count;
	struct keys_entry entries[KEYS_MAX];
};

/* Entries that are not RSA keys or lack x5c or kid are skipped. ERR_KEYS_INVALID: no usable key, or
 * one kid for two different keys. */
int keys_parse(struct bytes text, struct keys *ret, struct err *err) err_check;
/* Points into *keys; NULL if there is no such key. */
const struct crypto_rsa_public *keys_find(const struct keys *keys, const char *kid);

#endif
