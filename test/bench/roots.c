/* A bundle of authorities, loaded COUNT times by us, or by the TLS library from its text:
 * roots FILE ours|library COUNT. */
#include <stdio.h>
#include <string.h>
#include "edge/crypto_mbedtls.h"
#include "net/trust_store.h"

static int load_ours(const char *path)
{
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	const struct trust_store trust = {.ca_file = path};
	struct err err;

	return trust_store_load(&trust, &set, &err) < 0 ? -1 : (int)set.count;
}

static int load_by_library(const char *path)
{
	mbedtls_x509_crt first;
	int count = 0;

	mbedtls_x509_crt_init(&first);
	if (mbedtls_x509_crt_parse_file(&first, path) >= 0)
		for (const mbedtls_x509_crt *at = &first; at; at = at->next)
			count++;
	mbedtls_x509_crt_free(&first);
	return count;
}

int main(int argc, char **argv)
{
	int loaded = 0;

	if (argc < 4)
		return 64;
	for (int i = 0; i < atoi(argv[3]); i++)
		loaded = strcmp(argv[2], "ours") == 0 ? load_ours(argv[1]) : load_by_library(argv[1]);
	(void)printf("%d\n", loaded);
	return loaded > 0 ? 0 : 1;
}
