#include "check.h"
#include "service/schedule.h"

#define PERIOD_S 14400u

static uint32_t wait_after(enum health health, enum err_code code, uint32_t failures,
	uint32_t retry_after_s, uint32_t random)
{
	return schedule_wait_s(
		&(struct schedule_inputs){.verdict = {.health = health, .reason.code = code},
			.failures = failures,
			.period_s = PERIOD_S,
			.proof_left_s = 2 * PERIOD_S,
			.retry_after_s = retry_after_s,
			.random = random});
}

static void an_answer_is_followed_by_the_period_spread_over_a_tenth(void **state)
{
	(void)state;
	assert_int_equal(wait_after(HEALTH_HEALTHY, ERR_OK, 0, 0, 0), PERIOD_S);
	assert_int_equal(wait_after(HEALTH_UNHEALTHY, ERR_POLICY_DENIED, 0, 0, 0), PERIOD_S);
	assert_int_equal(
		wait_after(HEALTH_HEALTHY, ERR_OK, 0, 0, PERIOD_S / 10), PERIOD_S - PERIOD_S / 10);
	for (uint32_t random = 1; random < UINT32_MAX / 2; random = random * 3 + 1)
		assert_in_range(wait_after(HEALTH_HEALTHY, ERR_OK, 0, 0, random),
			PERIOD_S - PERIOD_S / 10, PERIOD_S);
}

static void a_failure_that_may_pass_is_tried_soon_and_then_less_often(void **state)
{
	static const uint32_t expected[] = {15, 15, 30, 60, 120, 240, 480, 960, 1800, 1800};

	(void)state;
	for (uint32_t failures = 0; failures < COUNT(expected); failures++) {
		assert_int_equal(
			wait_after(HEALTH_UNKNOWN, ERR_DNS, failures, 0, 0), expected[failures]);
		assert_in_range(wait_after(HEALTH_UNKNOWN, ERR_DNS, failures, 0, UINT32_MAX),
			expected[failures], expected[failures] + expected[failures] / 4);
	}
	assert_int_equal(wait_after(HEALTH_UNKNOWN, ERR_DNS, UINT32_MAX, 0, 0), 1800);
}

static void a_failure_that_stays_waits_for_the_period(void **state)
{
	(void)state;
	assert_int_equal(wait_after(HEALTH_UNKNOWN, ERR_NO_AK, 3, 0, 0), PERIOD_S);
}

static void the_provider_may_ask_for_more_time_but_not_for_ever(void **state)
{
	(void)state;
	assert_int_equal(wait_after(HEALTH_UNKNOWN, ERR_THROTTLED, 1, 100, 0), 100);
	assert_int_equal(wait_after(HEALTH_UNKNOWN, ERR_THROTTLED, 1, 5, 0), 15);
	assert_int_equal(wait_after(HEALTH_UNKNOWN, ERR_THROTTLED, 1, 86400, 12345), PERIOD_S);
}

static void the_end_of_the_first_budget_is_not_slept_through(void **state)
{
	struct schedule_inputs inputs = {
		.verdict = {.health = HEALTH_UNKNOWN, .reason.code = ERR_DNS},
		.failures = 4,
		.period_s = PERIOD_S};

	(void)state;
	inputs.budget_left_s = 50; /* of a backoff of 120 s */
	assert_int_equal(schedule_wait_s(&inputs), 50);
	inputs.budget_left_s = 170;
	assert_int_equal(schedule_wait_s(&inputs), 120);
	inputs.budget_left_s = 50;
	inputs.retry_after_s = 100;
	assert_int_equal(schedule_wait_s(&inputs), 100);
	inputs.verdict.health = HEALTH_HEALTHY;
	inputs.proof_left_s = 2 * PERIOD_S;
	assert_int_equal(schedule_wait_s(&inputs), PERIOD_S);
}

static void a_proof_is_renewed_before_it_ends(void **state)
{
	static const struct {
		uint32_t period_s, proof_left_s, wait_s;
	} rows[] = {
		{86400, 28800, 21600},
		{14400, 28800, 14400},
		{21600, 28800, 21600},
		{900, 28800, 900},
		{14400, 100, 75},
		{14400, 10, 60},
		{14400, 0, 60},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schedule_inputs inputs = {.verdict.health = HEALTH_HEALTHY,
			.period_s = rows[i].period_s,
			.proof_left_s = rows[i].proof_left_s};

		assert_int_equal(schedule_wait_s(&inputs), rows[i].wait_s);
		inputs.verdict = (struct verdict){
			.health = HEALTH_UNHEALTHY, .reason.code = ERR_LOG_MISMATCH};
		assert_int_equal(schedule_wait_s(&inputs), rows[i].period_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_followed_by_the_period_spread_over_a_tenth),
		cmocka_unit_test(a_failure_that_may_pass_is_tried_soon_and_then_less_often),
		cmocka_unit_test(a_failure_that_stays_waits_for_the_period),
		cmocka_unit_test(the_end_of_the_first_budget_is_not_slept_through),
		cmocka_unit_test(a_proof_is_renewed_before_it_ends),
		cmocka_unit_test(the_provider_may_ask_for_more_time_but_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
