#include <stdlib.h>
#include <string.h>
#include "agent/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings found;
	struct err err;

	if (settings_parse((struct bytes){data, size}, &found, &err) < 0)
		return 0;
	if (found.period_s < 15 * 60 || found.period_s > 24 * 3600 ||
		(found.ca_file[0] && found.ca_file[0] != '/') ||
		(found.endpoint[0] && strncmp(found.endpoint, "https://", 8) != 0))
		abort();
	return 0;
}
