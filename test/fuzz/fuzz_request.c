/* fuzz_request.c - an attestation request, as a whole body and as the information inside it. */
#include "maa/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(request) struct request inside = {0};
	auto_cleanup(request) struct request whole = {0};
	struct bytes input = {data, size};
	struct err err;

	if (request_parse_info(input, &inside, &err) < 0 && request_parse_body(input, &info, &err) == 0)
		(void)!request_parse_info(buf_bytes(&info), &whole, &err);
	return 0;
}
