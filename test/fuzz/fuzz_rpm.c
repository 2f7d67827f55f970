#include "disk/rpm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[CRYPTO_SHA256_SIZE];
	struct package_answer answer = {0};

	rpm_read((struct bytes){data, size}, "usr/lib/modules/5/vmlinuz", digest, digest, &answer);
	return 0;
}
