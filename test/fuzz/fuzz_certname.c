/* A certificate's extensions, and those of the authority above it: two values, the first one's
 * length in front. */
#include <stdlib.h>
#include <string.h>
#include "edge/certext.h"
#include "edge/certname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct bytes part, struct bytes whole)
{
	return part.len == 0 ||
	       (part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void judge(struct bytes above, struct bytes below, const char *name)
{
	struct certname_cert authority = {.extensions = above};
	struct certname_cert cert = {
		.extensions = below, .subject = certext_find(below, CERTEXT_KEY_ID)};
	struct certname_host host;
	struct err err = {0};

	certname_host_of(name, &host);
	(void)certname_is_for(&cert, &host);
	if (certname_check_constraints(&authority, &cert, &host, &err) < 0 &&
		err.code != ERR_CERT_CONSTRAINED && err.code != ERR_CERT_EXTENSION)
		abort();
	/* what forbids nothing forbids nobody */
	if (certext_find(above, CERTEXT_NAME_CONSTRAINTS).len == 0 && err.code != ERR_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes above, below;
	struct err err;
	size_t first;

	if (size < 2)
		return 0;
	first = (size_t)(data[0] << 8 | data[1]);
	first = first < size - 2 ? first : size - 2;
	above = (struct bytes){data + 2, first};
	below = (struct bytes){data + 2 + first, size - 2 - first};
	(void)!certext_check(above, &err);
	if (!is_inside(certext_find(above, CERTEXT_NAME_CONSTRAINTS), above) ||
		!is_inside(certext_key_id(below), below))
		abort();
	judge(above, below, "a.example");
	judge(above, below, "10.1.2.3");
	return 0;
}
