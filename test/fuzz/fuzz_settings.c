#include <stdlib.h>
#include <string.h>
#include "agent/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf message = buf_with_max(SETTINGS_MAX_BYTES);
	char thumbprint[SETTINGS_THUMBPRINT_SIZE];
	struct settings found;
	struct err err;

	if (settings_find_protected((struct bytes){data, size}, &message, thumbprint, &err) == 0 &&
		message.len && strspn(thumbprint, "0123456789ABCDEF") != SETTINGS_THUMBPRINT_SIZE - 1)
		abort();
	buf_done(&message);
	if (settings_parse_both((struct bytes){data, size / 2},
		    (struct bytes){data + size / 2, size - size / 2}, &found, &err) == 0 &&
		found.ca_file[0] && found.ca_file[0] != '/')
		abort();
	if (settings_parse((struct bytes){data, size}, &found, &err) < 0)
		return 0;
	if (found.period_s < 15 * 60 || found.period_s > 24 * 3600 ||
		(found.ca_file[0] && found.ca_file[0] != '/') ||
		(found.endpoint[0] && strncmp(found.endpoint, "https://", 8) != 0))
		abort();
	return 0;
}
