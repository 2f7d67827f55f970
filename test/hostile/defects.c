#include "defects.h"

#include <gnutls/crypto.h>
#include <string.h>
#include "base/clock.h"
#include "base/codec.h"

#define MAX_KEYS 65536
#define DAY_S    86400
#define LIFE_S   28800

/* A copy without the member, to which another value can be added. */
static json *without(const json *object, const char *name)
{
	json *copy = json_new_object();

	json_each (member, object)
		if (strcmp(json_name(member), name) != 0)
			json_add_copy(copy, json_name(member), member);
	return copy;
}

static void set_text(json **object, const char *name, const char *text)
{
	json *changed = without(*object, name);

	json_add_text(changed, name, text);
	json_free(*object);
	*object = changed;
}

static void set_int(json **object, const char *name, int64_t number)
{
	json *changed = without(*object, name);

	json_add_int(changed, name, number);
	json_free(*object);
	*object = changed;
}

static void set_copy(json **object, const char *name, const json *value)
{
	json *changed = without(*object, name);

	json_add_copy(changed, name, value);
	json_free(*object);
	*object = changed;
}

static void shift_times(struct draft *draft, int64_t by_s)
{
	static const char *const names[] = {"iat", "nbf", "exp"};
	int64_t time_s = clock_now_s() + by_s;

	for (size_t i = 0; i < 3; i++)
		set_int(&draft->claims, names[i], i == 2 ? time_s + LIFE_S : time_s);
}

/* ---- defects of header and claims, before signing ---- */

static void alg_none(struct draft *draft)
{
	set_text(&draft->header, "alg", "none");
}

static void alg_hs256(struct draft *draft)
{
	set_text(&draft->header, "alg", "HS256");
}

static void alg_rs512(struct draft *draft)
{
	set_text(&draft->header, "alg", "RS512");
}

static void unknown_kid(struct draft *draft)
{
	set_text(&draft->header, "kid", "bm9ib2R5J3Mga2V5IG5vYm9keSdzIGtleSBub2JvZHk=");
}

static void no_kid(struct draft *draft)
{
	json *header = without(draft->header, "kid");

	json_free(draft->header);
	draft->header = header;
}

static void foreign_jku(struct draft *draft)
{
	set_text(&draft->header, "jku", "https://attacker.example/certs");
}

static void other_issuer(struct draft *draft)
{
	set_text(&draft->claims, "iss", "https://other.example");
}

static void expired(struct draft *draft)
{
	shift_times(draft, -2 * DAY_S);
}

static void not_yet_valid(struct draft *draft)
{
	shift_times(draft, DAY_S);
}

static void other_type(struct draft *draft)
{
	set_text(&draft->claims, "x-ms-attestation-type", "sgx");
}

static void secureboot_false(struct draft *draft)
{
	json *changed = without(draft->claims, "secureboot");

	json_add_bool(changed, "secureboot", false);
	json_free(draft->claims);
	draft->claims = changed;
}

static void no_secureboot(struct draft *draft)
{
	json *changed = without(draft->claims, "secureboot");

	json_free(draft->claims);
	draft->claims = changed;
}

static void set_runtime(struct draft *draft, const char *name, const json *value)
{
	json *runtime = without(json_get(draft->claims, "x-ms-runtime"), name);

	if (value)
		json_add_copy(runtime, name, value);
	set_copy(&draft->claims, "x-ms-runtime", runtime);
	json_free(runtime);
}

static void other_nonce(struct draft *draft)
{
	auto_cleanup(json) json *payload = json_new_object();

	json_add_text(payload, "nonce", "c29tZWJvZHkgZWxzZQ==");
	set_runtime(draft, "client-payload", payload);
}

static void no_nonce(struct draft *draft)
{
	set_runtime(draft, "client-payload", NULL);
}

/* The same key with one digit of its modulus changed. */
static void other_key(struct draft *draft)
{
	const json *old = json_at(json_get(json_get(draft->claims, "x-ms-runtime"), "keys"), 0);
	auto_cleanup(free) char *modulus = strdup(json_text(json_get(old, "n")));
	auto_cleanup(json) json *keys = json_new_array();
	json *key = without(old, "n");

	if (!modulus)
		abort();
	modulus[10] = modulus[10] == 'A' ? 'B' : 'A';
	json_add_text(key, "n", modulus);
	json_add_copy(keys, NULL, key);
	json_free(key);
	set_runtime(draft, "keys", keys);
}

/* ---- defects of the token's text, after signing ---- */

static void cut_signature(struct draft *draft)
{
	draft->token.len = (size_t)((uint8_t *)memrchr(draft->token.data, '.', draft->token.len) -
				    draft->token.data) +
			   1;
}

/* The key set's certificate as secret: works on clients that let the token choose the algorithm. */
static void sign_hs256(struct draft *draft)
{
	auto_cleanup(buf) struct buf keys = buf_with_max(MAX_KEYS);
	uint8_t mac[CRYPTO_SHA256_SIZE];
	struct err err;

	cut_signature(draft);
	if (issuer_keys(draft->issuer, &keys, &err) < 0 ||
		gnutls_hmac_fast(GNUTLS_MAC_SHA256, keys.data, keys.len, draft->token.data,
			draft->token.len - 1, mac) < 0 ||
		base64_encode((struct bytes){mac, sizeof(mac)}, BASE64_URL, &draft->token, &err) < 0)
		abort();
}

/* One letter in the middle, so that the last letter's unused bits stay zero. */
static void wrong_signature(struct draft *draft)
{
	uint8_t *at = draft->token.data + draft->token.len - 100;

	*at = *at == 'A' ? 'B' : 'A';
}

static void not_a_token(struct draft *draft)
{
	draft->token.len = 0;
	if (buf_append_text(&draft->token, "this is no token", &(struct err){0}) < 0)
		abort();
}

/* ---- defects of the envelope ---- */

static void flip(struct buf *bytes)
{
	bytes->data[bytes->len / 2] ^= 1;
}

static void tag(struct draft *draft)
{
	flip(&draft->sealed.tag);
}

static void iv(struct draft *draft)
{
	flip(&draft->sealed.iv);
}

static void ciphertext(struct draft *draft)
{
	flip(&draft->sealed.ciphertext);
}

/* Any modulus that another TPM could have. */
static void inner_key(struct draft *draft)
{
	flip(&(struct buf){.data = draft->key.modulus, .len = draft->key.modulus_len});
}

static void short_iv(struct draft *draft)
{
	draft->sealed.iv.len = 8;
}

static const struct defect {
	const char *name;
	enum stage stage;
	void (*apply)(struct draft *);
} defects[] = {
	{"alg-none", BEFORE_SIGNING, alg_none},
	{"alg-none", AFTER_SIGNING, cut_signature},
	{"alg-hs256", BEFORE_SIGNING, alg_hs256},
	{"alg-hs256", AFTER_SIGNING, sign_hs256},
	{"alg-rs512", BEFORE_SIGNING, alg_rs512},
	{"unknown-kid", BEFORE_SIGNING, unknown_kid},
	{"no-kid", BEFORE_SIGNING, no_kid},
	{"foreign-jku", BEFORE_SIGNING, foreign_jku},
	{"other-issuer", BEFORE_SIGNING, other_issuer},
	{"expired", BEFORE_SIGNING, expired},
	{"not-yet-valid", BEFORE_SIGNING, not_yet_valid},
	{"other-type", BEFORE_SIGNING, other_type},
	{"secureboot-false", BEFORE_SIGNING, secureboot_false},
	{"no-secureboot", BEFORE_SIGNING, no_secureboot},
	{"other-nonce", BEFORE_SIGNING, other_nonce},
	{"no-nonce", BEFORE_SIGNING, no_nonce},
	{"other-key", BEFORE_SIGNING, other_key},
	{"wrong-signature", AFTER_SIGNING, wrong_signature},
	{"not-a-token", AFTER_SIGNING, not_a_token},
	{"inner-key", BEFORE_SEALING, inner_key},
	{"tag", AFTER_SEALING, tag},
	{"iv", AFTER_SEALING, iv},
	{"short-iv", AFTER_SEALING, short_iv},
	{"ciphertext", AFTER_SEALING, ciphertext},
};

bool defect_is_known(const char *name)
{
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
		if (strcmp(defects[i].name, name) == 0)
			return true;
	return strcmp(name, "none") == 0;
}

void defect_apply(const char *name, enum stage stage, struct draft *draft)
{
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
		if (defects[i].stage == stage && strcmp(defects[i].name, name) == 0)
			defects[i].apply(draft);
}

void defects_list(FILE *to)
{
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
		if (i == 0 || strcmp(defects[i].name, defects[i - 1].name) != 0)
			(void)fprintf(to, " %s", defects[i].name);
}
