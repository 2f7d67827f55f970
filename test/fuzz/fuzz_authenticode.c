/* Any bytes as a program's table of signatures: what is read lies in the table, and nothing that
 * was not signed fits a program. */
#include <stdlib.h>
#include "disk/signers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_inside(struct bytes part, const uint8_t *data, size_t size)
{
	check(part.len == 0 || (part.data >= data && part.len <= size &&
				       (size_t)(part.data - data) <= size - part.len));
}

static void check_parts(const struct authenticode *parts, const uint8_t *data, size_t size)
{
	check_inside(parts->digest, data, size);
	check_inside(parts->content, data, size);
	check_inside(parts->attributes, data, size);
	check_inside(parts->message_digest, data, size);
	check_inside(parts->signature, data, size);
	check(parts->cert_count <= AUTHENTICODE_MAX_CERTS && parts->signer <= parts->cert_count);
	for (size_t i = 0; i < parts->cert_count; i++)
		check_inside(parts->certs[i], data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t program[CRYPTO_SHA256_SIZE] = {1};
	auto_cleanup(signers) struct signers *signers = NULL;
	struct bytes table = {data, size}, message;
	size_t count = 0;
	struct err err;

	while (authenticode_next(&table, &message)) {
		check_inside(message, data, size);
		check_inside(table, data, size);
		count++;
	}
	if (signers_new(&signers, &err) < 0 ||
		signers_judge((struct bytes){data, size}, program, signers, &err) < 0)
		return 0;
	check(signers->count <= SIGNERS_MAX && signers->count <= count);
	check(signers->is_cut || signers->count == count);
	for (size_t i = 0; i < signers->count; i++) {
		check_parts(&signers->items[i].parts, data, size);
		/* no seed signs a program of this digest */
		check(!signers->items[i].is_intact);
	}
	return 0;
}
