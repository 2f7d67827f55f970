#include "check.h"
#include <fcntl.h>
#include "../support/recorded.h"
#include "../support/root.h"
#include "../support/scarce.h"
#include "appraise/rules.h"
#include "drift/drift_verdict.h" /* what verdicts_judge() compares with */
#include "service/verdicts.h"

/* What the service would make of a round, with nothing kept; allocations: how many succeed, -1 for
 * all. */
static struct verdict judge(const struct round_result *round, long allocations, struct comparison *ret)
{
	auto_cleanup(root) struct root root = root_make();
	const struct rules rules = rules_default();
	struct verdict verdict;

	if (allocations >= 0)
		scarce_after(allocations);
	verdicts_judge(&(struct comparison_inputs){.root_fd = -1,
			       .state_fd = root.fd,
			       .is_observer = true,
			       .rules = &rules,
			       .boot_id = "boot",
			       .now_s = 1},
		RENEWAL_WARN, round, ret, &verdict);
	if (allocations >= 0)
		assert_true(scarce_end());
	return verdict;
}

/* It was success, and "this boot's event log cannot be believed". */
static void lack_of_memory_is_no_fault_of_the_log_and_never_healthy(void **state)
{
	static struct round_result round = {.stage = ROUND_COLLECTED,
		.own.health = HEALTH_HEALTHY,
		.remote.health = HEALTH_HEALTHY,
		.local = {.verdict.health = HEALTH_HEALTHY,
			.has_secureboot = true,
			.binding.quote.pcr_mask = TPM_BOOT_PCR_MASK}};
	auto_cleanup(buf) struct buf log = {0};
	auto_cleanup(comparison) struct comparison change = {0};
	struct verdict verdict;
	struct err err;

	(void)state;
	if (!SCARCE)
		skip();
	log = recorded_file("secureboot-on", "eventlog.bin");
	check_ok(eventlog_open(buf_bytes(&log), &round.local.log, &err), &err);
	verdict = judge(&round, -1, &change);
	assert_int_equal(verdict.health, HEALTH_HEALTHY);
	verdict = judge(&round, 1, &change); /* the accepted boots have theirs */
	assert_int_equal(change.state, COMPARISON_UNKNOWN);
	assert_int_equal(verdict.health, HEALTH_UNKNOWN);
	assert_int_equal(verdict.reason.code, ERR_CHANGE_UNCLEAR);
	assert_non_null(strstr(change.text, "No memory for the components"));
	assert_null(strstr(change.text, "believed"));
}

static void a_boot_that_was_not_appraised_says_why_it_was_not_compared(void **state)
{
	static struct round_result round = {
		.stage = ROUND_COLLECTED, .remote.health = HEALTH_HEALTHY};
	auto_cleanup(comparison) struct comparison change = {0};
	struct verdict verdict;
	struct err err;

	(void)state;
	err_fill(&err, ERR_NO_MEMORY, 0, "No memory for a certificate.");
	round.own = round.local.verdict = verdict_of_err(&err);
	verdict = judge(&round, -1, &change);
	assert_string_equal(change.text, "Not compared: No memory for a certificate.");
	assert_int_equal(verdict.health, HEALTH_UNKNOWN);
	err_fill(&err, ERR_LOG_MISMATCH, 0, "PCR 4 holds something else.");
	round.own = round.local.verdict = verdict_of_err(&err);
	verdict = judge(&round, -1, &change);
	assert_string_equal(change.text, "Not compared: this boot's event log cannot be believed.");
	assert_int_equal(verdict.health, HEALTH_UNHEALTHY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lack_of_memory_is_no_fault_of_the_log_and_never_healthy),
		cmocka_unit_test(a_boot_that_was_not_appraised_says_why_it_was_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
