/* What a provider's error answer says, in each form that was seen, and in forms that nobody wrote
 * for us. */
#include "check.h"
#include "../support/kinds.h"

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

struct row {
	const char *body, *text;
};

static void check_row(const struct row *row)
{
	struct complaint complaint;
	char text[512];

	complaint_read(bytes_of_text(row->body), &complaint);
	complaint_text(&complaint, text, sizeof(text));
	if (strcmp(text, row->text) != 0)
		fail_msg("%s is read as '%s'", row->body, text);
}

static void the_reason_is_read_in_every_form(void **state)
{
	static const struct row rows[] = {
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
		{ERROR(DENIED
			 ",\"details\":[\"secureboot\",{\"code\":\"ClaimMismatch\"},{\"target\":\"svn\",\"code\":\"TooLow\"}]"),
			" PolicyEvaluationError (secureboot, ClaimMismatch, svn: TooLow)"},
		{ERROR(DENIED ",\"innererror\":[{\"message\":\"No.\",\"details\":[" DBX "]}]"),
			" PolicyEvaluationError (x-ms-azurevm-dbxvalidated=false): No."},
		{ERROR(DENIED ",\"innererror\":{\"innererror\":{\"details\":[" DBX "]}}"),
			" PolicyEvaluationError (x-ms-azurevm-dbxvalidated=false)"},
		{"{\"Error\":{\"Code\":\"Inner\",\"InnerError\":{\"Details\":[{\"Target\":\"a\",\"Value\":\"b\"}]}}}",
			" Inner (a=b)"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
	judged_print(9, (struct judged){.good = COUNT(rows)});
}

/* What is no reason is none; what only looks like praise stays a text behind the code. */
static void a_lie_is_no_reason(void **state)
{
	static const struct row rows[] = {
		{ERROR(DENIED DETAILS("{\"target\":\"a\\n\\u0001\\u202e\",\"value\":{\"b\":[1]}}")),
			" PolicyEvaluationError (a ?<U+202E>={\"b\":[1]}): A required claim is false."},
		{ERROR(DENIED ",\"innererror\":\"none\",\"details\":7"), " PolicyEvaluationError"},
		{ERROR(DENIED ",\"message\":{\"a\":1}"), " PolicyEvaluationError"},
		{ERROR("\"code\":5"), ""},
		{"{\"error\":5}", ""},
		{"{\"error\":null}", ""},
		{"{\"error\":\"Healthy\"}", ""},
		{"{\"message\":\"Healthy\"}", ""},
		{"{\"token\":\"eyJ\"}", ""},
		{ERROR("\"code\":\"\",\"message\":\"\""), ""},
		{ERROR(DENIED ",\"message\":\"No.\\nHealthy: this VM proved its boot.\""),
			" PolicyEvaluationError: No. Healthy: this VM proved its boot."},
		{ERROR(DENIED ",\"message\":\"\\u001b[2JNo\\u0000.\""), ""},
		{ERROR(DENIED ",\"message\":\"No.\"") ERROR("\"message\":\"Yes.\""), ""},
		{"{\"error\":{\"message\":\"No.\"},\"error\":{\"message\":\"Yes.\"}}", ""},
		{"{\"error\":{\"message\":\"No.\"},\"Error\":{\"message\":\"Yes.\"}}", ": No."},
		{ERROR("\"details\":[[" DBX "]]"), ""},
		{ERROR("\"details\":{\"target\":\"a\",\"value\":\"b\"}"), ""},
		{"\"error\"", ""},
		{"[]", ""},
		{"<html>", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
	judged_print(9, (struct judged){.attacks = COUNT(rows)});
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
		cmocka_unit_test(a_lie_is_no_reason),
		cmocka_unit_test(many_claims_are_cut_visibly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
