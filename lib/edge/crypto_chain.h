/* crypto_chain.h - the authorities that TLS trusts, and the one judgement of a server's
 * certificates, both for the exchange (net/http.h) and for the diagnosis of what blocks it
 * (net/tls_look.h).
 *
 * Required are RSA of 2048 bits or more, P-256, P-384 or P-521; SHA-256 or better; a certificate
 * for TLS servers and, by certname.h, for this host, within the name constraints of all its
 * issuers; and no critical extension that is not judged (certext.h). Nothing can switch any of this
 * off. */
#ifndef EDGE_CRYPTO_CHAIN_H
#define EDGE_CRYPTO_CHAIN_H

#include "edge/certname.h"
#include "edge/crypto.h"

/* Certificates that are trusted by themselves. */
struct crypto_authorities;
/* ERR_NO_MEMORY */
int crypto_authorities_open(struct crypto_authorities **ret, struct err *err) err_check;
/* Adds one. ERR_FORMAT: it cannot be used; the message is the reason, as a part of a sentence. */
int crypto_authorities_add(
	struct crypto_authorities *authorities, struct bytes der, struct err *err) err_check;
void crypto_authorities_free(struct crypto_authorities *authorities);
static inline void crypto_authorities_cleanup(struct crypto_authorities **authorities)
{
	crypto_authorities_free(*authorities);
}

/* the server's certificate, 16 intermediates, a trusted one: mbedtls's limit as built */
#define CRYPTO_CHAIN_MAX 18

struct crypto_link {
	/* views into mbedtls's certificates, valid during the judgement only */
	struct certname_cert cert;
	bool is_self_issued;
	char subject[CRYPTO_NAME_SIZE];
};

/* A path of certificates, filled from the trusted one on. */
struct crypto_path {
	/* index: distance from the server's certificate */
	struct crypto_link links[CRYPTO_CHAIN_MAX];
	size_t count;
};

/* The judgement in one TLS handshake. */
struct crypto_chain {
	const struct crypto_authorities *authorities;
	struct certname_host host;
	int64_t now_s; /* 0: mbedtls uses the system's clock */
	struct crypto_path path;
	/* mbedtls's certificate without a known issuer; NULL if there is none */
	const void *untrusted;
	/* ERR_OK, or the worst fault: a part of a sentence, "its certificate ...", without the
	 * host */
	struct err err;
};

/* config: a mbedtls_ssl_config that lacks only this. The caller keeps both alive until the
 * handshake is over. */
void crypto_chain_configure(void *config, struct crypto_chain *chain);
/* Whether libcurl's name of its TLS library ("mbedTLS/3.6.7") is that of the mbedtls whose
 * structures this program was built with. */
bool crypto_chain_is_library(const char *name);

#endif
