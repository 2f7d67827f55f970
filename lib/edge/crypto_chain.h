/* crypto_chain.h - whom a TLS connection trusts, and the one judgement of the certificates that a
 * server shows: the same for the exchange (net/http.h) and for the look at what blocks it
 * (net/tls_look.h).
 *
 * RSA of 2048 bits or more, P-256, P-384 or P-521; SHA-256 or better; a certificate for TLS
 * servers, for this host by certname.h, within the name constraints of all above it; no critical
 * extension that nobody judges (certext.h). There is no switch for any of it. */
#ifndef EDGE_CRYPTO_CHAIN_H
#define EDGE_CRYPTO_CHAIN_H

#include "edge/certname.h"
#include "edge/crypto.h"

/* Certificates that are trusted whoever issued them. */
struct crypto_authorities;
/* ERR_NO_MEMORY */
int crypto_authorities_open(struct crypto_authorities **ret, struct err *err) err_check;
/* One more. ERR_FORMAT: it cannot be taken, the message is a part of a sentence and says why. */
int crypto_authorities_add(
	struct crypto_authorities *authorities, struct bytes der, struct err *err) err_check;
void crypto_authorities_free(struct crypto_authorities *authorities);
static inline void crypto_authorities_cleanup(struct crypto_authorities **authorities)
{
	crypto_authorities_free(*authorities);
}

/* the server's certificate, 16 between, one that is trusted: as our mbedtls is built */
#define CRYPTO_CHAIN_MAX 18

struct crypto_link {
	/* views into mbedtls's certificates: during the judgement alone */
	struct certname_cert cert;
	bool is_self_issued;
	char subject[CRYPTO_NAME_SIZE];
};

/* A path of certificates, filled from the trusted one down. */
struct crypto_path {
	/* by their distance from the last one, which is no authority's */
	struct crypto_link links[CRYPTO_CHAIN_MAX];
	size_t count;
};

/* A handshake's. */
struct crypto_chain {
	const struct crypto_authorities *authorities;
	struct certname_host host;
	int64_t now_s; /* 0: the system's clock, as mbedtls reads it */
	struct crypto_path path;
	/* mbedtls's certificate of which nobody known is the issuer, NULL if there is none */
	const void *untrusted;
	/* ERR_OK, or what is wrong: a part of a sentence, "its certificate ...", without the
	 * host */
	struct err err;
};

/* config: a mbedtls_ssl_config that is set up but for this. Both stay the caller's until the
 * handshake is over. */
void crypto_chain_configure(void *config, struct crypto_chain *chain);
/* Is that, as libcurl names its TLS library ("mbedTLS/3.6.7"), the one whose structures are known
 * here? */
bool crypto_chain_is_library(const char *name);

#endif
