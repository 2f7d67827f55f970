/* token.h - the attestation token: a JWT (RFC 7519, JWS compact form RFC 7515) signed RS256, and
 * what it must say to be believed. */
#ifndef MAA_TOKEN_H
#define MAA_TOKEN_H

#include "edge/json.h"
#include "maa/keys.h"

#define TOKEN_MAX_BYTES    (64u << 10)
#define TOKEN_KEY_ID       "TpmEphemeralEncryptionKey"
#define TOKEN_CLOCK_SKEW_S 300 /* tolerated difference between the provider's clock and ours */

/* A token's parts, decoded; nothing is verified yet. */
struct token {
	json *header;
	json *claims;
	struct buf signed_part; /* ASCII: header "." payload */
	struct buf signature;
};

/* ERR_TOKEN_MALFORMED */
int token_parse(struct bytes compact, struct token *ret, struct err *err) err_check;
void token_done(struct token *token);
static inline void token_cleanup(struct token *token)
{
	token_done(token);
}

/* alg is RS256 and nothing else (ERR_TOKEN_ALGORITHM), jku if present is of the provider's origin
 * (ERR_TOKEN_JKU), kid is given (ERR_TOKEN_MALFORMED). ret_kid belongs to the token. Before any key
 * is fetched. */
int token_check_header(const struct token *token, const struct http_origin *provider,
	const char **ret_kid, struct err *err) err_check;
/* ERR_TOKEN_KEY_UNKNOWN, ERR_TOKEN_SIGNATURE. */
int token_check_signature(const struct token *token, const char *kid, const struct keys *keys,
	struct err *err) err_check;

struct token_expectation {
	/* iss must be an https URL of this origin, without a path */
	const struct http_origin *provider;
	int64_t now_s;
	const char *nonce; /* the text that was sent in the client payload */
	/* our encryption key: must be the one in x-ms-runtime */
	const struct crypto_rsa_public *key;
};

/* Claims of a verified token: issuer, nbf, exp, attestation type "azurevm", nonce, key. One code
 * each. */
int token_check_claims(const struct token *token, const struct token_expectation *expected,
	struct err *err) err_check;

/* Two of these checks, for who has claims without their token: ERR_TOKEN_NONCE,
 * ERR_TOKEN_BINDING. */
int token_check_nonce(const json *claims, const char *expected, struct err *err) err_check;
int token_check_key(
	const json *claims, const struct crypto_rsa_public *key, struct err *err) err_check;

#endif
