#include "check.h"
#include "appraise/verdict.h"

#define GOOD                                                                                                 \
	"\"secureboot\":true,\"x-ms-azurevm-debuggersdisabled\":true,\"x-ms-azurevm-signingdisabled\":true," \
	"\"x-ms-azurevm-dbvalidated\":true,\"x-ms-azurevm-dbxvalidated\":true,"                              \
	"\"x-ms-azurevm-default-securebootkeysvalidated\":true"

static struct verdict verdict_of_text(const char *claims)
{
	auto_cleanup(json) json *document = NULL;
	struct err err;

	check_ok(json_parse(TEXT(claims), &document, &err), &err);
	return verdict_of_claims(document);
}

static void claims_lead_to_a_verdict(void **state)
{
	static const struct {
		const char *claims;
		enum health health;
		enum err_code code;
	} rows[] = {
		{"{" GOOD "}", HEALTH_HEALTHY, ERR_OK},
		{"{\"secureboot\":true}", HEALTH_HEALTHY, ERR_OK},
		{"{}", HEALTH_UNKNOWN, ERR_TOKEN_CLAIMS},
		{"{\"SecureBoot\":true}", HEALTH_UNKNOWN, ERR_TOKEN_CLAIMS},
		{"{\"secureboot\":false}", HEALTH_UNHEALTHY, ERR_SECURE_BOOT_OFF},
		{"{\"secureboot\":\"true\"}", HEALTH_UNKNOWN, ERR_TOKEN_CLAIMS},
		{"{\"secureboot\":1}", HEALTH_UNKNOWN, ERR_TOKEN_CLAIMS},
		{"{\"secureboot\":null}", HEALTH_UNKNOWN, ERR_TOKEN_CLAIMS},
		{"{\"secureboot\":true,\"x-ms-azurevm-dbvalidated\":false}", HEALTH_UNHEALTHY,
			ERR_CLAIM_FALSE},
		{"{\"secureboot\":true,\"x-ms-azurevm-dbxvalidated\":false}", HEALTH_UNHEALTHY,
			ERR_CLAIM_FALSE},
		{"{\"secureboot\":true,\"x-ms-azurevm-signingdisabled\":false}", HEALTH_UNHEALTHY,
			ERR_CLAIM_FALSE},
		{"{\"secureboot\":true,\"x-ms-azurevm-debuggersdisabled\":false}", HEALTH_UNHEALTHY,
			ERR_CLAIM_FALSE},
		{"{\"secureboot\":true,\"x-ms-azurevm-default-securebootkeysvalidated\":false}",
			HEALTH_UNHEALTHY, ERR_CLAIM_FALSE},
		{"{\"secureboot\":true,\"x-ms-azurevm-dbvalidated\":\"no\"}", HEALTH_UNKNOWN,
			ERR_TOKEN_CLAIMS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict verdict = verdict_of_text(rows[i].claims);

		if (verdict.health != rows[i].health || verdict.reason.code != rows[i].code)
			fail_msg("%s: %s, %s", rows[i].claims, health_name(verdict.health),
				verdict.reason.msg);
	}
}

static void failures_are_unknown_and_integrity_is_unhealthy(void **state)
{
	(void)state;
	for (size_t i = 0; err_info_at(i); i++) {
		struct err err = {.code = err_info_at(i)->code};
		bool is_answer = err.code / 100 == 7 || err.code == ERR_SECURE_BOOT_OFF;

		assert_int_equal(
			verdict_of_err(&err).health, is_answer ? HEALTH_UNHEALTHY : HEALTH_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_lead_to_a_verdict),
		cmocka_unit_test(failures_are_unknown_and_integrity_is_unhealthy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
