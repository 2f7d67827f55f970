#include "memory/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct history history;
	struct err err;

	(void)!history_parse((struct bytes){data, size}, &history, &err);
	return 0;
}
