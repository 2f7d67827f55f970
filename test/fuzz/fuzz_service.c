#include <stdlib.h>
#include <string.h>
#include "agent/service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct service found;
	struct err err;

	if (service_parse((struct bytes){data, size}, &found, &err) < 0)
		return 0;
	if (found.home[0] != '/' || found.environment.status_folder[0] != '/' ||
		!service_equal(&found, &found))
		abort();
	return 0;
}
