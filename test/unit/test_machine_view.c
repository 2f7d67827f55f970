#include "check.h"
#include "../support/recorded.h"
#include "appraise/machine_view.h"

#define BOOT "secureboot-on"

/* A Healthy appraisal of a recorded boot, as appraise_evidence leaves it, and what that machine's
 * system showed. */
struct machine {
	struct evidence evidence;
	struct appraisal appraisal;
	struct machine_view observed;
};

static void machine_cleanup(struct machine *machine)
{
	evidence_done(&machine->evidence);
	appraisal_done(&machine->appraisal);
}

static void machine_init(struct machine *machine)
{
	struct eventlog *log = &machine->appraisal.log;
	struct err err;

	*machine = (struct machine){.evidence = EVIDENCE_EMPTY,
		.observed = {.pcrs = recorded_pcrs(BOOT, UNQUOTED_MASK),
			.secure_boot = MACHINE_VIEW_ON}};
	machine->evidence.event_log = recorded_file(BOOT, "eventlog.bin");
	check_ok(eventlog_open(buf_bytes(&machine->evidence.event_log), log, &err), &err);
	check_ok(replay_sha256(log, &machine->appraisal.led_to, &err), &err);
	check_ok(secureboot_read(log, &machine->appraisal.secureboot, &err), &err);
	machine->appraisal.verdict.health = HEALTH_HEALTHY;
	machine->appraisal.is_replayed = machine->appraisal.has_secureboot = true;
}

static void check_compared(
	struct machine *machine, enum health health, enum err_code code, size_t remarks)
{
	machine_view_compare(&machine->observed, &machine->appraisal);
	assert_int_equal(machine->appraisal.verdict.health, health);
	assert_int_equal(machine->appraisal.verdict.reason.code, code);
	assert_int_equal(machine->appraisal.remark_count, remarks);
}

static void a_machine_that_agrees_stays_healthy(void **state)
{
	auto_cleanup(machine) struct machine machine;

	(void)state;
	machine_init(&machine);
	check_compared(&machine, HEALTH_HEALTHY, ERR_OK, 0);
	assert_int_equal(machine.appraisal.unquoted.as_logged, 0x7B00); /* 11 to 13 are empty */
}

static void what_is_unknown_is_no_finding(void **state)
{
	auto_cleanup(machine) struct machine machine;

	(void)state;
	machine_init(&machine);
	machine.observed = (struct machine_view){0};
	check_compared(&machine, HEALTH_HEALTHY, ERR_OK, 0);
	assert_int_equal(machine.appraisal.unquoted.compared, 0);
}

static void a_pcr_that_grew_is_a_remark(void **state)
{
	auto_cleanup(machine) struct machine machine;

	(void)state;
	machine_init(&machine);
	machine.observed.pcrs.digest[9][0] ^= 1;
	check_compared(&machine, HEALTH_HEALTHY, ERR_OK, 1);
	assert_int_equal(machine.appraisal.remarks[0].code, ERR_PCR_BEYOND_LOG);
}

static void a_log_that_shows_more_is_a_deviation(void **state)
{
	auto_cleanup(machine) struct machine machine;

	(void)state;
	machine_init(&machine);
	memset(machine.observed.pcrs.digest[14], 0, TPM_DIGEST_SIZE);
	check_compared(&machine, HEALTH_UNHEALTHY, ERR_LOG_NOT_MEASURED, 0);
}

/* Its digest still leads to PCR 8: only the text that people read is another. */
static void a_kernel_command_line_that_was_not_measured_is_a_deviation(void **state)
{
	static const char text[] = "kernel_cmdline: /vmlinuz console";
	auto_cleanup(machine) struct machine machine;
	uint8_t *at;

	(void)state;
	machine_init(&machine);
	at = memmem(machine.evidence.event_log.data, machine.evidence.event_log.len, text,
		sizeof(text) - 1);
	assert_non_null(at);
	at[sizeof(text) - 2] ^= 1;
	check_compared(&machine, HEALTH_UNHEALTHY, ERR_LOG_DATA_MISMATCH, 0);
	assert_non_null(strstr(machine.appraisal.verdict.reason.msg, "EV_IPL in PCR 8"));
	machine_cleanup(&machine);
	machine_init(&machine);
	at = memmem(machine.evidence.event_log.data, machine.evidence.event_log.len, text,
		sizeof(text) - 1);
	at[sizeof(text) - 2] ^= 1;
	machine.observed.pcrs.mask = 1u << 9; /* nobody knows what PCR 8 holds */
	check_compared(&machine, HEALTH_HEALTHY, ERR_OK, 0);
}

static void secure_boot_must_be_shown_as_it_was_measured(void **state)
{
	static const struct {
		bool is_enabled;
		enum machine_view_switch shown;
		enum health health;
	} rows[] = {
		{true, MACHINE_VIEW_ON, HEALTH_HEALTHY},
		{true, MACHINE_VIEW_OFF, HEALTH_UNHEALTHY},
		{true, MACHINE_VIEW_UNKNOWN, HEALTH_HEALTHY},
		{false, MACHINE_VIEW_ON, HEALTH_UNHEALTHY},
		{false, MACHINE_VIEW_OFF, HEALTH_HEALTHY},
		{false, MACHINE_VIEW_UNKNOWN, HEALTH_HEALTHY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(machine) struct machine machine;

		machine_init(&machine);
		machine.appraisal.secureboot.is_enabled = rows[i].is_enabled;
		machine.observed.secure_boot = rows[i].shown;
		check_compared(&machine, rows[i].health,
			rows[i].health == HEALTH_HEALTHY ? ERR_OK : ERR_SECURE_BOOT_DIFFERS, 0);
	}
}

static void the_first_reason_stays(void **state)
{
	auto_cleanup(machine) struct machine machine;
	struct err err;

	(void)state;
	machine_init(&machine);
	err_fill(&err, ERR_SECURE_BOOT_OFF, 0, "Off.");
	findings_add(&machine.appraisal.findings, &err);
	machine.observed.secure_boot = MACHINE_VIEW_OFF;
	check_compared(&machine, HEALTH_UNHEALTHY, ERR_SECURE_BOOT_OFF, 0);
}

static void a_log_that_explains_nothing_is_compared_with_nothing(void **state)
{
	auto_cleanup(machine) struct machine machine;

	(void)state;
	machine_init(&machine);
	machine.appraisal.is_replayed = false;
	machine.observed.pcrs.digest[9][0] ^= 1;
	machine.observed.secure_boot = MACHINE_VIEW_OFF;
	check_compared(&machine, HEALTH_HEALTHY, ERR_OK, 0);
}

static void either_byte_order_is_the_same_identifier(void **state)
{
	static const struct {
		const char *measured, *told;
		bool is_confirmed;
		size_t remarks;
	} rows[] = {
		{"D0DF4C54-4ECB-4A4B-9954-5BDF3ED5C3B8", "d0df4c54-4ecb-4a4b-9954-5bdf3ed5c3b8",
			true, 0},
		{"544CDFD0-CB4E-4B4A-9954-5BDF3ED5C3B8", "d0df4c54-4ecb-4a4b-9954-5bdf3ed5c3b8",
			true, 0},
		{"D0DF4C54-4ECB-4A4B-9954-5BDF3ED5C3B8", "d0df4c54-4ecb-4a4b-5499-5bdf3ed5c3b8",
			false, 1},
		{"D0DF4C54-4ECB-4A4B-9954-5BDF3ED5C3B8", "544cdfd0-4ecb-4a4b-9954-5bdf3ed5c3b8",
			false, 1},
		{"D0DF4C54-4ECB-4A4B-9954-5BDF3ED5C3B8", "a-vm", false, 1},
		{"D0DF4C54-4ECB-4A4B-9954-5BDF3ED5C3B8", "", false, 0},
		{"", "d0df4c54-4ecb-4a4b-9954-5bdf3ed5c3b8", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct appraisal appraisal = {
			.verdict.health = HEALTH_HEALTHY, .has_secureboot = true};

		(void)snprintf(appraisal.secureboot.vm_id, sizeof(appraisal.secureboot.vm_id), "%s",
			rows[i].measured);
		machine_view_compare_vm_id(rows[i].told, &appraisal);
		assert_int_equal(appraisal.is_vm_id_confirmed, rows[i].is_confirmed);
		assert_int_equal(appraisal.remark_count, rows[i].remarks);
		assert_int_equal(appraisal.verdict.health, HEALTH_HEALTHY);
		if (rows[i].remarks)
			assert_int_equal(appraisal.remarks[0].code, ERR_VM_ID_DIFFERS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_that_agrees_stays_healthy),
		cmocka_unit_test(what_is_unknown_is_no_finding),
		cmocka_unit_test(a_pcr_that_grew_is_a_remark),
		cmocka_unit_test(a_log_that_shows_more_is_a_deviation),
		cmocka_unit_test(a_kernel_command_line_that_was_not_measured_is_a_deviation),
		cmocka_unit_test(secure_boot_must_be_shown_as_it_was_measured),
		cmocka_unit_test(the_first_reason_stays),
		cmocka_unit_test(a_log_that_explains_nothing_is_compared_with_nothing),
		cmocka_unit_test(either_byte_order_is_the_same_identifier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
