/* reference.c - in which list which of the known certificates may stand. */
#include "reference.h"

#include "appraise/known_cert.h"

#define BIT(cert) KNOWN_CERT_BIT(KNOWN_CERT_##cert)

static const known_cert_mask lists[] = {
	[REFERENCE_PK] = BIT(PK_AZURE),
	[REFERENCE_KEK] = BIT(KEK_2011) | BIT(KEK_2023),
	[REFERENCE_DB] = BIT(UEFI_2011) | BIT(UEFI_2023) | BIT(OPTION_ROM_2023) |
			 BIT(WINDOWS_2011) | BIT(WINDOWS_2023) | BIT(AZURE_KMOD),
};

bool reference_has(enum reference_list list, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	enum known_cert cert = known_cert_find(sha256);

	return cert < KNOWN_CERT_COUNT && lists[list] & KNOWN_CERT_BIT(cert);
}
