/* A key set, as the provider publishes it. */
#include <stdlib.h>
#include "maa/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keys keys;
	struct err err;

	if (keys_parse((struct bytes){data, size}, &keys, &err) < 0)
		return 0;
	if (keys.count == 0 || keys.count > KEYS_MAX)
		abort();
	for (size_t i = 0; i < keys.count; i++)
		if (keys_find(&keys, keys.entries[i].kid) != &keys.entries[i].key)
			abort();
	return 0;
}
