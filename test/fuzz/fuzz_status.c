#include <stdlib.h>
#include "agent/status.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What could be read can be written again, and is clean. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct status status;
	auto_cleanup(buf) struct buf text = buf_with_max(1u << 20);
	struct err err;

	if (status_parse((struct bytes){data, size}, &status, &err) < 0)
		return 0;
	if (status.item_count > STATUS_MAX_ITEMS || !text_is_utf8(bytes_of_text(status.message)) ||
		status_format(&status, 0, &text, &err) < 0 ||
		status_parse(buf_bytes(&text), &status, &err) < 0)
		abort();
	return 0;
}
