#include "check.h"
#include "maa/discovery.h"

#define DOCUMENT(issuer, keys, more) "{\"issuer\":\"" issuer "\",\"jwks_uri\":\"" keys "\"" more "}"
#define HERE                         "https://provider.example"

static void a_document_is_judged_against_its_endpoint(void **state)
{
	static const struct {
		const char *text;
		enum err_code code; /* ERR_OK: good */
	} rows[] = {
		{DOCUMENT(HERE, HERE "/certs", ""), ERR_OK},
		{DOCUMENT(HERE ":443", HERE ":443/certs", ""), ERR_OK},
		{DOCUMENT(HERE, HERE "/certs",
			 ",\"id_token_signing_alg_values_supported\":[\"RS256\"]"),
			ERR_OK},
		{DOCUMENT(HERE, HERE "/certs",
			 ",\"id_token_signing_alg_values_supported\":[\"none\",\"ES256\"]"),
			ERR_TOKEN_ALGORITHM},
		{DOCUMENT("https://other.example", HERE "/certs", ""), ERR_TOKEN_ISSUER},
		{DOCUMENT(HERE ":8443", HERE "/certs", ""), ERR_TOKEN_ISSUER},
		{DOCUMENT(HERE, "https://other.example/certs", ""), ERR_TOKEN_JKU},
		{DOCUMENT(HERE, "http://provider.example/certs", ""), ERR_TOKEN_JKU},
		{DOCUMENT(HERE, "/certs", ""), ERR_TOKEN_JKU},
	};
	struct http_origin endpoint;
	struct err err;

	(void)state;
	check_ok(http_parse_url(HERE, &endpoint, NULL, &err), &err);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct discovery found;

		check_ok(discovery_parse(TEXT(rows[i].text), &found, &err), &err);
		if (rows[i].code == ERR_OK)
			check_ok(discovery_check(&found, &endpoint, &err), &err);
		else
			check_err(discovery_check(&found, &endpoint, &err), &err, rows[i].code);
	}
}

static void anything_else_is_no_providers_document(void **state)
{
	static const char *const rows[] = {
		"",
		"<html>",
		"[]",
		"{}",
		DOCUMENT("http://provider.example", HERE "/certs", ""),
		"{\"issuer\":17,\"jwks_uri\":\"" HERE "/certs\"}",
		"{\"issuer\":\"" HERE "\"}",
		"{\"issuer\":\"" HERE "\",\"jwks_uri\":null}",
	};
	struct discovery found;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_err(discovery_parse(TEXT(rows[i]), &found, &err), &err, ERR_NOT_A_PROVIDER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_judged_against_its_endpoint),
		cmocka_unit_test(anything_else_is_no_providers_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
