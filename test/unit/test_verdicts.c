#include "check.h"
#include "service/verdicts.h"

#define OLD (KNOWN_CERT_BIT(KNOWN_CERT_KEK_2011) | KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2011))
#define NEW (KNOWN_CERT_BIT(KNOWN_CERT_KEK_2023) | KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2023))

static struct renewal_variables variables(known_cert_mask found)
{
	return (struct renewal_variables){.is_read = {found, found, found, found},
		.certs = {[UEFI_KEK].found = found, [UEFI_DB].found = found}};
}

static struct verdict verdict_with(enum health health, enum err_code code)
{
	struct verdict verdict = {.health = health};

	if (code)
		err_fill(&verdict.reason, code, 0, "It.");
	return verdict;
}

static void only_two_healthy_views_are_healthy(void **state)
{
	const struct verdict healthy = verdict_with(HEALTH_HEALTHY, ERR_OK);
	const struct verdict tampered = verdict_with(HEALTH_UNHEALTHY, ERR_LOG_MISMATCH);
	const struct verdict denied = verdict_with(HEALTH_UNHEALTHY, ERR_POLICY_DENIED);
	const struct verdict unread = verdict_with(HEALTH_UNKNOWN, ERR_EVENT_LOG_MALFORMED);
	const struct verdict silent = verdict_with(HEALTH_UNKNOWN, ERR_DNS);
	const struct {
		const struct verdict *local, *remote;
		enum health health;
		enum err_code code;
		const char *message;
	} rows[] = {
		{&healthy, &healthy, HEALTH_HEALTHY, ERR_OK, ""},
		{&healthy, &denied, HEALTH_UNHEALTHY, ERR_POLICY_DENIED,
			"It. The VM's own check found nothing wrong."},
		{&healthy, &silent, HEALTH_UNKNOWN, ERR_DNS, "It."},
		{&tampered, &healthy, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH,
			"It. The provider did not object."},
		{&tampered, &denied, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "It."},
		{&tampered, &silent, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "It."},
		{&unread, &healthy, HEALTH_UNKNOWN, ERR_EVENT_LOG_MALFORMED, "It."},
		{&unread, &denied, HEALTH_UNHEALTHY, ERR_POLICY_DENIED, "It."},
		{&unread, &silent, HEALTH_UNKNOWN, ERR_EVENT_LOG_MALFORMED, "It."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict verdict = verdicts_combine(rows[i].local, rows[i].remote, NULL);

		assert_int_equal(verdict.health, rows[i].health);
		assert_int_equal(verdict.reason.code, rows[i].code);
		assert_string_equal(verdict.reason.msg, rows[i].message);
	}
}

/* The comparison speaks of what the VM's own check cannot see; it takes nothing back. */
static void a_comparison_that_was_due_counts(void **state)
{
	const struct verdict healthy = verdict_with(HEALTH_HEALTHY, ERR_OK);
	const struct verdict off = verdict_with(HEALTH_UNHEALTHY, ERR_SECURE_BOOT_OFF);
	const struct verdict silent = verdict_with(HEALTH_UNKNOWN, ERR_DNS);
	const struct verdict denied = verdict_with(HEALTH_UNHEALTHY, ERR_POLICY_DENIED);
	const struct {
		const struct verdict *own, *provider;
		enum err_code change;
		enum health health;
		enum err_code code;
	} rows[] = {
		{&healthy, &healthy, ERR_OK, HEALTH_HEALTHY, ERR_OK},
		{&healthy, NULL, ERR_OK, HEALTH_HEALTHY, ERR_OK},
		{&healthy, &healthy, ERR_DRIFT_KERNEL, HEALTH_UNHEALTHY, ERR_DRIFT_KERNEL},
		{&healthy, NULL, ERR_DRIFT_KERNEL, HEALTH_UNHEALTHY, ERR_DRIFT_KERNEL},
		{&healthy, &healthy, ERR_CHANGE_UNCLEAR, HEALTH_UNKNOWN, ERR_CHANGE_UNCLEAR},
		{&healthy, NULL, ERR_CHANGE_UNCLEAR, HEALTH_UNKNOWN, ERR_CHANGE_UNCLEAR},
		{&healthy, &silent, ERR_CHANGE_UNCLEAR, HEALTH_UNKNOWN, ERR_CHANGE_UNCLEAR},
		{&healthy, &denied, ERR_CHANGE_UNCLEAR, HEALTH_UNHEALTHY, ERR_POLICY_DENIED},
		{&healthy, &silent, ERR_DRIFT_KERNEL, HEALTH_UNHEALTHY, ERR_DRIFT_KERNEL},
		{&off, &healthy, ERR_DRIFT_KERNEL, HEALTH_UNHEALTHY, ERR_SECURE_BOOT_OFF},
		{&off, &healthy, ERR_DRIFT_SECURE_BOOT, HEALTH_UNHEALTHY, ERR_DRIFT_SECURE_BOOT},
		{&off, &healthy, ERR_CHANGE_UNCLEAR, HEALTH_UNHEALTHY, ERR_SECURE_BOOT_OFF},
		{&silent, NULL, ERR_OK, HEALTH_UNKNOWN, ERR_DNS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err change = {.code = rows[i].change};
		struct verdict verdict = verdicts_combine(rows[i].own, rows[i].provider, &change);

		if (verdict.health != rows[i].health || verdict.reason.code != rows[i].code)
			fail_msg("row %zu: %s, %d", i, health_name(verdict.health),
				(int)verdict.reason.code);
	}
}

/* What the firmware shows is no proof, and nobody's setting makes a boot better. */
static void missing_certificates_count_as_the_owner_wants(void **state)
{
	static const struct {
		known_cert_mask measured, shown; /* of KEK and db */
		enum renewal_action action;
		enum health own;
		bool is_finding;
	} rows[] = {
		{OLD, 0, RENEWAL_WARN, HEALTH_HEALTHY, false},
		{OLD, 0, RENEWAL_IGNORE, HEALTH_HEALTHY, false},
		{OLD, 0, RENEWAL_UNHEALTHY, HEALTH_HEALTHY, true},
		{OLD, OLD | NEW, RENEWAL_UNHEALTHY, HEALTH_HEALTHY, true},
		{0, OLD | NEW, RENEWAL_UNHEALTHY, HEALTH_HEALTHY, true},
		{OLD | NEW, OLD, RENEWAL_UNHEALTHY, HEALTH_HEALTHY, false},
		{OLD, 0, RENEWAL_UNHEALTHY, HEALTH_UNHEALTHY, false},
		{OLD, 0, RENEWAL_UNHEALTHY, HEALTH_UNKNOWN, false},
	};
	static struct round_result round; /* 45 KiB */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(comparison) struct comparison change = {0};
		struct verdict verdict;

		round = (struct round_result){.stage = ROUND_COLLECTED,
			.own = verdict_with(rows[i].own,
				rows[i].own == HEALTH_HEALTHY ? ERR_OK : ERR_LOG_MISMATCH),
			.remote.health = HEALTH_HEALTHY,
			.local = {.has_secureboot = rows[i].measured != 0,
				.secureboot.renewal = variables(rows[i].measured),
				.firmware = variables(rows[i].shown)}};
		verdicts_judge(
			&(struct comparison_inputs){
				.root_fd = -1, .state_fd = -1, .is_observer = true},
			rows[i].action, &round, &change, &verdict);
		if ((verdict.reason.code == ERR_CERTIFICATES_2011) != rows[i].is_finding)
			fail_msg("row %zu: %s %s", i, health_name(verdict.health),
				verdict.reason.msg);
		assert_true(!rows[i].is_finding || verdict.health == HEALTH_UNHEALTHY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_certificates_count_as_the_owner_wants),
		cmocka_unit_test(only_two_healthy_views_are_healthy),
		cmocka_unit_test(a_comparison_that_was_due_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
