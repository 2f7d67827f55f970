/* Tokens and key sets that test/support/make_tokens signs with openssl: one row per way to be
 * wrong. */
#include "check.h"
#include "../support/kinds.h"

#include "edge/crypto.h"
#include "maa/token.h"
#include "../support/folder.h"

#define NOW_S 1800000000

static char folder[FOLDER_SIZE];
static struct keys keys;
static struct crypto_rsa_public our_key;
static struct http_origin provider = {"provider.example", 443};

static struct bytes text_of(const char *name, const char *suffix)
{
	static uint8_t text[2 * TOKEN_MAX_BYTES];
	char file[64];

	(void)snprintf(file, sizeof(file), "%s%s", name, suffix);
	return (struct bytes){text, folder_read(folder, file, text, sizeof(text))};
}

/* What a round does with a token. */
static int judge_with(const char *name, const struct keys *set, struct err *err)
{
	struct token_expectation expected = {&provider, NOW_S, "the nonce", &our_key};
	auto_cleanup(token) struct token token = {0};
	struct bytes text = text_of(name, ".jwt");
	const char *kid;

	if (text.len == 0)
		fail_msg("no token '%s'", name);
	if (token_parse(text, &token, err) < 0 ||
		token_check_header(&token, &provider, &kid, err) < 0 ||
		token_check_signature(&token, kid, set, err) < 0)
		return -1;
	return token_check_claims(&token, &expected, err);
}

static int judge(const char *name, struct err *err)
{
	return judge_with(name, &keys, err);
}

static void good_tokens_are_believed(void **state)
{
	static const char *const names[] = {
		"good", "good-second", "good-bare", "good-late", "good-early", "good-numbers"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct err err;

		check_ok(judge(names[i], &err), &err);
	}
	judged_print(9, (struct judged){.good = COUNT(names)});
}

static void each_flaw_has_its_code(void **state)
{
	static const struct {
		const char *name;
		enum err_code code;
	} rows[] = {
		{"three-dots", ERR_TOKEN_MALFORMED},
		{"two-parts", ERR_TOKEN_MALFORMED},
		{"no-signature", ERR_TOKEN_SIGNATURE},
		{"padded", ERR_TOKEN_MALFORMED},
		{"line-break", ERR_TOKEN_MALFORMED},
		{"large", ERR_TOKEN_MALFORMED},
		{"header-array", ERR_TOKEN_MALFORMED},
		{"header-twice", ERR_TOKEN_MALFORMED},
		{"payload-text", ERR_TOKEN_MALFORMED},
		{"payload-cut", ERR_TOKEN_MALFORMED},
		{"payload-twice", ERR_TOKEN_MALFORMED},
		{"alg-none", ERR_TOKEN_ALGORITHM},
		{"alg-HS256", ERR_TOKEN_ALGORITHM},
		{"alg-RS384", ERR_TOKEN_ALGORITHM},
		{"alg-PS256", ERR_TOKEN_ALGORITHM},
		{"alg-ES256", ERR_TOKEN_ALGORITHM},
		{"alg-rs256", ERR_TOKEN_ALGORITHM},
		{"alg-empty", ERR_TOKEN_ALGORITHM},
		{"alg-missing", ERR_TOKEN_ALGORITHM},
		{"alg-number", ERR_TOKEN_ALGORITHM},
		{"crit", ERR_TOKEN_MALFORMED},
		{"jku-foreign", ERR_TOKEN_JKU},
		{"jku-like", ERR_TOKEN_JKU},
		{"jku-user", ERR_TOKEN_JKU},
		{"jku-port", ERR_TOKEN_JKU},
		{"jku-path", ERR_TOKEN_JKU},
		{"jku-http", ERR_TOKEN_JKU},
		{"jku-number", ERR_TOKEN_JKU},
		{"kid-missing", ERR_TOKEN_MALFORMED},
		{"kid-empty", ERR_TOKEN_MALFORMED},
		{"kid-number", ERR_TOKEN_MALFORMED},
		{"kid-unknown", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-elliptic", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-elliptic-as-rsa", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-short", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-bare", ERR_TOKEN_SIGNATURE}, /* n and e of another key */
		{"kid-zero-led", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-without-e", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-empty-chain", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-encrypting", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-broken", ERR_TOKEN_KEY_UNKNOWN},
		{"kid-text", ERR_TOKEN_KEY_UNKNOWN},
		{"signed-by-second", ERR_TOKEN_SIGNATURE},
		{"altered", ERR_TOKEN_SIGNATURE},
		{"signature-cut", ERR_TOKEN_SIGNATURE},
		{"signature-zero", ERR_TOKEN_SIGNATURE},
		{"iss-missing", ERR_TOKEN_ISSUER},
		{"iss-number", ERR_TOKEN_ISSUER},
		{"iss-foreign", ERR_TOKEN_ISSUER},
		{"iss-port", ERR_TOKEN_ISSUER},
		{"iss-path", ERR_TOKEN_ISSUER},
		{"iss-http", ERR_TOKEN_ISSUER},
		{"exp-past", ERR_TOKEN_EXPIRED},
		{"exp-missing", ERR_TOKEN_MALFORMED},
		{"exp-text", ERR_TOKEN_MALFORMED},
		{"exp-fraction", ERR_TOKEN_MALFORMED},
		{"exp-huge", ERR_TOKEN_MALFORMED},
		{"nbf-future", ERR_TOKEN_NOT_YET},
		{"nbf-missing", ERR_TOKEN_MALFORMED},
		{"nbf-null", ERR_TOKEN_MALFORMED},
		{"type-sgx", ERR_TOKEN_TYPE},
		{"type-missing", ERR_TOKEN_TYPE},
		{"type-bool", ERR_TOKEN_TYPE},
		{"nonce-other", ERR_TOKEN_NONCE},
		{"nonce-longer", ERR_TOKEN_NONCE},
		{"nonce-plain", ERR_TOKEN_NONCE},
		{"nonce-empty", ERR_TOKEN_NONCE},
		{"nonce-missing", ERR_TOKEN_NONCE},
		{"payload-missing", ERR_TOKEN_NONCE},
		{"payload-array", ERR_TOKEN_NONCE},
		{"runtime-missing", ERR_TOKEN_NONCE},
		{"runtime-text", ERR_TOKEN_NONCE},
		{"key-other", ERR_TOKEN_BINDING},
		{"key-longer", ERR_TOKEN_BINDING},
		{"key-cut", ERR_TOKEN_BINDING},
		{"key-exponent", ERR_TOKEN_BINDING},
		{"key-e-long", ERR_TOKEN_BINDING},
		{"key-e-missing", ERR_TOKEN_BINDING},
		{"key-type", ERR_TOKEN_BINDING},
		{"key-name", ERR_TOKEN_BINDING},
		{"key-n-number", ERR_TOKEN_BINDING},
		{"key-twice", ERR_TOKEN_BINDING},
		{"keys-missing", ERR_TOKEN_BINDING},
		{"keys-empty", ERR_TOKEN_BINDING},
		{"keys-object", ERR_TOKEN_BINDING},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = {0};

		if (judge(rows[i].name, &err) == 0)
			fail_msg("%s is believed", rows[i].name);
		if (err.code != rows[i].code)
			fail_msg("%s: %s (%s)", rows[i].name, err_info(err.code)->name, err.msg);
	}
	judged_print(9, (struct judged){.attacks = COUNT(rows)});
}

/* A token of another provider, another time, nonce and key: all that a round asks is asked. */
static void a_good_token_does_not_fit_another_question(void **state)
{
	static const struct http_origin other_provider = {"other.example", 443};
	struct crypto_rsa_public other_key = our_key;
	struct token_expectation rows[] = {
		{&other_provider, NOW_S, "the nonce", &our_key},
		{&provider, NOW_S + 28800 + 300, "the nonce", &our_key},
		{&provider, NOW_S - 10 - 301, "the nonce", &our_key},
		{&provider, NOW_S, "The nonce", &our_key},
		{&provider, NOW_S, "", &our_key},
		{&provider, NOW_S, "the nonce", &other_key},
	};
	static const enum err_code codes[] = {ERR_TOKEN_ISSUER, ERR_TOKEN_EXPIRED,
		ERR_TOKEN_NOT_YET, ERR_TOKEN_NONCE, ERR_TOKEN_NONCE, ERR_TOKEN_BINDING};
	auto_cleanup(token) struct token token = {0};
	const char *kid;
	struct err err;

	(void)state;
	other_key.exponent = 3;
	check_ok(token_parse(text_of("good", ".jwt"), &token, &err), &err);
	for (size_t i = 0; i < COUNT(rows); i++)
		check_err(token_check_claims(&token, &rows[i], &err), &err, codes[i]);
	check_err(token_check_header(&token, &other_provider, &kid, &err), &err, ERR_TOKEN_JKU);
}

static void messages_say_what_was_found(void **state)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{"exp-past", "valid until 2027-01-15T07:55:00Z, and it is 2027-01-15T08:00:00Z here"},
		{"alg-none", "'none'"},
		{"jku-foreign", "'https://evil.example/certs'"},
		{"iss-foreign", "'https://evil.example', not by 'provider.example'"},
		{"kid-unknown", "'unknown'"},
		{"exp-missing", "'exp'"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = {0};

		assert_int_equal(judge(rows[i].name, &err), -1);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("'%s' lacks '%s'", err.msg, rows[i].words);
	}
}

/* ---- key sets ---- */

static void key_sets_keep_what_can_be_used(void **state)
{
	struct err err;

	(void)state;
	check_ok(keys_parse(text_of("certs", ""), &keys, &err), &err);
	assert_int_equal(keys.count, 4);
	assert_non_null(keys_find(&keys, "first", 0));
	assert_non_null(keys_find(&keys, "second", 0));
	assert_null(keys_find(&keys, "First", 0));
	assert_null(keys_find(&keys, "", 0));
	assert_false(crypto_rsa_equal(keys_find(&keys, "first", 0), keys_find(&keys, "second", 0)));
}

static void key_sets_that_cannot_be_used_are_refused(void **state)
{
	static const char *const files[] = {"certs-unusable", "certs-many", "good.jwt"};
	static const char *const texts[] = {"", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}",
		"{\"keys\":[{}]}", "{\"keys\":[],\"keys\":[]}", "<html>"};
	struct keys none = {.count = 7};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		check_err(keys_parse(text_of(files[i], ""), &none, &err), &err, ERR_KEYS_INVALID);
	for (size_t i = 0; i < COUNT(texts); i++)
		check_err(keys_parse(TEXT(texts[i]), &none, &err), &err, ERR_KEYS_INVALID);
	assert_int_equal(none.count, 7);
}

/* As while a key is replaced: what either of both signed is good, and nothing else. */
static void one_id_may_stand_for_two_keys(void **state)
{
	static struct keys two; /* 20 KiB */
	struct err err;

	(void)state;
	check_ok(keys_parse(text_of("certs-doubled", ""), &two, &err), &err);
	assert_int_equal(two.count, keys.count + 1);
	assert_non_null(keys_find(&two, "first", 1));
	assert_null(keys_find(&two, "first", 2));
	check_ok(judge_with("good", &two, &err), &err);
	check_ok(judge_with("signed-by-second", &two, &err), &err);
	check_err(judge_with("altered", &two, &err), &err, ERR_TOKEN_SIGNATURE);
	check_err(judge_with("kid-bare", &two, &err), &err, ERR_TOKEN_SIGNATURE);
}

/* ---- a genuine token, long expired ---- */

static void a_genuine_token_is_understood(void **state)
{
	static struct http_origin genuine = {"sharedeus2.eus2.attest.azure.net", 443};
	static uint8_t text[TOKEN_MAX_BYTES];
	const char *vectors = getenv("VECTORS");
	auto_cleanup(token) struct token token = {0};
	struct bytes compact = {text, folder_read(vectors ? vectors : "../shared/vectors",
					      "jwt/maa/clientlibtests_1.jwt", text, sizeof(text))};
	struct token_expectation expected = {&genuine, 1649979800, "1234", &our_key};
	const char *kid;
	struct err err;

	(void)state;
	if (compact.len == 0) {
		print_message("SKIPPED: no vector of a genuine token\n");
		skip();
	}
	while (compact.len && compact.data[compact.len - 1] == '\n')
		compact.len--;
	check_ok(token_parse(compact, &token, &err), &err);
	check_ok(token_check_header(&token, &genuine, &kid, &err), &err);
	assert_string_equal(kid, "rj/UuoedUDeC1WTpnxBo2fBz+RFnAuC5j4luHsQAaXI=");
	check_err(token_check_signature(&token, kid, &keys, &err), &err, ERR_TOKEN_KEY_UNKNOWN);
	/* it says what is expected up to the client payload or the key, which are of another VM */
	assert_int_equal(token_check_claims(&token, &expected, &err), -1);
	assert_true(err.code == ERR_TOKEN_NONCE || err.code == ERR_TOKEN_BINDING);
	expected.now_s += 28800 + 300;
	check_err(token_check_claims(&token, &expected, &err), &err, ERR_TOKEN_EXPIRED);
}

static int make_tokens(void **state)
{
	const char *argv[] = {"test/support/make_tokens", folder, NULL};
	struct err err;

	(void)state;
	folder_make(folder);
	folder_run(argv);
	memset(our_key.modulus, 0xc3, 256);
	our_key.modulus_len = 256;
	our_key.exponent = 65537;
	return keys_parse(text_of("certs", ""), &keys, &err);
}

static int remove_tokens(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_sets_keep_what_can_be_used),
		cmocka_unit_test(key_sets_that_cannot_be_used_are_refused),
		cmocka_unit_test(one_id_may_stand_for_two_keys),
		cmocka_unit_test(good_tokens_are_believed),
		cmocka_unit_test(each_flaw_has_its_code),
		cmocka_unit_test(a_good_token_does_not_fit_another_question),
		cmocka_unit_test(messages_say_what_was_found),
		cmocka_unit_test(a_genuine_token_is_understood),
	};

	return cmocka_run_group_tests(tests, make_tokens, remove_tokens);
}
