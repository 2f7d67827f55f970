#include "check.h"
#include <fcntl.h>
#include <stdlib.h>
#include "../support/logmaker.h"
#include "../support/scarce.h"
#include "appraise/verdict.h"
#include "base/file.h"
#include "bundle/bundle.h"

/* Evidence of a real boot on a virtual TPM. */
static struct bundle bundle;

static int read_evidence(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);
	struct err err;

	(void)state;
	check_ok(file_read(AT_FDCWD, "test/fuzz/seeds/bundle/token.json", FILE_FOLLOW_LINKS, &text,
			 &err),
		&err);
	check_ok(bundle_parse(buf_bytes(&text), &bundle, &err), &err);
	return 0;
}

static int forget_evidence(void **state)
{
	(void)state;
	bundle_cleanup(&bundle);
	return 0;
}

/* Exactly these, in this order. */
static void check_found(const struct evidence *evidence, const enum err_code *codes, size_t count)
{
	auto_cleanup(appraisal) struct appraisal *appraisal = NULL;
	const struct findings *found;
	struct err err;

	check_ok(appraisal_new(&appraisal, &err), &err);
	appraise_evidence(evidence, BINDING_NULL_ONLY, appraisal);
	found = &appraisal->findings;
	for (size_t i = 0; i < found->count; i++)
		if (i >= count || findings_at(found, i)->code != codes[i])
			fail_msg("finding %zu: %s", i, findings_at(found, i)->msg);
	assert_int_equal(found->count, count);
	if (count) /* the verdict's reason is the first of all */
		assert_string_equal(found->first.msg, appraisal->verdict.reason.msg);
	else
		assert_int_equal(appraisal->verdict.health, HEALTH_HEALTHY);
}

#define check_findings(evidence, ...)                                                              \
	check_found(evidence, (const enum err_code[]){__VA_ARGS__},                                \
		sizeof((const enum err_code[]){__VA_ARGS__}) / sizeof(enum err_code))

static void nothing_speaks_against_good_evidence(void **state)
{
	(void)state;
	check_found(&bundle.request.evidence, NULL, 0);
}

static void quote_and_key_are_judged_apart(void **state)
{
	struct evidence *evidence = &bundle.request.evidence;

	(void)state;
	evidence->quote.signature[9] ^= 1;
	check_findings(evidence, ERR_QUOTE_INVALID);
	evidence->key_certify.signature[9] ^= 1;
	check_findings(evidence, ERR_QUOTE_INVALID, ERR_KEY_INVALID);
	evidence->quote.signature[9] ^= 1;
	check_findings(evidence, ERR_KEY_INVALID);
	evidence->key_certify.signature[9] ^= 1;
	/* another PCR value: that the key's policy and the log do not fit follows from it */
	evidence->pcrs.digest[4][0] ^= 1;
	check_findings(evidence, ERR_QUOTE_INVALID);
	evidence->pcrs.digest[4][0] ^= 1;
	check_found(evidence, NULL, 0);
}

static void append_event(struct evidence *evidence, uint32_t pcr)
{
	static const struct logmaker_digest digests[] = {{EVENTLOG_SHA1, 20, 1},
		{EVENTLOG_SHA256, 32, 1}, {EVENTLOG_SHA384, 48, 1}, {EVENTLOG_SHA512, 64, 1}};

	put_event_head(&evidence->event_log, pcr, EV_IPL, digests, 4);
	put_event_data(&evidence->event_log, TEXT("x"));
}

static void every_pcr_and_altered_data_are_told(void **state)
{
	auto_cleanup(buf) struct buf kept = buf_with_max(EVENTLOG_MAX_BYTES);
	struct evidence *evidence = &bundle.request.evidence;
	struct err err;
	uint8_t *text;

	(void)state;
	check_ok(buf_set(&kept, buf_bytes(&evidence->event_log), &err), &err);
	text = memmem(evidence->event_log.data, evidence->event_log.len, "Exit Boot", 9);
	assert_non_null(text);
	text[0] = 'X';
	check_findings(evidence, ERR_LOG_DATA_MISMATCH);
	append_event(evidence, 0);
	append_event(evidence, 2);
	append_event(evidence, 9); /* is not quoted */
	check_findings(evidence, ERR_LOG_MISMATCH, ERR_LOG_MISMATCH, ERR_LOG_DATA_MISMATCH);
	/* whose log it is cannot be told without a quote, but it contradicts itself */
	evidence->quote.signature[9] ^= 1;
	check_findings(evidence, ERR_QUOTE_INVALID, ERR_LOG_DATA_MISMATCH);
	evidence->quote.signature[9] ^= 1;
	check_ok(buf_set(&evidence->event_log, buf_bytes(&kept), &err), &err);
}

static void a_redacted_event_tells_nothing_but_its_digest(void **state)
{
	struct evidence *evidence = &bundle.request.evidence;
	uint8_t *text = memmem(evidence->event_log.data, evidence->event_log.len, "Exit Boot", 9);
	struct err err;

	(void)state;
	assert_non_null(text);
	text[0] = 'X';
	for (uint32_t i = 1; i <= 60; i++)
		check_ok(evidence_mark_redacted(evidence, i, &err), &err);
	check_found(evidence, NULL, 0);
	text[0] = 'E';
	/* not of Secure Boot's events, whatever is marked */
	text = memmem(evidence->event_log.data, evidence->event_log.len, "S\0b\0a\0t\0L", 9);
	assert_non_null(text);
	text[0] = 's';
	check_findings(evidence, ERR_LOG_DATA_MISMATCH);
	text[0] = 'S';
	buf_done(&evidence->redacted);
	evidence->redacted = buf_with_max(EVIDENCE_MAX_EVENTS / 8);
	check_found(evidence, NULL, 0);
}

static void nothing_is_listed_twice_or_without_end(void **state)
{
	auto_cleanup(findings) struct findings findings = {0};
	struct err err;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		err_fill(&err, ERR_LOG_MISMATCH, 0, "Finding %u.", i / 2);
		findings_add(&findings, &err);
	}
	assert_int_equal(findings.count, FINDINGS_MAX);
	assert_string_equal(findings_at(&findings, 1)->msg, "Finding 1.");
	assert_true(findings_hold(&findings, ERR_LOG_MISMATCH));
	assert_false(findings_hold(&findings, ERR_QUOTE_INVALID));
}

/* Neither the verdict nor that there is more hangs on memory. */
static void without_memory_the_first_finding_stands(void **state)
{
	auto_cleanup(findings) struct findings findings = {0};

	(void)state;
	if (!SCARCE)
		skip();
	scarce_after(0);
	finding(&findings, ERR_LOG_MISMATCH, "The first.");
	finding(&findings, ERR_QUOTE_INVALID, "The second.");
	assert_true(scarce_end());
	assert_int_equal(findings.count, 1);
	assert_int_equal(verdict_of_findings(&findings).health, HEALTH_UNHEALTHY);
	assert_true(findings_hold(&findings, ERR_LOG_MISMATCH));
	assert_true(findings_hold(&findings, ERR_NO_MEMORY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_speaks_against_good_evidence),
		cmocka_unit_test(quote_and_key_are_judged_apart),
		cmocka_unit_test(every_pcr_and_altered_data_are_told),
		cmocka_unit_test(a_redacted_event_tells_nothing_but_its_digest),
		cmocka_unit_test(nothing_is_listed_twice_or_without_end),
		cmocka_unit_test(without_memory_the_first_finding_stands),
	};

	return cmocka_run_group_tests(tests, read_evidence, forget_evidence);
}
