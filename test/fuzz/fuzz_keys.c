/* A key set, as the provider publishes it. */
#include <stdlib.h>
#include "maa/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_key(const struct keys *keys, const struct keys_entry *entry)
{
	const struct crypto_rsa_public *found;

	for (size_t nth = 0; (found = keys_find(keys, entry->kid, nth)); nth++)
		if (found == &entry->key)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keys keys;
	struct err err;

	if (keys_parse((struct bytes){data, size}, &keys, &err) < 0)
		return 0;
	if (keys.count == 0 || keys.count > KEYS_MAX)
		abort();
	for (size_t i = 0; i < keys.count; i++)
		if (!has_key(&keys, &keys.entries[i]))
			abort();
	return 0;
}
