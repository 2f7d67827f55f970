/* A token from its compact form, and its header and claims from their JSON, which base64 hides from
 * a fuzzer. */
#include <string.h>
#include "maa/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct token *token)
{
	static const struct http_origin provider = {"provider.example", 443};
	static const struct keys no_keys;
	struct crypto_rsa_public key = {.modulus_len = 256, .exponent = 65537};
	struct token_expectation expected = {&provider, 1800000000, "the nonce", &key};
	const char *kid;
	struct err err;

	memset(key.modulus, 0xc3, 256);
	if (token_check_header(token, &provider, &kid, &err) == 0)
		(void)!token_check_signature(token, kid, &no_keys, &err);
	(void)!token_check_claims(token, &expected, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(token) struct token token = {0};
	auto_cleanup(json) json *object = NULL;
	struct err err;

	if (token_parse((struct bytes){data, size}, &token, &err) == 0)
		judge(&token);
	if (json_parse((struct bytes){data, size}, &object, &err) == 0)
		judge(&(struct token){.header = object, .claims = object});
	return 0;
}
