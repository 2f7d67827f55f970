/* token.h - the attestation token, a JWT (RFC 7519, in JWS compact form, RFC 7515) signed with
 * RS256, and the checks before it is accepted. If any check fails, the token is rejected. */
#ifndef MAA_TOKEN_H
#define MAA_TOKEN_H

#include "edge/json.h"
#include "maa/keys.h"

#define TOKEN_MAX_BYTES (64u << 10)
#define TOKEN_KEY_ID    "TpmEphemeralEncryptionKey"
/* tolerated difference between the provider's clock and the VM's */
#define TOKEN_CLOCK_SKEW_S 300

/* A token's parts, decoded; nothing is verified yet. */
struct token {
	json *header;
	json *claims;
	struct buf signed_part; /* ASCII: header "." payload */
	struct buf signature;
};

/* ERR_TOKEN_MALFORMED */
int token_parse(struct bytes compact, struct token *ret, struct err *err) err_check;
void token_cleanup(struct token *token);

/* To be called before any key is fetched. alg must be RS256 (ERR_TOKEN_ALGORITHM), jku, if present,
 * must be the provider's /certs (ERR_TOKEN_JKU), and kid must be present (ERR_TOKEN_MALFORMED).
 * *ret_kid belongs to the token. */
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
	/* the VM's encryption key, which must be the one in x-ms-runtime */
	const struct crypto_rsa_public *key;
};

/* Checks the claims of a token whose signature was verified: issuer, nbf, exp, attestation type
 * "azurevm", nonce, key. Each has its own code. */
int token_check_claims(const struct token *token, const struct token_expectation *expected,
	struct err *err) err_check;

/* Two of these checks, for callers that have claims without their token: ERR_TOKEN_NONCE,
 * ERR_TOKEN_BINDING. */
int token_check_nonce(const json *claims, const char *expected, struct err *err) err_check;
int token_check_key(
	const json *claims, const struct crypto_rsa_public *key, struct err *err) err_check;

#endif
