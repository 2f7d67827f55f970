#include "maa/token.h"

#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "maa/request.h"

#define RUNTIME "x-ms-runtime"

/* ---- parts ---- */

/* Base64url without padding (RFC 7515 section 2). An empty signature passes here: it belongs to
 * `alg` none (RFC 7519 section 6), which the header's check rejects. */
static int decode_part(struct bytes part, const char *what, struct buf *ret, struct err *err)
{
	*ret = buf_with_max(TOKEN_MAX_BYTES);
	if (part.len && memchr(part.data, '=', part.len))
		return err_set(err, ERR_TOKEN_MALFORMED, 0, "The token's %s is padded.", what);
	if (base64_decode(part, BASE64_URL, ret, err) == 0)
		return 0;
	err_recode(err, ERR_TOKEN_MALFORMED);
	return err_wrap(err, "The token's %s", what);
}

static int decode_object(struct bytes part, const char *what, json **ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = {0};
	auto_cleanup(json) json *root = NULL;

	if (decode_part(part, what, &text, err) < 0)
		return -1;
	if (json_parse(buf_bytes(&text), &root, err) < 0) {
		err_recode(err, ERR_TOKEN_MALFORMED);
		return err_wrap(err, "The token's %s", what);
	}
	if (!json_is_object(root))
		return err_set(
			err, ERR_TOKEN_MALFORMED, 0, "The token's %s is not a JSON object.", what);
	*ret = steal_ptr(root);
	return 0;
}

/* Takes the part before the first dot off *rest; false without a dot. */
static bool cut_at_dot(struct bytes *rest, struct bytes *ret)
{
	const uint8_t *dot = rest->len ? memchr(rest->data, '.', rest->len) : NULL;

	if (!dot)
		return false;
	*ret = (struct bytes){rest->data, (size_t)(dot - rest->data)};
	*rest = (struct bytes){dot + 1, rest->len - ret->len - 1};
	return true;
}

int token_parse(struct bytes compact, struct token *ret, struct err *err)
{
	auto_cleanup(token) struct token token = {0};
	struct bytes rest = compact;
	struct bytes header, claims;

	if (compact.len > TOKEN_MAX_BYTES)
		return err_set(err, ERR_TOKEN_MALFORMED, 0, "The token is larger than %u bytes.",
			TOKEN_MAX_BYTES);
	if (!cut_at_dot(&rest, &header) || !cut_at_dot(&rest, &claims) ||
		memchr(rest.data, '.', rest.len))
		return err_set(
			err, ERR_TOKEN_MALFORMED, 0, "The token does not consist of three parts.");
	token.signed_part = buf_with_max(TOKEN_MAX_BYTES);
	if (decode_object(header, "header", &token.header, err) < 0 ||
		decode_object(claims, "payload", &token.claims, err) < 0 ||
		decode_part(rest, "signature", &token.signature, err) < 0 ||
		buf_append(&token.signed_part, compact.data, header.len + 1 + claims.len, err) < 0)
		return -1;
	*ret = token;
	token = (struct token){0};
	return 0;
}

void token_cleanup(struct token *token)
{
	json_free(token->header);
	json_free(token->claims);
	token->header = NULL;
	token->claims = NULL;
	buf_done(&token->signed_part);
	buf_done(&token->signature);
}

/* ---- header (RFC 7515 section 4) ---- */

static int check_jku(const json *jku, const struct http_origin *provider, struct err *err)
{
	const char *url = json_text(jku);
	struct http_origin origin;
	char path[HTTP_URL_SIZE];
	struct err unusable;

	if (!jku)
		return 0;
	if (!url || http_parse_url(url, &origin, path, &unusable) < 0 ||
		!http_same_origin(&origin, provider) || strcmp(path, "/certs") != 0)
		return err_set(err, ERR_TOKEN_JKU, 0,
			"The token's keys are said to be at '%.150s', not at '%.100s'.",
			url ? url : "(no text)", provider->host);
	return 0;
}

int token_check_header(const struct token *token, const struct http_origin *provider,
	const char **ret_kid, struct err *err)
{
	const char *alg = json_text(json_get(token->header, "alg"));
	const char *kid = json_text(json_get(token->header, "kid"));

	if (!alg || strcmp(alg, "RS256") != 0)
		return err_set(err, ERR_TOKEN_ALGORITHM, 0,
			"The token's algorithm is '%.40s', not 'RS256'.", alg ? alg : "(none)");
	if (json_get(token->header, "crit"))
		return err_set(err, ERR_TOKEN_MALFORMED, 0,
			"The token's header has critical extensions, and none is known here.");
	if (check_jku(json_get(token->header, "jku"), provider, err) < 0)
		return -1;
	if (!kid || kid[0] == '\0')
		return err_set(err, ERR_TOKEN_MALFORMED, 0,
			"The token does not name the key that signed it.");
	*ret_kid = kid;
	return 0;
}

int token_check_signature(
	const struct token *token, const char *kid, const struct keys *keys, struct err *err)
{
	const struct crypto_rsa_public *key = keys_find(keys, kid, 0);

	if (!key)
		return err_set(err, ERR_TOKEN_KEY_UNKNOWN, 0,
			"The provider does not publish the token's key '%.60s'.", kid);
	for (size_t nth = 1; key; key = keys_find(keys, kid, nth++)) {
		if (crypto_rsa_verify_sha256(key, buf_bytes(&token->signed_part),
			    buf_bytes(&token->signature), err) == 0)
			return 0;
		if (err->code == ERR_NO_MEMORY)
			return -1;
	}
	return err_set(err, ERR_TOKEN_SIGNATURE, 0,
		"The token's signature does not fit the key '%.60s'.", kid);
}

/* ---- claims ---- */

static int check_issuer(const json *claims, const struct http_origin *provider, struct err *err)
{
	const char *issuer = json_text(json_get(claims, "iss"));
	struct http_origin origin;
	char path[HTTP_URL_SIZE];
	struct err unusable;

	if (!issuer || http_parse_url(issuer, &origin, path, &unusable) < 0 ||
		!http_same_origin(&origin, provider) || (path[0] && strcmp(path, "/") != 0))
		return err_set(err, ERR_TOKEN_ISSUER, 0,
			"The token was issued by '%.120s', not by '%.100s'.",
			issuer ? issuer : "(nobody)", provider->host);
	return 0;
}

static int check_times(const json *claims, int64_t now_s, struct err *err)
{
	int64_t not_before, expires;
	char limit[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];

	if (json_get_int(claims, "nbf", &not_before, err) < 0 ||
		json_get_int(claims, "exp", &expires, err) < 0) {
		err_recode(err, ERR_TOKEN_MALFORMED);
		return err_wrap(err, "The token's payload");
	}
	clock_text(now_s, now);
	if (now_s < not_before - TOKEN_CLOCK_SKEW_S) {
		clock_text(not_before, limit);
		return err_set(err, ERR_TOKEN_NOT_YET, 0,
			"The token is valid from %s, and it is %s here.", limit, now);
	}
	if (now_s >= expires + TOKEN_CLOCK_SKEW_S) {
		clock_text(expires, limit);
		return err_set(err, ERR_TOKEN_EXPIRED, 0,
			"The token was valid until %s, and it is %s here.", limit, now);
	}
	return 0;
}

static int check_type(const json *claims, struct err *err)
{
	const char *type = json_text(json_get(claims, "x-ms-attestation-type"));

	if (!type || strcmp(type, "azurevm") != 0)
		return err_set(err, ERR_TOKEN_TYPE, 0,
			"The token's attestation type is '%.40s', not 'azurevm'.",
			type ? type : "(none)");
	return 0;
}

/* The provider copies the client payload unchanged, so the nonce is still base64. */
int token_check_nonce(const json *claims, const char *expected, struct err *err)
{
	const json *payload = json_get(json_get(claims, RUNTIME), "client-payload");
	const char *text = json_text(json_get(payload, REQUEST_NONCE));
	auto_cleanup(buf) struct buf nonce = buf_with_max(TOKEN_MAX_BYTES);
	bool is_usable;

	if (!text)
		return err_set(err, ERR_TOKEN_NONCE, 0, "The token repeats no nonce.");
	is_usable = base64_decode(bytes_of_text(text), BASE64_STANDARD, &nonce, err) == 0;
	if (!is_usable && err->code == ERR_NO_MEMORY)
		return -1;
	if (!is_usable || !bytes_are_text(buf_bytes(&nonce), expected))
		return err_set(
			err, ERR_TOKEN_NONCE, 0, "The token repeats another nonce than was sent.");
	return 0;
}

static int compare_base64url(const json *member, struct bytes expected, bool *ret, struct err *err)
{
	const char *text = json_text(member);
	auto_cleanup(buf) struct buf decoded = buf_with_max(CRYPTO_RSA_MAX_BYTES);

	*ret = text && base64_decode(bytes_of_text(text), BASE64_URL, &decoded, err) == 0;
	if (text && !*ret && err->code == ERR_NO_MEMORY)
		return -1;
	*ret = *ret && bytes_equal(buf_bytes(&decoded), expected);
	return 0;
}

/* n and e have no leading zero bytes (RFC 7518 section 6.3.1). */
static int compare_key(
	const json *jwk, const struct crypto_rsa_public *key, bool *ret_is_ours, struct err *err)
{
	const char *kty = json_text(json_get(jwk, "kty"));
	uint8_t exponent[4] = {(uint8_t)(key->exponent >> 24), (uint8_t)(key->exponent >> 16),
		(uint8_t)(key->exponent >> 8), (uint8_t)key->exponent};
	size_t zeros = 0;
	bool has_n, has_e;

	while (zeros < sizeof(exponent) - 1 && exponent[zeros] == 0)
		zeros++;
	if (compare_base64url(json_get(jwk, "n"), (struct bytes){key->modulus, key->modulus_len},
		    &has_n, err) < 0 ||
		compare_base64url(json_get(jwk, "e"),
			(struct bytes){exponent + zeros, sizeof(exponent) - zeros}, &has_e, err) < 0)
		return -1;
	*ret_is_ours = kty && strcmp(kty, "RSA") == 0 && has_n && has_e;
	return 0;
}

/* Every key named TOKEN_KEY_ID must be the VM's key: another one beside it would leave open which
 * of them the token binds. */
int token_check_key(const json *claims, const struct crypto_rsa_public *key, struct err *err)
{
	const json *keys = json_get(json_get(claims, RUNTIME), "keys");
	size_t count = 0;

	json_each (jwk, json_is_array(keys) ? keys : NULL) {
		const char *kid = json_text(json_get(jwk, "kid"));
		bool is_ours;

		if (!kid || strcmp(kid, TOKEN_KEY_ID) != 0)
			continue;
		count++;
		if (compare_key(jwk, key, &is_ours, err) < 0)
			return -1;
		if (!is_ours)
			return err_set(err, ERR_TOKEN_BINDING, 0,
				"The token is about another encryption key than ours.");
	}
	if (count == 0)
		return err_set(err, ERR_TOKEN_BINDING, 0,
			"The token names no encryption key ('%s').", TOKEN_KEY_ID);
	return 0;
}

int token_check_claims(
	const struct token *token, const struct token_expectation *expected, struct err *err)
{
	const json *claims = token->claims;

	if (check_issuer(claims, expected->provider, err) < 0 ||
		check_times(claims, expected->now_s, err) < 0 || check_type(claims, err) < 0 ||
		token_check_nonce(claims, expected->nonce, err) < 0)
		return -1;
	return token_check_key(claims, expected->key, err);
}
