/* fuzz_request.c - an attestation request, as a whole body and as the information inside it. */
#include "maa/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(request) struct request request = {0};
	struct err err;

	(void)!request_parse((struct bytes){data, size}, &request, &err);
	return 0;
}
