#include <stdlib.h>
#include "base/text.h"
#include "maa/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct discovery found;
	struct err err;

	if (discovery_parse((struct bytes){data, size}, &found, &err) < 0)
		return 0;
	if (!found.issuer.host[0] || !text_is_utf8(bytes_of_text(found.keys_url)))
		abort();
	if (discovery_check(&found, &found.issuer, &err) < 0 && err.code != ERR_TOKEN_JKU &&
		err.code != ERR_TOKEN_ALGORITHM)
		abort();
	return 0;
}
