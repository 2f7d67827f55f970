/* Certificates: one DER value with padding behind it, a PEM set, a chain of one to itself. */
#include <stdlib.h>
#include "edge/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, size};
	struct bytes der = {data, crypto_der_length(bytes)};
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *set = NULL;
	struct crypto_cert_info info;
	struct err err;

	if (der.len > size)
		abort();
	if (crypto_cert_set_parse_pem(bytes, &set, &err) == 0 && crypto_cert_set_count(set) == 0)
		abort();
	if (crypto_cert_parse(der, &cert, &err) < 0)
		return 0;
	crypto_cert_info(cert, &info);
	if (info.has_rsa_key)
		(void)crypto_rsa_verify_sha256(
			&info.key, bytes, (struct bytes){data, size < 256 ? size : 256});
	return 0;
}
