/* Certificates: one DER value with padding behind it, a PEM set, a chain of one to itself. */
#include <stdlib.h>
#include "base/pem.h"
#include "edge/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As its own root and its own intermediate. */
static void verify(const struct crypto_cert *cert, struct bytes der)
{
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *set = NULL;
	auto_cleanup(buf) struct buf pem = buf_with_max(1 << 20);
	struct err err;

	if (pem_of_file(der, &pem, &err) < 0 ||
		crypto_cert_set_parse_pem(buf_bytes(&pem), &set, &err) < 0)
		abort(); /* what is a certificate by itself is one in a set */
	(void)!crypto_cert_verify(cert, set, set, 1622505600, NULL, &err);
	(void)!crypto_cert_verify(cert, NULL, set, 0, NULL, &err);
}

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
	verify(cert, der);
	crypto_cert_info(cert, &info);
	if (info.has_rsa_key)
		(void)!crypto_rsa_verify_sha256(
			&info.key, bytes, (struct bytes){data, size < 256 ? size : 256}, &err);
	return 0;
}
