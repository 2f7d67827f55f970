/* discovery.h - a provider's document at /.well-known/openid-configuration (OpenID Connect
 * Discovery 1.0 section 3): the issuer of its tokens and the address of its keys. It proves
 * nothing, since tokens are checked against the endpoint. It only shows beforehand that tokens of
 * this endpoint would be rejected. */
#ifndef MAA_DISCOVERY_H
#define MAA_DISCOVERY_H

#include "net/http.h"

#define DISCOVERY_PATH      "/.well-known/openid-configuration"
#define DISCOVERY_MAX_BYTES (64u << 10)

struct discovery {
	struct http_origin issuer;
	char keys_url[HTTP_URL_SIZE];
	bool signs_rs256; /* also if the document lists no algorithms */
};

/* ERR_NOT_A_PROVIDER: this is not such a document. */
int discovery_parse(struct bytes text, struct discovery *ret, struct err *err) err_check;
/* Checks that tokens by this document would be accepted from the endpoint. ERR_TOKEN_ISSUER,
 * ERR_TOKEN_JKU, ERR_TOKEN_ALGORITHM. */
int discovery_check(const struct discovery *discovery, const struct http_origin *endpoint,
	struct err *err) err_check;

#endif
