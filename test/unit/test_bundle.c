#include "check.h"
#include <fcntl.h>
#include <stdlib.h>
#include "../support/folder.h"
#include "../support/scarce.h"
#include "base/file.h"
#include "bundle/bundlecheck.h"

/* Of a real round on a virtual TPM, with its token. */
#define BUNDLE "test/fuzz/seeds/bundle/token.json"

static struct buf whole;
static struct bundlecheck check; /* 40 KiB */

static int read_bundle(void **state)
{
	struct err err;

	(void)state;
	whole = buf_with_max(BUNDLE_MAX_BYTES);
	check_ok(file_read(AT_FDCWD, BUNDLE, FILE_FOLLOW_LINKS, &whole, &err), &err);
	return 0;
}

static int forget_bundle(void **state)
{
	(void)state;
	buf_done(&whole);
	return 0;
}

/* The bundle's text with one part replaced. */
static void change(const char *from, const char *to, struct buf *ret)
{
	const char *at = strstr((const char *)whole.data, from);
	struct err err;

	if (!at)
		fail_msg("'%s' is not in the bundle", from);
	check_ok(buf_append(ret, whole.data, (size_t)(at - (const char *)whole.data), &err), &err);
	check_ok(buf_append_text(ret, to, &err), &err);
	check_ok(buf_append_text(ret, at + strlen(from), &err), &err);
}

static void run(struct bytes text, int64_t now_s)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	struct err err;

	check_ok(bundle_parse(text, &bundle, &err), &err);
	bundlecheck_run(&bundle,
		&(struct bundlecheck_inputs){.now_s = now_s ? now_s : 1, .is_now_given = now_s != 0},
		&check);
}

static void a_bundle_as_it_was_made_is_verified(void **state)
{
	(void)state;
	run(buf_bytes(&whole), 0);
	if (check.findings.count)
		fail_msg("%s", check.findings.first.msg);
	assert_true(check.is_token_checked);
	assert_false(check.is_issuer_checked);
	assert_true(check.appraisal.is_bound && check.appraisal.has_secureboot);
	assert_int_equal(check.unquoted_explained & 0xFF, 0);
}

/* The reader's authorities did not issue the certificate: however little memory there is, nothing
 * is verified, least of all because "no authority was given". */
static void want_of_memory_verifies_nobody(void **state)
{
	char folder[FOLDER_SIZE];
	const char *argv[] = {"test/support/make_chain", folder, NULL};
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	uint8_t pem[16384];
	bool has_failed = true;
	struct err err;
	long good = 0;

	(void)state;
	if (!SCARCE)
		skip();
	folder_make(folder);
	folder_run(argv);
	check_ok(anchors_add(&anchors,
			 (struct bytes){pem, folder_read(folder, "root.pem", pem, sizeof(pem))}, &err),
		&err);
	folder_remove(folder);
	check_ok(bundle_parse(buf_bytes(&whole), &bundle, &err), &err);
	for (; has_failed; good++) {
		scarce_after(good);
		bundlecheck_run(&bundle,
			&(struct bundlecheck_inputs){.now_s = 1, .anchors = &anchors}, &check);
		has_failed = scarce_end();
		if (check.findings.count == 0)
			fail_msg("allocation %ld: verified, %s", good, check.notes[0]);
	}
	assert_true(good > 100);
}

/* Nor refused: whoever sees that memory was wanting takes nothing else for found. */
static void without_memory_nothing_speaks_against_evidence(void **state)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	bool has_failed = true;
	struct err err;

	(void)state;
	if (!SCARCE)
		skip();
	check_ok(bundle_parse(buf_bytes(&whole), &bundle, &err), &err);
	for (long good = 0; has_failed; good++) {
		scarce_after(good);
		bundlecheck_run(&bundle, &(struct bundlecheck_inputs){.now_s = 1}, &check);
		has_failed = scarce_end();
		if (check.findings.count && !findings_hold(&check.findings, ERR_NO_MEMORY))
			fail_msg("allocation %ld: %s", good, check.findings.first.msg);
		assert_true(has_failed || check.findings.count == 0);
	}
}

static void printing_what_was_read_gives_it_again(void **state)
{
	auto_cleanup(bundle) struct bundle first = BUNDLE_EMPTY, second = BUNDLE_EMPTY;
	auto_cleanup(buf) struct buf once = buf_with_max(BUNDLE_MAX_BYTES),
				     twice = buf_with_max(BUNDLE_MAX_BYTES);
	struct err err;

	(void)state;
	check_ok(bundle_parse(buf_bytes(&whole), &first, &err), &err);
	check_ok(bundle_print(&first, &once, &err), &err);
	check_ok(bundle_parse(buf_bytes(&once), &second, &err), &err);
	check_ok(bundle_print(&second, &twice, &err), &err);
	assert_true(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	assert_true(bytes_equal(buf_bytes(&first.info), buf_bytes(&second.info)));
	run(buf_bytes(&once), 0);
	assert_int_equal(check.findings.count, 0);
}

static void what_contradicts_the_evidence_is_a_finding(void **state)
{
	static const struct {
		const char *from, *to;
		enum err_code code;
	} rows[] = {
		{"\"secureBoot\": true", "\"secureBoot\": false", ERR_BUNDLE_CONTRADICTS},
		{"\"secureBoot\": true", "\"secureBoot\": 1", ERR_BUNDLE_CONTRADICTS},
		{"\"secureBoot\": true", "\"moon\": true", ERR_BUNDLE_CONTRADICTS},
		{"\"attestationKeySubject\": \"CN=1", "\"attestationKeySubject\": \"CN=2",
			ERR_BUNDLE_CONTRADICTS},
		{"\"secureboot\": true", "\"secureboot\": false", ERR_CLAIMS_CONTRADICT},
		{"\"secureboot\": true", "\"moon\": true", ERR_TOKEN_CONTRADICTS},
		{"\"x-ms-attestation-type\": \"azurevm\"", "\"x-ms-attestation-type\": \"sgx\"",
			ERR_CLAIMS_CONTRADICT},
		{"\"x-ms-azurevm-attestation-protocol-ver\": \"2.0\"",
			"\"x-ms-azurevm-attestation-protocol-ver\": \"1.0\"", ERR_CLAIMS_CONTRADICT},
		{"\"iss\": \"https://127", "\"iss\": \"https://128", ERR_CLAIMS_CONTRADICT},
		{"\"address\": \"https://127", "\"address\": \"https://128", ERR_CLAIMS_CONTRADICT},
		{"\"kid\": \"TpmEphemeralEncryptionKey\"", "\"kid\": \"another\"",
			ERR_CLAIMS_CONTRADICT},
		{"\"client-payload\": {", "\"no-payload\": {", ERR_CLAIMS_CONTRADICT},
		{"\"exp\": 1", "\"exp\": 0.5, \"x\": 1", ERR_CLAIMS_CONTRADICT},
		{"\"madeUnix\": 1", "\"madeUnix\": 2", ERR_CLAIMS_CONTRADICT},
		{"\"token\": \"eyJ", "\"token\": \"eyK", ERR_TOKEN_MALFORMED},
		{"\"x5c\"", "\"x5d\"", ERR_KEYS_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);

		change(rows[i].from, rows[i].to, &text);
		run(buf_bytes(&text), 0);
		if (!findings_hold(&check.findings, rows[i].code))
			fail_msg("%s: no %s, but %zu others: %s", rows[i].to,
				err_info(rows[i].code)->name, check.findings.count,
				check.findings.first.msg);
	}
}

static void a_token_has_its_time(void **state)
{
	(void)state;
	run(buf_bytes(&whole), 1);
	assert_true(findings_hold(&check.findings, ERR_TOKEN_NOT_YET));
	run(buf_bytes(&whole), 4000000000);
	assert_true(findings_hold(&check.findings, ERR_TOKEN_EXPIRED));
}

static void what_is_no_bundle_is_refused(void **state)
{
	static const struct {
		const char *from, *to, *said;
	} rows[] = {
		{"\"version\": 1", "\"version\": 2", "version 2"},
		{"\"version\": 1", "\"no\": 1", "'version' is missing"},
		{"\"madeUnix\": 1", "\"madeUnix\": -1.5, \"x\": 1", "not a whole number"},
		{"\"health\": \"Healthy\"", "\"health\": \"Well\"", "'health'"},
		{"\"code\": 0", "\"code\": 701", "does not fit"},
		{"\"code\": 0", "\"code\": 1e9", "does not fit"},
		{"\"facts\": {", "\"facts\": 1, \"x\": {", "'facts' is not an object"},
		{"\"laterPcrs\": {", "\"laterPcrs\": {\"08\": \"\",", "'laterPcrs'"},
		{"\"laterPcrs\": {", "\"laterPcrs\": {\"99\": \"\",", "'laterPcrs'"},
		{"\"chain\": [", "\"chain\": [7,", "'chain'"},
		{"\"redacted\": false", "\"redacted\": true", "'redactedEvents' is missing"},
		{"\"redacted\": false", "\"redacted\": true, \"redactedEvents\": \"4,3\"",
			"ascending"},
		{"\"redacted\": false", "\"redacted\": true, \"redactedEvents\": \"3,3\"",
			"ascending"},
		{"\"redacted\": false", "\"redacted\": true, \"redactedEvents\": \"3-\"", "ascending"},
		{"\"redacted\": false", "\"redacted\": true, \"redactedEvents\": \"1-99999999999\"",
			"ascending"},
		{"\"AttestationInfo\": \"", "\"AttestationInfo\": \"!", "'AttestationInfo'"},
		{"\"keys\": {\n", "\"keys\": 1, \"x\": {\n", "'keys' is not an object"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);
		auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
		struct err err;

		change(rows[i].from, rows[i].to, &text);
		check_err(bundle_parse(buf_bytes(&text), &bundle, &err), &err, ERR_FORMAT);
		if (!strstr(err.msg, rows[i].said))
			fail_msg("%s: %s", rows[i].to, err.msg);
	}
}

static void redacted_events_are_read_as_ranges(void **state)
{
	static const uint32_t marked[] = {1, 3, 4, 5, 300};
	auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES),
				     again = buf_with_max(BUNDLE_MAX_BYTES);
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	struct err err;
	size_t count = 0;

	(void)state;
	change("\"redacted\": false", "\"redacted\": true, \"redactedEvents\": \"1,3-5,300\"", &text);
	check_ok(bundle_parse(buf_bytes(&text), &bundle, &err), &err);
	for (uint32_t i = 0; i < 1000; i++)
		count += evidence_is_redacted(&bundle.request.evidence, i);
	assert_int_equal(count, COUNT(marked));
	for (size_t i = 0; i < COUNT(marked); i++)
		assert_true(evidence_is_redacted(&bundle.request.evidence, marked[i]));
	check_ok(bundle_print(&bundle, &again, &err), &err);
	assert_non_null(strstr((const char *)again.data, "\"1,3-5,300\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_as_it_was_made_is_verified),
		cmocka_unit_test(want_of_memory_verifies_nobody),
		cmocka_unit_test(without_memory_nothing_speaks_against_evidence),
		cmocka_unit_test(printing_what_was_read_gives_it_again),
		cmocka_unit_test(what_contradicts_the_evidence_is_a_finding),
		cmocka_unit_test(a_token_has_its_time),
		cmocka_unit_test(what_is_no_bundle_is_refused),
		cmocka_unit_test(redacted_events_are_read_as_ranges),
	};

	return cmocka_run_group_tests(tests, read_bundle, forget_bundle);
}
