#include "appraise/known_cert.h"

#include <string.h>
#include "base/codec.h"
#include "boot/uefivar.h"

static const struct {
	const char *sha256, *name;
} certs[KNOWN_CERT_COUNT] = {
#define KNOWN_CERT_ROW(cert, sha256, name) [cert] = {sha256, name},
	KNOWN_CERTS(KNOWN_CERT_ROW)
#undef KNOWN_CERT_ROW
};

const struct known_template known_templates[KNOWN_TEMPLATES] = {
	[KNOWN_TEMPLATE_2011] = {.kek = KNOWN_CERT_BIT(KNOWN_CERT_KEK_2011),
		.db = KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2011)},
	[KNOWN_TEMPLATE_BOTH] = {.kek = KNOWN_CERT_BIT(KNOWN_CERT_KEK_2011) |
					KNOWN_CERT_BIT(KNOWN_CERT_KEK_2023),
		.db = KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2011) | KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2023) |
		      KNOWN_CERT_BIT(KNOWN_CERT_AZURE_KMOD)},
	[KNOWN_TEMPLATE_2023] = {.kek = KNOWN_CERT_BIT(KNOWN_CERT_KEK_2023),
		.db = KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2023)},
};

enum known_cert known_cert_find(const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	char hex[2 * CRYPTO_SHA256_SIZE + 1];
	int cert = 0;

	hex_encode((struct bytes){sha256, CRYPTO_SHA256_SIZE}, hex);
	while (cert < KNOWN_CERT_COUNT && strcmp(certs[cert].sha256, hex) != 0)
		cert++;
	return (enum known_cert)cert;
}

const char *known_cert_name(enum known_cert cert)
{
	return certs[cert].name;
}

static enum known_cert find_of(const struct uefi_signature *signature)
{
	uint8_t sha256[CRYPTO_SHA256_SIZE];

	if (memcmp(signature->type, uefi_cert_x509_guid, UEFI_GUID_SIZE) != 0)
		return KNOWN_CERT_COUNT;
	crypto_sha256(signature->data, sha256);
	return known_cert_find(sha256);
}

void known_certs_read(struct bytes variable_data, struct known_certs *ret)
{
	struct uefi_signature_walk walk = uefi_signature_walk(variable_data);
	struct uefi_signature signature;

	*ret = (struct known_certs){0};
	while (uefi_signature_next(&walk, &signature)) {
		enum known_cert cert = find_of(&signature);

		if (cert < KNOWN_CERT_COUNT)
			ret->found |= KNOWN_CERT_BIT(cert);
		else
			ret->others++;
	}
	ret->is_malformed = walk.malformed;
}
