/* fuzz_token_mutated.c - a good token with its parts changed, and signed anew or not: what passes
 * was signed over these bytes by a key of the set, for this provider, request and time. Signed by
 * the provider's GnuTLS (test/provider/issue.c), judged by the client's mbedtls.
 *
 * Input: one byte chooses who signs, one the key set, one what happens to the text afterwards; then
 * three bytes are one change of header or claims: where, what, how. At its end it tells how many
 * tokens passed: a target whose tokens are all refused would find nothing. */
#include <stdlib.h>
#include <string.h>
#include "../provider/issue.h"
#include "../support/changed_json.h"
#include "../support/share.h"
#include "appraise/verdict.h"
#include "base/codec.h"
#include "maa/token.h"

#define NOW_S       1800000000
#define URL         "https://provider.example"
#define NONCE       "the nonce"
#define MAX_CHANGES 4
#define MAX_SIGNED  (2u * TOKEN_MAX_BYTES)
#define LEAST_SHARE 5 /* percent of the tokens that must get to the verdict */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum who { FIRST, SECOND, STRANGER, WHO_COUNT };

static struct issuer *issuers[WHO_COUNT];
static struct http_origin provider = {"provider.example", 443};
static struct crypto_rsa_public our_key;
static json *good_header, *second_header, *good_claims;

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "a mutated token: %s\n", what);
	abort();
}

/* ---- the good token ---- */

static json *parsed(const char *text)
{
	json *ret;
	struct err err;

	if (json_parse(bytes_of_text(text), &ret, &err) < 0)
		fail(err.msg);
	return ret;
}

static void begin(void)
{
	static const char claims[] =
		"{\"iss\":\"" URL
		"\",\"iat\":1799999990,\"nbf\":1799999990,\"exp\":1800028800,\"x-ms-attestation-type\":\"azurevm\",\"secureboot\":true,\"x-ms-azurevm-debuggersdisabled\":true,\"x-ms-azurevm-dbvalidated\":true,\"x-ms-runtime\":{\"client-payload\":{\"nonce\":\"dGhlIG5vbmNl\"},\"keys\":[]}}";
	auto_cleanup(buf) struct buf modulus = buf_with_max(1024);
	struct err err;
	json *key;

	if (good_claims)
		return;
	for (int who = FIRST; who < WHO_COUNT; who++)
		if (issuer_open(URL, (struct bytes){0}, (struct bytes){0}, &issuers[who], &err) < 0)
			fail(err.msg);
	memset(our_key.modulus, 0xC3, 256);
	our_key.modulus_len = 256;
	our_key.exponent = 65537;
	if (base64_encode((struct bytes){our_key.modulus, 256}, BASE64_URL, &modulus, &err) < 0)
		fail(err.msg);
	good_header = issuer_header(issuers[FIRST]);
	second_header = issuer_header(issuers[SECOND]);
	good_claims = parsed(claims);
	key = parsed("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":\"" TOKEN_KEY_ID "\"}");
	json_add_bytes_text(key, "n", buf_bytes(&modulus));
	/* the getters give const views of a tree that is ours */
	json_add_copy((json *)(uintptr_t)json_get(json_get(good_claims, "x-ms-runtime"), "keys"),
		NULL, key);
	json_free(key);
	share_begin("tokens", "passed", LEAST_SHARE);
}

/* ---- changes ---- */

static const char *const header_names[] = {"alg", "kid", "jku", "typ", "crit", "x5c", "extra"};
static const char *const claim_names[] = {"iss", "iat", "nbf", "exp", "x-ms-attestation-type",
	"secureboot", "x-ms-azurevm-debuggersdisabled", "x-ms-azurevm-dbvalidated",
	"x-ms-azurevm-dbxvalidated", "x-ms-runtime", "client-payload", "nonce", "keys", "kid", "n",
	"e", "kty", "extra"};
static const char *const claim_parents[] = {"", "", "", "", "", "", "", "", "", "", "x-ms-runtime",
	"client-payload", "x-ms-runtime", "keys", "keys", "keys", "keys", ""};
static const char *const values[] = {NULL, "\"\"", "null", "true", "false", "0", "1", "-1",
	"1800000000", "1799999701", "1799999700", "1800000300", "1800000301", "1e300",
	"1800000000.5", "\"RS256\"", "\"none\"", "\"HS256\"", "\"rs256\"", "\"PS256\"", "\"JWT\"",
	"\"" URL "/certs\"", "\"https://evil.example/certs\"", "\"" URL "@evil.example/certs\"",
	"\"" URL "\"", "\"https://PROVIDER.example:443/\"", "\"https://evil.example\"",
	"\"http://provider.example\"", "\"" URL "/other\"", "\"azurevm\"", "\"sgx\"",
	"\"dGhlIG5vbmNl\"", "\"dGhlIG5vbmNlAA==\"", "\"the nonce\"", "\"AQAB\"", "\"AAEAAQ\"",
	"\"Aw\"", "\"RSA\"", "\"oct\"", "\"" TOKEN_KEY_ID "\"", "\"HCLAkPub\"", "[]", "{}",
	"[\"exp\"]", "[{\"kid\":\"" TOKEN_KEY_ID "\",\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"wcPD\"}]",
	"{\"nonce\":\"dGhlIG5vbmNl\"}", "{\"client-payload\":{\"nonce\":\"dGhlIG5vbmNl\"}}"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bytes value_of(uint8_t what)
{
	const char *value = values[what % COUNT(values)];

	return value ? bytes_of_text(value) : (struct bytes){0};
}

static struct json_change header_change(uint8_t where, uint8_t what, uint8_t how)
{
	return (struct json_change){.parent = "",
		.name = header_names[where % COUNT(header_names)],
		.value = value_of(what),
		.is_twice = how % 16 == 15};
}

static struct json_change claims_change(uint8_t where, uint8_t what, uint8_t how)
{
	return (struct json_change){.parent = claim_parents[where % COUNT(claim_names)],
		.name = claim_names[where % COUNT(claim_names)],
		.value = value_of(what),
		.is_twice = how % 16 == 15};
}

/* ---- the token's text, who signed it, and by which set it is judged ---- */

struct made {
	struct buf signed_text; /* what was signed, "" if nothing */
	enum who signer;
	struct buf compact;
};

static void made_cleanup(struct made *made)
{
	buf_done(&made->signed_text);
	buf_done(&made->compact);
}

static void put_signed_part(const struct buf *header, const struct buf *claims, struct buf *ret)
{
	struct err err;

	if (base64_encode(buf_bytes(header), BASE64_URL, ret, &err) < 0 ||
		buf_append_text(ret, ".", &err) < 0 ||
		base64_encode(buf_bytes(claims), BASE64_URL, ret, &err) < 0)
		fail(err.msg);
}

static void print_good(const json *tree, struct buf *ret)
{
	struct err err;

	if (json_print(tree, JSON_COMPACT, ret, &err) < 0)
		fail(err.msg);
}

/* 0, 1, 2: that issuer signs what was changed; 3: the signature is of the token before the change;
 * 4: none; 5: the second issuer, who says so; else the first issuer. */
static void make(uint8_t who, const struct buf *header, const struct buf *claims, struct made *ret)
{
	auto_cleanup(buf) struct buf signature = buf_with_max(1024);
	auto_cleanup(buf) struct buf good_head = buf_with_max(4096);
	auto_cleanup(buf) struct buf good_body = buf_with_max(4096);
	struct err err;

	*ret = (struct made){
		.signed_text = buf_with_max(MAX_SIGNED), .compact = buf_with_max(MAX_SIGNED)};
	ret->signer = who % 16 < WHO_COUNT ? (enum who)(who % 16) : who % 16 == 5 ? SECOND : FIRST;
	put_signed_part(header, claims, &ret->compact);
	if (who % 16 == 3) {
		print_good(good_header, &good_head);
		print_good(good_claims, &good_body);
		put_signed_part(&good_head, &good_body, &ret->signed_text);
	} else if (buf_set(&ret->signed_text, buf_bytes(&ret->compact), &err) < 0) {
		fail(err.msg);
	}
	if (who % 16 != 4 && issuer_sign(issuers[ret->signer], buf_bytes(&ret->signed_text),
				     &signature, &err) < 0)
		fail(err.msg);
	if (buf_append_text(&ret->compact, ".", &err) < 0 ||
		(signature.len &&
			base64_encode(buf_bytes(&signature), BASE64_URL, &ret->compact, &err) < 0))
		fail(err.msg);
}

/* On its way. */
static void disturb(uint8_t how, uint8_t where, struct buf *compact)
{
	static const char *const behind[] = {"=", "\n", ".", "A", " "};
	struct err err;
	size_t at = (size_t)where * compact->len / 256;

	switch (how % 32) {
	case 1:
		compact->data[at] ^= (uint8_t)(how | 1);
		return;
	case 2:
		compact->len = at;
		return;
	case 3:
		if (buf_append_text(compact, behind[where % COUNT(behind)], &err) < 0)
			fail(err.msg);
		return;
	case 4: /* the same text in another letter of the standard alphabet */
		for (size_t i = 0; i < compact->len; i++)
			compact->data[i] = compact->data[i] == '-' ? '+' : compact->data[i];
		return;
	case 5: /* spare bits of the signature's last character */
		compact->data[compact->len - 1] ^= 1;
		return;
	default:
		return;
	}
}

/* 0: both keys; 1, 2: one of them; 3: the second issuer's certificate under the first one's
 * name. */
static void make_keys(
	uint8_t which, struct keys *ret, const char *ret_kids[2], enum who ret_owners[2])
{
	struct err err;

	*ret = (struct keys){0};
	ret_kids[0] = issuer_kid(issuers[FIRST]);
	ret_kids[1] = issuer_kid(issuers[SECOND]);
	ret_owners[0] = which % 8 == 3 ? SECOND : FIRST;
	ret_owners[1] = SECOND;
	for (size_t i = 0; i < 2; i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(KEYS_MAX_BYTES);
		struct keys one;

		if (which % 8 == 2 - i)
			continue;
		if (issuer_keys(issuers[ret_owners[i]], &text, &err) < 0 ||
			keys_parse(buf_bytes(&text), &one, &err) < 0)
			fail(err.msg);
		ret->entries[ret->count] = one.entries[0];
		memcpy(ret->entries[ret->count++].kid, ret_kids[i], strlen(ret_kids[i]) + 1);
	}
}

/* ---- the same, read a second time by this file alone ---- */

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; text && i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

static bool is_our_key(const json *key)
{
	const json *good = json_at(json_get(json_get(good_claims, "x-ms-runtime"), "keys"), 0);

	return json_equal(json_get(key, "n"), json_get(good, "n")) &&
	       json_equal(json_get(key, "e"), json_get(good, "e")) &&
	       json_equal(json_get(key, "kty"), json_get(good, "kty"));
}

static void check_claims(const json *claims)
{
	static const char *const issuers_texts[] = {URL, "https://PROVIDER.example:443/"};
	const json *runtime = json_get(claims, "x-ms-runtime");
	const char *type = json_text(json_get(claims, "x-ms-attestation-type"));
	const char *nonce = json_text(json_get(json_get(runtime, "client-payload"), "nonce"));
	int64_t not_before, expires;
	size_t ours = 0;
	struct err err;

	if (!is_one_of(json_text(json_get(claims, "iss")), issuers_texts, COUNT(issuers_texts)))
		fail("passed, and another provider issued it");
	if (json_get_int(claims, "nbf", &not_before, &err) < 0 ||
		json_get_int(claims, "exp", &expires, &err) < 0 ||
		not_before > NOW_S + TOKEN_CLOCK_SKEW_S || expires <= NOW_S - TOKEN_CLOCK_SKEW_S)
		fail("passed out of its time");
	if (!type || strcmp(type, "azurevm") != 0 || !nonce || strcmp(nonce, "dGhlIG5vbmNl") != 0)
		fail("passed with another type or nonce");
	json_each (key, json_get(runtime, "keys")) {
		const char *kid = json_text(json_get(key, "kid"));

		if (kid && strcmp(kid, TOKEN_KEY_ID) == 0 && !is_our_key(key))
			fail("passed for another key");
		ours += kid && strcmp(kid, TOKEN_KEY_ID) == 0;
	}
	if (!ours)
		fail("passed without our key");
}

static void check_verdict(const json *claims)
{
	static const char *const must_not_be_false[] = {"x-ms-azurevm-debuggersdisabled",
		"x-ms-azurevm-dbvalidated", "x-ms-azurevm-dbxvalidated",
		"x-ms-azurevm-signingdisabled"};

	if (verdict_of_claims(claims).health != HEALTH_HEALTHY)
		return;
	if (!json_true(json_get(claims, "secureboot")))
		fail("Healthy without Secure Boot");
	for (size_t i = 0; i < COUNT(must_not_be_false); i++)
		if (json_get(claims, must_not_be_false[i]) &&
			!json_true(json_get(claims, must_not_be_false[i])))
			fail("Healthy with a claim that is not true");
}

static void check_signature(const struct made *made, const struct token *token, uint8_t which_keys)
{
	const char *kid = json_text(json_get(token->header, "kid"));
	const char *alg = json_text(json_get(token->header, "alg"));
	struct keys ignored;
	const char *kids[2];
	enum who owners[2];

	make_keys(which_keys, &ignored, kids, owners);
	if (!alg || strcmp(alg, "RS256") != 0)
		fail("passed with another algorithm");
	if (!bytes_equal(buf_bytes(&made->signed_text), buf_bytes(&token->signed_part)))
		fail("passed, and nobody signed these bytes");
	for (size_t i = 0; kid && i < 2; i++)
		if (strcmp(kid, kids[i]) == 0 && owners[i] == made->signer && which_keys % 8 != 2 - i)
			return;
	fail("passed by a key that is not in the set, or not the one that it names");
}

/* ---- what the client does with it ---- */

static bool passes(const struct buf *compact, const struct keys *keys, struct token *ret)
{
	struct token_expectation expected = {&provider, NOW_S, NONCE, &our_key};
	const char *kid;
	struct err err;

	return token_parse(buf_bytes(compact), ret, &err) == 0 &&
	       token_check_header(ret, &provider, &kid, &err) == 0 &&
	       token_check_signature(ret, kid, keys, &err) == 0 &&
	       token_check_claims(ret, &expected, &err) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(buf) struct buf header = buf_with_max(TOKEN_MAX_BYTES),
				     claims = buf_with_max(TOKEN_MAX_BYTES);
	auto_cleanup(made) struct made made = {0};
	auto_cleanup(token) struct token token = {0};
	static struct keys keys; /* 20 KiB */
	const char *kids[2];
	enum who owners[2];

	begin();
	if (size < 4)
		return 0;
	print_good(data[0] % 16 == 5 ? second_header : good_header, &header);
	print_good(good_claims, &claims);
	for (size_t i = 0; i < MAX_CHANGES && 4 + 3 * i + 3 <= size; i++) {
		const uint8_t *at = data + 4 + 3 * i;
		bool is_header = at[2] & 0x80;
		struct json_change change = is_header ? header_change(at[0], at[1], at[2])
						      : claims_change(at[0], at[1], at[2]);

		changed_json_apply(&change, is_header ? &header : &claims);
	}
	make(data[0], &header, &claims, &made);
	disturb(data[2], data[3], &made.compact);
	make_keys(data[1], &keys, kids, owners);
	share.made++;
	if (!passes(&made.compact, &keys, &token))
		return 0;
	share.good++;
	check_signature(&made, &token, data[1]);
	check_claims(token.claims);
	check_verdict(token.claims);
	return 0;
}
