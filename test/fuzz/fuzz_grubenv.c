/* The bytes as a block, and as lines of one. */
#include <assert.h>
#include <string.h>
#include "disk/grubenv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER "# GRUB Environment Block\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t room = GRUBENV_SIZE - strlen(HEADER);
	uint8_t digest[CRYPTO_SHA256_SIZE] = {0};
	uint8_t block[GRUBENV_SIZE];

	assert(!grubenv_had((struct bytes){data, size}, digest));
	memset(block, '#', sizeof(block));
	memcpy(block, HEADER, strlen(HEADER));
	if (size)
		memcpy(block + strlen(HEADER), data, size < room ? size : room);
	(void)grubenv_had((struct bytes){block, sizeof(block)}, digest);
	return 0;
}
