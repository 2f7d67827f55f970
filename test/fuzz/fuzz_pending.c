#include "agent/pending.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pending pending;
	struct err err;

	if (pending_parse((struct bytes){data, size}, &pending, &err) == 0)
		pending_done(&pending);
	return 0;
}
