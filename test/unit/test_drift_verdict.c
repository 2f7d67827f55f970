#include "check.h"
#include <fcntl.h>
#include "../support/root.h"
#include "drift/rules.h"
#include "service/drift_verdict.h"

/* A round that found nothing against the VM, and has no components. */
static struct round_result healthy_round(void)
{
	return (struct round_result){.stage = ROUND_COLLECTED,
		.local = {.verdict.health = HEALTH_HEALTHY, .has_secureboot = true},
		.remote.health = HEALTH_HEALTHY,
		.verdict.health = HEALTH_HEALTHY,
		.components = components_empty()};
}

static struct drift_verdict judge(struct round_result *round)
{
	auto_cleanup(root) struct root root = root_make();
	const struct rules rules = rules_default();
	struct drift_verdict change;

	drift_verdict_judge(&(struct drift_verdict_inputs){.state_fd = root.fd,
				    .is_observer = true,
				    .rules = &rules,
				    .boot_id = "boot",
				    .now_s = 1},
		round, &change);
	return change;
}

/* It was success, and "this boot's event log cannot be believed". */
static void lack_of_memory_is_no_fault_of_the_log_and_never_healthy(void **state)
{
	struct round_result round = healthy_round();
	struct drift_verdict change;

	(void)state;
	err_fill(&round.uncompared, ERR_NO_MEMORY, 0, "No memory for the components of the boot.");
	change = judge(&round);
	assert_int_equal(change.state, DRIFT_UNKNOWN);
	assert_int_equal(change.own.health, HEALTH_UNKNOWN);
	assert_int_equal(round.verdict.health, HEALTH_UNKNOWN);
	assert_int_equal(round.verdict.reason.code, ERR_CHANGE_UNCLEAR);
	assert_non_null(strstr(change.text, "No memory for the components"));
	assert_null(strstr(change.text, "believed"));
}

static void a_boot_that_was_not_appraised_says_why_it_was_not_compared(void **state)
{
	struct round_result round = healthy_round();
	struct err err;

	(void)state;
	round.local.has_secureboot = false;
	err_fill(&err, ERR_NO_MEMORY, 0, "No memory for a certificate.");
	round.local.verdict = round.verdict = verdict_of_err(&err);
	assert_string_equal(judge(&round).text, "Not compared: No memory for a certificate.");
	err_fill(&err, ERR_LOG_MISMATCH, 0, "PCR 4 holds something else.");
	round.local.verdict = round.verdict = verdict_of_err(&err);
	assert_string_equal(
		judge(&round).text, "Not compared: this boot's event log cannot be believed.");
	assert_int_equal(round.verdict.health, HEALTH_UNHEALTHY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lack_of_memory_is_no_fault_of_the_log_and_never_healthy),
		cmocka_unit_test(a_boot_that_was_not_appraised_says_why_it_was_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
