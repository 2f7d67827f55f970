/* The same bytes as a boot configuration and as its environment. */
#include "disk/bootconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[CRYPTO_SHA256_SIZE];
	auto_cleanup(buf) struct buf found = buf_with_max(BOOTCONFIG_TEXT_MAX);
	struct bytes text = {data, size};

	(void)bootconfig_asks_for(text, text, BOOTCONFIG_COMMAND_LINE, digest, &found);
	(void)bootconfig_asks_for(text, text, BOOTCONFIG_INITRDS, digest, &found);
	return 0;
}
