/* Digests, RSA, AES-GCM and certificates against published vectors and against what openssl makes. */
#include "check.h"

#include "base/codec.h"
#include "edge/crypto.h"

static void digests_match_the_standard(void **state)
{
	/* FIPS 180-4, the one block message "abc" */
	static const struct {
		enum crypto_hash hash;
		const char *hex;
	} rows[] = {
		{CRYPTO_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{CRYPTO_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{CRYPTO_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
				"8086072ba1e7cc2358baeca134c825a7"},
		{CRYPTO_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
				"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};
	struct bytes parts[] = {TEXT("a"), TEXT(""), TEXT("bc")};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t digest[CRYPTO_MAX_HASH_SIZE];
		char hex[2 * CRYPTO_MAX_HASH_SIZE + 1];

		crypto_digest(rows[i].hash, parts, COUNT(parts), digest);
		hex_encode((struct bytes){digest, crypto_hash_size(rows[i].hash)}, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_match_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
