/* Answers of the metadata service, or of whoever answers in its place. */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "maa/imds_cert.h"

#define MAX_CERT 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_machine(struct bytes text)
{
	struct imds found;
	struct err err;

	if (imds_parse(text, &found, &err) < 0)
		return;
	if (!found.location[0] || !text_is_utf8(bytes_of_text(found.resource_id)) ||
		!text_is_utf8(bytes_of_text(found.vm_id)))
		abort();
}

/* The identifier becomes part of an address. */
static void check_certificate(struct bytes text)
{
	auto_cleanup(buf) struct buf cert = buf_with_max(MAX_CERT);
	char query[UUID_SIZE] = "";
	struct err err;

	if (imds_cert_parse(text, &cert, query, &err) < 0) {
		if (query[0])
			abort();
		return;
	}
	if (cert.len > MAX_CERT || (cert.len != 0) == (query[0] != '\0') ||
		(query[0] && (strlen(query) != UUID_SIZE - 1 ||
				     query[strspn(query, "0123456789abcdefABCDEF-")])))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_machine((struct bytes){data, size});
	check_certificate((struct bytes){data, size});
	return 0;
}
