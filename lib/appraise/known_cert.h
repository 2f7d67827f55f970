/* known_cert.h - Microsoft's Secure Boot certificates of 2011 and 2023, recognised by SHA-256 of
 * their DER. A name in a certificate proves nothing: anybody can choose it.
 *
 * Source: github.com/microsoft/secureboot_objects 06fe58a (PreSignedObjects);
 * github.com/microsoft/openvmm 1488a37 (hyperv_secure_boot_templates: what Azure enrols). */
#ifndef APPRAISE_KNOWN_CERT_H
#define APPRAISE_KNOWN_CERT_H

#include "base/bytes.h"
#include "edge/crypto.h"

/* X(certificate, SHA-256, name) */
/* clang-format off */
#define KNOWN_CERTS(X) \
	X(KNOWN_CERT_PK_AZURE,         "b3bd98f4777241d721a96cd584dcb9d4b2098beb269c44442bdf609adce3b6c0", "Microsoft Hyper-V Firmware PK") \
	X(KNOWN_CERT_KEK_2011,         "a1117f516a32cefcba3f2d1ace10a87972fd6bbe8fe0d0b996e09e65d802a503", "Microsoft Corporation KEK CA 2011") \
	X(KNOWN_CERT_KEK_2023,         "3cd3f0309edae228767a976dd40d9f4affc4fbd5218f2e8cc3c9dd97e8ac6f9d", "Microsoft Corporation KEK 2K CA 2023") \
	X(KNOWN_CERT_UEFI_2011,        "48e99b991f57fc52f76149599bff0a58c47154229b9f8d603ac40d3500248507", "Microsoft Corporation UEFI CA 2011") \
	X(KNOWN_CERT_UEFI_2023,        "f6124e34125bee3fe6d79a574eaa7b91c0e7bd9d929c1a321178efd611dad901", "Microsoft UEFI CA 2023") \
	X(KNOWN_CERT_OPTION_ROM_2023,  "e5be3e64c6e66a281457ecdece0d6d0787577aad2a3a0144262c10c14ba8d8f1", "Microsoft Option ROM UEFI CA 2023") \
	X(KNOWN_CERT_WINDOWS_2011,     "e8e95f0733a55e8bad7be0a1413ee23c51fcea64b3c8fa6a786935fddcc71961", "Microsoft Windows Production PCA 2011") \
	X(KNOWN_CERT_WINDOWS_2023,     "076f1fea90ac29155ebf77c17682f75f1fdd1be196da302dc8461e350a9ae330", "Windows UEFI CA 2023") \
	X(KNOWN_CERT_AZURE_KMOD,       "ca400f913ac6a55a5cc8629ce8d2b847bfa0fccad20a4d133c1f76dab2b36925", "Azure Services Linux Kmod PCA")
/* clang-format on */

enum known_cert {
#define KNOWN_CERT_ENUM(cert, sha256, name) cert,
	KNOWN_CERTS(KNOWN_CERT_ENUM)
#undef KNOWN_CERT_ENUM
		KNOWN_CERT_COUNT /* none of them */
};

/* A set of them: 1u << KNOWN_CERT_KEK_2011 | ... */
typedef uint32_t known_cert_mask;
#define KNOWN_CERT_BIT(cert) (1u << (cert))

enum known_cert known_cert_find(const uint8_t sha256[CRYPTO_SHA256_SIZE]);
const char *known_cert_name(enum known_cert cert); /* "Microsoft UEFI CA 2023" */

/* What Azure enrols: KEK and db of its templates, beside KNOWN_CERT_PK_AZURE alone as PK. */
struct known_template {
	known_cert_mask kek, db;
};
enum known_template_age {
	KNOWN_TEMPLATE_2011, /* VMs made before April 2024 */
	KNOWN_TEMPLATE_BOTH, /* made since */
	KNOWN_TEMPLATE_2023, /* for confidential VMs, not in use yet in August 2026 */
	KNOWN_TEMPLATES,
};
extern const struct known_template known_templates[KNOWN_TEMPLATES];

/* What the entries of a variable (PK, KEK, db, dbx) are. The data is hostile. */
struct known_certs {
	bool is_malformed; /* sizes do not fit: the bytes behind the misfit are not read */
	known_cert_mask found;
	size_t others; /* further entries: other certificates, hashes */
};

void known_certs_read(struct bytes variable_data, struct known_certs *ret);

#endif
