#include "disk/next_boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct next_boot pending;
	struct err err;

	if (next_boot_parse((struct bytes){data, size}, &pending, &err) == 0)
		next_boot_done(&pending);
	return 0;
}
