/* The same bytes as a package's digests and as the list of packages. */
#include "disk/dpkg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t md5[CRYPTO_MD5_SIZE];
	char version[PACKAGE_VERSION_SIZE];
	bool is_settled;

	(void)dpkg_find_digest((struct bytes){data, size}, "usr/lib/shim/shimx64.efi.signed", md5);
	(void)dpkg_find_version(
		(struct bytes){data, size}, "shim-signed:amd64", version, &is_settled);
	return 0;
}
