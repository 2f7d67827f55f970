#include "disk/foretold_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct foretold_record record;
	struct err err;

	(void)!foretold_record_parse((struct bytes){data, size}, &record, &err);
	return 0;
}
