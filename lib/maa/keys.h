/* keys.h - the provider's signing keys, by key id: a JWK set (RFC 7517). TLS authenticates it; a
 * certificate in it (x5c) only carries its key. */
#ifndef MAA_KEYS_H
#define MAA_KEYS_H

#include "edge/crypto.h"
#include "net/http.h"

#define KEYS_MAX_BYTES (256u << 10)
#define KEYS_MAX       32
#define KEYS_KID_SIZE  128

struct keys_entry {
	char kid[KEYS_KID_SIZE];
	/* of the first certificate in x5c; n and e count where x5c is absent */
	struct crypto_rsa_public key;
};

struct keys {
	size_t count;
	struct keys_entry entries[KEYS_MAX];
};

/* Entries that are not RSA keys of 2048 bits or more, or lack their key or kid, are skipped. One
 * kid may stand for several keys, as while the provider replaces one. ERR_KEYS_INVALID: no usable
 * key. */
int keys_parse(struct bytes text, struct keys *ret, struct err *err) err_check;
/* The nth key of this id, from 0. Points into *keys; NULL if there are fewer. */
const struct crypto_rsa_public *keys_find(const struct keys *keys, const char *kid, size_t nth);

#endif
