/* discovery.h - what a provider says of itself at /.well-known/openid-configuration (OpenID Connect
 * Discovery 1.0 section 3): who issues its tokens and where its keys are. Nothing is believed
 * because of it: tokens are checked against the endpoint. It tells beforehand that those of this
 * endpoint would be refused. */
#ifndef MAA_DISCOVERY_H
#define MAA_DISCOVERY_H

#include "net/http.h"

#define DISCOVERY_PATH      "/.well-known/openid-configuration"
#define DISCOVERY_MAX_BYTES (64u << 10)

struct discovery {
	struct http_origin issuer;
	char keys_url[HTTP_URL_SIZE];
	bool signs_rs256; /* or does not say */
};

/* ERR_NOT_A_PROVIDER: no such document. */
int discovery_parse(struct bytes text, struct discovery *ret, struct err *err) err_check;
/* Are its tokens those of the endpoint? ERR_TOKEN_ISSUER, ERR_TOKEN_JKU, ERR_TOKEN_ALGORITHM. */
int discovery_check(const struct discovery *discovery, const struct http_origin *endpoint,
	struct err *err) err_check;

#endif
