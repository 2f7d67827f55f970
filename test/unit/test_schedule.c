/* When the next attestation is due: slots, retries, budgets; and what they add up to in a fleet. */
#include "check.h"

#include "base/text.h"
#include "service/schedule.h"

#define MINUTE_S 60u
#define HOUR_S   3600u
#define PERIOD_S (4 * HOUR_S)
#define DAY_S    (24 * HOUR_S)
#define NOON_S   1800014400 /* a multiple of all periods used here */

static const uint32_t randoms[] = {0, 1, 1u << 31, UINT32_MAX};

static struct schedule_inputs after(enum health health, enum err_code code)
{
	return (struct schedule_inputs){.verdict = {.health = health, .reason.code = code},
		.was_sent = true,
		.failures = health == HEALTH_UNKNOWN,
		.period_s = PERIOD_S,
		.proof_left_s = 2 * PERIOD_S,
		.now_s = NOON_S};
}

static void an_answer_is_followed_by_the_next_slot(void **state)
{
	static const struct {
		uint32_t phase;
		int64_t now_s;
		uint32_t wait_s;
	} rows[] = {
		{0, NOON_S, PERIOD_S}, {0, NOON_S + 1, PERIOD_S - 1},
		{1u << 31, NOON_S, PERIOD_S / 2}, {1u << 31, NOON_S + PERIOD_S / 2 - 1440, 1440},
		/* within the last tenth of a period: this slot is done */
		{1u << 31, NOON_S + PERIOD_S / 2 - 1439, PERIOD_S + 1439},
		{1u << 31, NOON_S + PERIOD_S / 2 - 1, PERIOD_S + 1},
		{1u << 31, NOON_S + PERIOD_S / 2, PERIOD_S}, {UINT32_MAX, NOON_S, PERIOD_S - 1},
		{0, 0, PERIOD_S},
		/* a clock of before 1970 */
		{0, -1, PERIOD_S + 1}, {0, -5000, 5000},
		{0, INT64_MIN / 2, PERIOD_S - 2048}, /* -2^62
							=
							12352
							(mod
							14400)
						      */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schedule_inputs healthy = after(HEALTH_HEALTHY, ERR_OK);
		struct schedule_inputs unhealthy = after(HEALTH_UNHEALTHY, ERR_LOG_MISMATCH);

		healthy.phase = unhealthy.phase = rows[i].phase;
		healthy.now_s = unhealthy.now_s = rows[i].now_s;
		healthy.random = 12345; /* a slot depends on the VM alone */
		if (rows[i].now_s > INT64_MIN / 2)
			assert_int_equal(schedule_wait_s(&healthy), rows[i].wait_s);
		assert_int_equal(schedule_wait_s(&unhealthy), schedule_wait_s(&healthy));
		assert_in_range(schedule_wait_s(&healthy), PERIOD_S / 10,
			schedule_longest_wait_s(PERIOD_S));
	}
}

static void a_slot_belongs_to_the_vm(void **state)
{
	uint32_t eighths[8] = {0};
	char vm_id[40];

	(void)state;
	assert_int_equal(schedule_phase("a"), schedule_phase("a"));
	for (int i = 0; i < 8000; i++) {
		(void)text_format(vm_id, sizeof(vm_id), "4c4c4544-0000-2010-8020-8000%08x", i);
		eighths[schedule_phase(vm_id) >> 29]++;
	}
	for (size_t i = 0; i < COUNT(eighths); i++)
		assert_in_range(eighths[i], 850, 1150);
}

static void a_proof_is_renewed_before_it_ends(void **state)
{
	static const struct {
		uint32_t period_s, proof_left_s, slots_s;
	} rows[] = {
		{DAY_S, 8 * HOUR_S, 6 * HOUR_S},
		{8 * HOUR_S, 8 * HOUR_S, 4 * HOUR_S},
		{6 * HOUR_S, 8 * HOUR_S, 6 * HOUR_S},
		{PERIOD_S, 8 * HOUR_S, PERIOD_S},
		{900, 8 * HOUR_S, 900},
		{PERIOD_S, 1000, 757}, /* 19 parts */
		{PERIOD_S, 100, 78}, /* 183 parts */
		/* hopeless: the provider's lifetimes are too short */
		{PERIOD_S, 10, 60},
		{PERIOD_S, 1, 60},
		{PERIOD_S, 0, 60},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schedule_inputs inputs = after(HEALTH_HEALTHY, ERR_OK);
		uint32_t most_s = 0;

		inputs.period_s = rows[i].period_s;
		inputs.proof_left_s = rows[i].proof_left_s;
		for (uint32_t second = 0; second < rows[i].period_s; second += 7) {
			uint32_t wait_s;

			inputs.now_s = NOON_S + second;
			wait_s = schedule_wait_s(&inputs);
			/* every slot is a slot of the period's equal parts */
			assert_int_equal((inputs.now_s + wait_s) % rows[i].slots_s, 0);
			most_s = wait_s > most_s ? wait_s : most_s;
		}
		if (rows[i].proof_left_s >= 100)
			assert_true(most_s < rows[i].proof_left_s);
	}
}

static void a_failure_is_tried_soon_once_and_then_hourly(void **state)
{
	(void)state;
	for (uint32_t failures = 1; failures < 20; failures++) {
		for (size_t i = 0; i < COUNT(randoms); i++) {
			struct schedule_inputs inputs = after(HEALTH_UNKNOWN, ERR_DNS);
			uint32_t least_s = failures == 1 ? MINUTE_S : HOUR_S;
			uint32_t most_s = failures == 1 ? 15 * MINUTE_S : 2 * HOUR_S;

			inputs.failures = failures;
			inputs.random = randoms[i];
			assert_in_range(schedule_wait_s(&inputs), least_s, most_s);
			if (randoms[i] == 0)
				assert_int_equal(schedule_wait_s(&inputs), least_s);
			if (randoms[i] == UINT32_MAX)
				assert_int_equal(schedule_wait_s(&inputs), most_s);
			inputs.period_s = 900;
			assert_in_range(schedule_wait_s(&inputs), MINUTE_S, 900);
		}
	}
}

static void what_was_not_sent_costs_nobody_and_is_looked_at_soon(void **state)
{
	static const enum err_code codes[] = {
		ERR_CA_FILE, ERR_NO_VTPM, ERR_TPM_OPEN, ERR_REGION_UNKNOWN};

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct schedule_inputs inputs = after(HEALTH_UNKNOWN, codes[i]);

		inputs.was_sent = false;
		inputs.failures = 50;
		inputs.random = UINT32_MAX;
		assert_int_equal(schedule_wait_s(&inputs), 15 * MINUTE_S);
	}
}

static void a_refusal_that_stays_waits_for_the_slot(void **state)
{
	struct schedule_inputs inputs = after(HEALTH_UNKNOWN, ERR_CLAIMS_CONTRADICT);

	(void)state;
	inputs.failures = 3;
	assert_int_equal(schedule_wait_s(&inputs), PERIOD_S);
}

static void the_provider_may_ask_for_more_time_but_not_for_ever(void **state)
{
	static const struct {
		uint32_t retry_after_s, period_s, least_s, most_s;
	} rows[] = {
		{5, PERIOD_S, MINUTE_S, 15 * MINUTE_S},
		{2 * HOUR_S, PERIOD_S, 2 * HOUR_S, 2 * HOUR_S + HOUR_S / 2},
		{2 * HOUR_S, 900, 2 * HOUR_S, 2 * HOUR_S + HOUR_S / 2},
		{UINT32_MAX, PERIOD_S, DAY_S, DAY_S + DAY_S / 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t j = 0; j < COUNT(randoms); j++) {
			struct schedule_inputs inputs = after(HEALTH_UNKNOWN, ERR_THROTTLED);

			inputs.retry_after_s = rows[i].retry_after_s;
			inputs.period_s = rows[i].period_s;
			inputs.random = randoms[j];
			assert_in_range(schedule_wait_s(&inputs), rows[i].least_s, rows[i].most_s);
		}
	}
}

static void the_end_of_the_first_budget_is_not_slept_through(void **state)
{
	struct schedule_inputs inputs = after(HEALTH_UNKNOWN, ERR_DNS);

	(void)state;
	inputs.random = UINT32_MAX;
	inputs.budget_left_s = 50;
	assert_int_equal(schedule_wait_s(&inputs), 50);
	inputs.failures = 4;
	assert_int_equal(schedule_wait_s(&inputs), 50);
	inputs.retry_after_s = 100;
	assert_in_range(schedule_wait_s(&inputs), 100, 125);
}

static void vms_that_boot_together_start_within_a_minute(void **state)
{
	(void)state;
	assert_int_equal(schedule_spread_s(0), 0);
	assert_int_equal(schedule_spread_s(1u << 31), 30);
	assert_int_equal(schedule_spread_s(UINT32_MAX), 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_followed_by_the_next_slot),
		cmocka_unit_test(a_slot_belongs_to_the_vm),
		cmocka_unit_test(vms_that_boot_together_start_within_a_minute),
		cmocka_unit_test(a_proof_is_renewed_before_it_ends),
		cmocka_unit_test(a_failure_is_tried_soon_once_and_then_hourly),
		cmocka_unit_test(what_was_not_sent_costs_nobody_and_is_looked_at_soon),
		cmocka_unit_test(a_refusal_that_stays_waits_for_the_slot),
		cmocka_unit_test(the_provider_may_ask_for_more_time_but_not_for_ever),
		cmocka_unit_test(the_end_of_the_first_budget_is_not_slept_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
