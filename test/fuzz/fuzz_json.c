/* Whatever is accepted can be printed, and reads the same again. */
#include <stdlib.h>
#include "edge/json.h"

#define MAX_TEXT (1u << 22)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(const json *value, struct buf *ret)
{
	auto_cleanup(json) json *again = NULL;
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_TEXT);
	struct err err;

	if (json_print(value, JSON_COMPACT, &text, &err) < 0)
		return; /* longer than allowed */
	if (json_parse(buf_bytes(&text), &again, &err) < 0 ||
		json_print(again, JSON_COMPACT, ret, &err) < 0 ||
		!bytes_equal(buf_bytes(&text), buf_bytes(ret)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(json) json *value = NULL;
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_TEXT);
	struct err err;

	if (json_parse((struct bytes){data, size}, &value, &err) == 0)
		print_again(value, &text);
	return 0;
}
