#include "check.h"
#include "memory/lapse.h"

#define BOOT  "3e1a0f4c-0c7e-4ab3-9a44-9f1a8f3f2b11"
#define OTHER "00000000-0000-4000-8000-000000000000"
#define NOW_S 1800000000LL

static const char none[BOOT_ID_SIZE];
static const struct moment now = {.boot_id = BOOT, .time = {.wall_s = NOW_S, .boot_s = 1000}};

static struct history proven_in(const char *boot_id, int64_t life_s)
{
	struct history history = {.round_boot_s = 900,
		.proof = {.issued_s = NOW_S - 100,
			.expires_s = NOW_S - 100 + life_s,
			.asked_boot_s = 900,
			.life_s = life_s}};

	memcpy(history.boot_id, boot_id, sizeof(history.boot_id));
	memcpy(history.proof.boot_id, boot_id, sizeof(history.proof.boot_id));
	return history;
}

static void an_old_success_does_not_stand_in_a_new_boot(void **state)
{
	static const struct {
		enum status_state standing, item;
		const char *boot_id;
		int64_t life_s;
		bool is_dropped;
	} rows[] = {
		{STATUS_SUCCESS, STATUS_SUCCESS, OTHER, 8000, true},
		{STATUS_SUCCESS, STATUS_WARNING, OTHER, 8000, true},
		/* alerts are off; of another boot */
		{STATUS_SUCCESS, STATUS_ERROR, OTHER, 8000, true},
		{STATUS_SUCCESS, STATUS_ERROR, BOOT, 1, false}, /* alerts are off: it stays
								   Unhealthy */
		{STATUS_SUCCESS, STATUS_SUCCESS, BOOT, 8000, false},
		{STATUS_SUCCESS, STATUS_SUCCESS, BOOT, 100, true}, /* ended while no service ran */
		{STATUS_ERROR, STATUS_ERROR, OTHER, 8000, false},
		/* "trying again in ..", "the service was stopped"; Unhealthy before it was */
		{STATUS_TRANSITIONING, STATUS_WARNING, OTHER, 8000, true},
		{STATUS_TRANSITIONING, STATUS_ERROR, OTHER, 8000, true},
		{STATUS_TRANSITIONING, STATUS_WARNING, BOOT, 100, false},
		{STATUS_TRANSITIONING, STATUS_WARNING, none, 100, false}, /* enable's, before any
									     round */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct history history = proven_in(rows[i].boot_id, rows[i].life_s);
		struct status standing;
		struct status status;

		status_init("Enable", STATUS_WARNING, &status);
		status_init("Enable", rows[i].standing, &standing);
		status_add(&standing, STATUS_HEALTH_ITEM, rows[i].item, 0, "said");
		if (lapse_at_start(&standing, &history, &now, &status) != rows[i].is_dropped)
			fail_msg("row %zu", i);
		assert_int_equal(
			status.state, rows[i].is_dropped ? STATUS_TRANSITIONING : STATUS_WARNING);
	}
}

static void what_a_status_rests_on_ends_by_itself(void **state)
{
	const struct history proven = proven_in(BOOT, 150);
	struct history waiting = {.boot_id = BOOT, .round_boot_s = 990, .waiting_boot_s = 950};

	(void)state;
	assert_int_equal(lapse_left_s(STATUS_SUCCESS, HEALTH_UNKNOWN, &proven, &now), 50);
	assert_int_equal(lapse_left_s(STATUS_TRANSITIONING, HEALTH_UNKNOWN, &waiting, &now), 130);
	assert_int_equal(lapse_left_s(STATUS_ERROR, HEALTH_UNKNOWN, &waiting, &now), 0);
	assert_int_equal(lapse_left_s(STATUS_SUCCESS, HEALTH_HEALTHY, &proven, &now), 0);
	assert_int_equal(lapse_left_s(STATUS_SUCCESS, HEALTH_UNHEALTHY, &waiting, &now), 0);
}

static void then_it_is_an_error_with_what_was_said_before(void **state)
{
	struct status status;

	status_init("Enable", STATUS_SUCCESS, &status);
	(void)state;
	memcpy(status.message, "Healthy at noon.", sizeof("Healthy at noon."));
	status.code = ERR_DNS;
	status_add(&status, STATUS_HEALTH_ITEM, STATUS_WARNING, ERR_DNS, "said");
	status_add(&status, "Attestation", STATUS_WARNING, ERR_DNS, "said");
	lapse_status(&status);
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, ERR_DNS);
	assert_string_equal(status.message,
		"Not attested: no proof of this boot counts any more. Before: Healthy at noon.");
	assert_int_equal(status.items[0].state, STATUS_WARNING);
	assert_int_equal(status.items[1].state, STATUS_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_success_does_not_stand_in_a_new_boot),
		cmocka_unit_test(what_a_status_rests_on_ends_by_itself),
		cmocka_unit_test(then_it_is_an_error_with_what_was_said_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
