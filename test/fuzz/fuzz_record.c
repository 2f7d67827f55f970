#include <stdlib.h>
#include <string.h>
#include "memory/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record found;
	struct err err;

	if (record_parse((struct bytes){data, size}, &found, &err) < 0)
		return 0;
	if (found.home[0] != '/' || found.environment.status_folder[0] != '/' ||
		!record_equal(&found, &found))
		abort();
	return 0;
}
