/* What a provider's error answer says, in each form that was seen, and in forms that nobody wrote
 * for us. */
#include "check.h"

#include "maa/complaint.h"

#define DENIED  "\"code\":\"PolicyEvaluationError\""
#define MESSAGE ",\"message\":\"Policy evaluation failed.\""
#define DETAILS(x)                                                                                 \
	",\"innererror\":{\"code\":\"Inner\",\"details\":[" x                                      \
	"],\"message\":\"A required claim is false.\"}"
#define DBX                                                                                        \
	"{\"code\":\"PolicyFailureClaim\",\"target\":\"x-ms-azurevm-dbxvalidated\",\"value\":\"false\"}"
#define ERROR(x)    "{\"error\":{" x "}}"
#define TEN_DETAILS DBX "," DBX "," DBX "," DBX "," DBX "," DBX "," DBX "," DBX "," DBX "," DBX

static void the_reason_is_read_in_every_form(void **state)
{
	static const struct {
		const char *body, *text;
	} rows[] = {
		{ERROR(DENIED MESSAGE DETAILS(DBX)),
			" PolicyEvaluationError (x-ms-azurevm-dbxvalidated=false): Policy evaluation failed."},
		{ERROR(DENIED DETAILS(DBX)),
			" PolicyEvaluationError (x-ms-azurevm-dbxvalidated=false): A required claim is false."},
		{ERROR(DENIED MESSAGE), " PolicyEvaluationError: Policy evaluation failed."},
		{ERROR(DENIED), " PolicyEvaluationError"},
		{ERROR("\"message\":\"No.\""), ": No."},
		{ERROR("\"details\":[" DBX "]"), " (x-ms-azurevm-dbxvalidated=false)"},
		{ERROR(DENIED DETAILS(
			 "{\"target\":\"secureboot\",\"value\":false},{\"target\":\"svn\",\"value\":3}")),
			" PolicyEvaluationError (secureboot=false, svn=3): A required claim is false."},
		{ERROR(DENIED DETAILS("{\"target\":\"secureboot\"},{\"message\":\"Why?\"},{},5,null")),
			" PolicyEvaluationError (secureboot, Why?): A required claim is false."},
		{ERROR(DENIED DETAILS("{\"target\":\"log\",\"message\":\"Is cut.\"}")),
			" PolicyEvaluationError (log: Is cut.): A required claim is false."},
		{ERROR(DENIED ",\"innererror\":{\"innererror\":{\"details\":[" DBX "]}}"),
			" PolicyEvaluationError (x-ms-azurevm-dbxvalidated=false)"},
		{"{\"Error\":{\"Code\":\"Inner\",\"InnerError\":{\"Details\":[{\"Target\":\"a\",\"Value\":\"b\"}]}}}",
			" Inner (a=b)"},
		{ERROR(DENIED DETAILS("{\"target\":\"a\\n\\u0001\\u202e\",\"value\":{\"b\":[1]}}")),
			" PolicyEvaluationError (a ?<U+202E>={\"b\":[1]}): A required claim is false."},
		{ERROR(DENIED ",\"innererror\":\"none\",\"details\":7"), " PolicyEvaluationError"},
		{ERROR(DENIED ",\"message\":{\"a\":1}"), " PolicyEvaluationError"},
		{ERROR("\"code\":5"), ""},
		{"{\"error\":5}", ""},
		{"{\"error\":null}", ""},
		{"[]", ""},
		{"<html>", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint complaint;
		char text[512];

		complaint_read(bytes_of_text(rows[i].body), &complaint);
		complaint_text(&complaint, text, sizeof(text));
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%s is read as '%s'", rows[i].body, text);
	}
}

static void many_claims_are_cut_visibly(void **state)
{
	struct complaint complaint;
	char text[512];

	(void)state;
	complaint_read(TEXT(ERROR(DENIED DETAILS(TEN_DETAILS))), &complaint);
	complaint_text(&complaint, text, sizeof(text));
	assert_string_equal(complaint.code, "PolicyEvaluationError");
	assert_true(complaint.is_of_protocol);
	assert_non_null(strstr(text, "...): A required claim is false."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reason_is_read_in_every_form),
		cmocka_unit_test(many_claims_are_cut_visibly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
