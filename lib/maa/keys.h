/* keys.h - the provider's signing keys: a JWK set (RFC 7517) whose certificates (x5c) count, chosen
 * by kid. */
#ifndef MAA_KEYS_H
#define MAA_KEYS_H

#include "edge/crypto.h"
#include "net/http.h"

#define KEYS_MAX_BYTES (256u << 10)
#define KEYS_MAX       32
#define KEYS_KID_SIZE  128

struct keys_entry {
	char kid[KEYS_KID_SIZE];
	/* of the first certificate in x5c; n and e are not relied on */
	struct crypto_rsa_public key;
};

struct keys {
	size_t count;
	struct keys_entry entries[KEYS_MAX];
};

/* Entries that are no RSA keys, lack x5c or kid are passed over; a set without one usable key is
 * ERR_KEYS_INVALID, as is a kid that stands for two different keys. */
int keys_parse(struct bytes text, struct keys *ret, struct err *err) err_check;
const struct crypto_rsa_public *keys_find(const struct keys *keys, const char *kid);

#endif
