/* reference.c - the table. Sources: KEK and db certificates as published in Microsoft's repository
 * secureboot_objects (PreSignedObjects), the Kmod PCA and the platform key as measured on Hyper-V
 * generation 2 machines of Azure. Each line is the SHA-256 of the DER certificate: names can be
 * copied, these cannot. */
#include "reference.h"

#include <string.h>
#include "base/codec.h"

static const struct {
	enum reference_list list;
	const char *sha256;
} known[] = {
	/* Hyper-V platform key */
	{REFERENCE_PK, "b3bd98f4777241d721a96cd584dcb9d4b2098beb269c44442bdf609adce3b6c0"},
	/* Microsoft Corporation KEK CA 2011 */
	{REFERENCE_KEK, "a1117f516a32cefcba3f2d1ace10a87972fd6bbe8fe0d0b996e09e65d802a503"},
	/* Microsoft Corporation KEK 2K CA 2023 */
	{REFERENCE_KEK, "3cd3f0309edae228767a976dd40d9f4affc4fbd5218f2e8cc3c9dd97e8ac6f9d"},
	/* Microsoft Corporation UEFI CA 2011 */
	{REFERENCE_DB, "48e99b991f57fc52f76149599bff0a58c47154229b9f8d603ac40d3500248507"},
	/* Microsoft UEFI CA 2023 */
	{REFERENCE_DB, "f6124e34125bee3fe6d79a574eaa7b91c0e7bd9d929c1a321178efd611dad901"},
	/* Azure Services Linux Kmod PCA */
	{REFERENCE_DB, "ca400f913ac6a55a5cc8629ce8d2b847bfa0fccad20a4d133c1f76dab2b36925"},
	/* Microsoft Windows Production PCA 2011 */
	{REFERENCE_DB, "e8e95f0733a55e8bad7be0a1413ee23c51fcea64b3c8fa6a786935fddcc71961"},
	/* Windows UEFI CA 2023 */
	{REFERENCE_DB, "076f1fea90ac29155ebf77c17682f75f1fdd1be196da302dc8461e350a9ae330"},
};

bool reference_has(enum reference_list list, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	char text[2 * CRYPTO_SHA256_SIZE + 1];

	hex_encode((struct bytes){sha256, CRYPTO_SHA256_SIZE}, text);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].list == list && strcmp(known[i].sha256, text) == 0)
			return true;
	return false;
}
