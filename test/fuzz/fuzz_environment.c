#include <stdlib.h>
#include <string.h>
#include "agent/environment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct environment found;
	struct err err;

	if (environment_parse((struct bytes){data, size}, &found, &err) < 0)
		return 0;
	if (found.log_folder[0] != '/' || found.config_folder[0] != '/' ||
		found.status_folder[0] != '/' || strstr(found.status_folder, "/../"))
		abort();
	return 0;
}
