#include "check.h"
#include <sys/stat.h>
#include <time.h>
#include "../support/root.h"
#include "../support/vtpm.h"
#include "agent/status.h"
#include "base/file.h"
#include "doctor/doctor.h"
#include "memory/enabled.h"
#include "memory/running.h"

#define NOW_S   1790000000 /* September 2026 */
#define DAY_S   86400
#define EFIVARS "sys/firmware/efi/efivars/"
#define GLOBAL  "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LOG     "sys/kernel/security/tpm0"
#define STATE   "var/lib/guest-attestation"
#define NO_TPM  "swtpm:path=/nonexistent/tpm"

/* The root directory of a machine, and what the doctor found there. */
struct place {
	struct root root;
	struct doctor_report report;
};

static void put_flag(const struct place *place, const char *name, uint8_t value)
{
	uint8_t bytes[5] = {6, 0, 0, 0, value};
	char path[128];

	(void)snprintf(path, sizeof(path), EFIVARS "%s", name);
	root_write(&place->root, path, (struct bytes){bytes, sizeof(bytes)});
}

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	*state = place;
	place->root = root_make();
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	doctor_report_cleanup(&place->report);
	root_cleanup(&place->root);
	free(place);
	return 0;
}

static void examine_with(struct place *place, struct doctor_inputs inputs)
{
	struct err err;

	inputs.root_fd = place->root.fd;
	inputs.machine = inputs.machine ? inputs.machine : "x86_64";
	inputs.tcti = inputs.tcti ? inputs.tcti : NO_TPM;
	inputs.now_s = inputs.now_s ? inputs.now_s : NOW_S;
	inputs.metadata = inputs.metadata ? inputs.metadata : "http://127.0.0.1:1"; /* nobody is
										       there */
	inputs.endpoint = inputs.endpoint ? inputs.endpoint : "https://127.0.0.1:1";
	doctor_report_cleanup(&place->report);
	check_ok(doctor_run(&inputs, &place->report, &err), &err);
}

#define examine(place, ...)                                                                        \
	examine_with(place, (struct doctor_inputs){.root_fd = -1, ##__VA_ARGS__})

static const struct doctor_finding *found(const struct place *place, const char *check)
{
	for (size_t i = 0; i < place->report.count; i++)
		if (strcmp(place->report.findings[i].check, check) == 0)
			return &place->report.findings[i];
	fail_msg("there is no finding '%s'", check);
	return NULL;
}

static void expect(const struct place *place, const char *check, enum doctor_state state, int code,
	const char *words)
{
	const struct doctor_finding *finding = found(place, check);

	if (finding->state != state || (int)finding->code != code || !strstr(finding->message, words))
		fail_msg("%s: %s, %d, '%s'; expected %s, %d, '%s'", check,
			doctor_state_name(finding->state), (int)finding->code, finding->message,
			doctor_state_name(state), code, words);
}

/* ---- machine ---- */

static void an_empty_machine_lacks_everything_and_each_thing_once(void **state)
{
	struct place *place = *state;

	examine(place, .machine = "i686", .tcti = "");
	expect(place, "machine", DOCTOR_ERROR, ERR_PLATFORM, "i686");
	expect(place, "firmware", DOCTOR_ERROR, ERR_NO_UEFI, "UEFI");
	expect(place, "secure-boot", DOCTOR_SKIPPED, 0, "'firmware'");
	expect(place, "tpm", DOCTOR_SKIPPED, 0, "'firmware'");
	expect(place, "attestation-key", DOCTOR_SKIPPED, 0, "'tpm'");
	expect(place, "ak-certificate", DOCTOR_SKIPPED, 0, "'tpm'");
	expect(place, "event-log", DOCTOR_SKIPPED, 0, "'firmware'");
	expect(place, "measurements", DOCTOR_SKIPPED, 0, "'tpm'");
	expect(place, "measured-secure-boot", DOCTOR_SKIPPED, 0, "'measurements'");
	expect(place, "secure-boot-2023", DOCTOR_SKIPPED, 0, "'measured-secure-boot'");
	expect(place, "extension", DOCTOR_WARNING, ERR_NOT_ENABLED, "not enabled");
	expect(place, "settings", DOCTOR_SKIPPED, 0, "'extension'");
	expect(place, "service", DOCTOR_SKIPPED, 0, "'extension'");
	expect(place, "state-folder", DOCTOR_SKIPPED, 0, "first enable");
	assert_int_equal(doctor_outcome(&place->report), DOCTOR_BROKEN);
}

static void secure_boot_is_what_the_variables_say(void **state)
{
	static const struct {
		int secure_boot, setup_mode; /* -1: absent */
		enum doctor_state state;
		int code;
		const char *words;
	} rows[] = {
		{1, 0, DOCTOR_OK, 0, "on"},
		{1, -1, DOCTOR_OK, 0, "on"},
		{0, 0, DOCTOR_ERROR, ERR_SECURE_BOOT_OFF, "Secure Boot is off"},
		{0, 1, DOCTOR_ERROR, ERR_SECURE_BOOT_OFF, "setup mode: Secure Boot is off"},
		{1, 1, DOCTOR_ERROR, ERR_SECURE_BOOT_OFF, "setup mode"},
		{-1, 1, DOCTOR_ERROR, ERR_SECURE_BOOT_OFF, "setup mode"},
		{-1, 0, DOCTOR_SKIPPED, 0, "does not show"},
		{7, 0, DOCTOR_SKIPPED, 0, "does not show"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;

		root_write(&place->root, EFIVARS "other", TEXT(""));
		check_ok(file_remove(place->root.fd, EFIVARS "SecureBoot" GLOBAL, &err), &err);
		check_ok(file_remove(place->root.fd, EFIVARS "SetupMode" GLOBAL, &err), &err);
		if (rows[i].secure_boot >= 0)
			put_flag(place, "SecureBoot" GLOBAL, (uint8_t)rows[i].secure_boot);
		if (rows[i].setup_mode >= 0)
			put_flag(place, "SetupMode" GLOBAL, (uint8_t)rows[i].setup_mode);
		examine(place, .tcti = NO_TPM);
		expect(place, "secure-boot", rows[i].state, rows[i].code, rows[i].words);
	}
}

/* /dev/null stands for a device that opens and does not answer as a TPM. */
static void who_holds_the_tpm_is_named(void **state)
{
	struct place *place = *state;

	root_write(&place->root, "proc/4711/fd/0", TEXT(""));
	root_write(&place->root, "proc/4711/comm", TEXT("tpm2-abrmd\n"));
	root_write(&place->root, "proc/12/comm", TEXT("other\n"));
	root_write(&place->root, "proc/self/comm", TEXT("self\n"));
	examine(place, .tcti = "device:/dev");
	expect(place, "tpm", DOCTOR_ERROR, ERR_TPM_OPEN, "TPM '/dev' cannot");
	assert_int_equal(symlinkat("/dev/tpm0", place->root.fd, "proc/4711/fd/3"), 0);
	examine(place, .tcti = "device:/dev");
	expect(place, "tpm", DOCTOR_ERROR, ERR_TPM_OPEN,
		"Process 4711 (tpm2-abrmd) has the TPM open: ");
}

static void a_log_must_be_one(void **state)
{
	struct place *place = *state;

	root_write(&place->root, LOG "/binary_bios_measurements", TEXT(""));
	examine(place, .tcti = NO_TPM);
	expect(place, "event-log", DOCTOR_ERROR, ERR_EVENT_LOG_EMPTY, "empty");
	root_write(&place->root, LOG "/binary_bios_measurements",
		TEXT("no log at all, and long enough to be one"));
	examine(place, .tcti = NO_TPM);
	expect(place, "event-log", DOCTOR_ERROR, ERR_EVENT_LOG_MALFORMED, "");
}

/* The certificate counts from its making to 270 days later. */
static void days_of_the_certificate_are_counted(void **state)
{
	struct place *place = *state;
	const struct doctor_finding *finding;
	struct vtpm vtpm;
	int64_t days = 0, now_s = 0;
	struct err err;

	vtpm_start(&vtpm);
	vtpm_provision(&vtpm, NULL);
	now_s = time(NULL);
	examine(place, .tcti = vtpm.tcti, .now_s = now_s);
	expect(place, "tpm", DOCTOR_OK, 0, "manufacturer IBM");
	expect(place, "attestation-key", DOCTOR_OK, 0, "0x81000003");
	expect(place, "ak-certificate", DOCTOR_OK, 0, "Global Virtual TPM CA");
	finding = found(place, "ak-certificate");
	check_ok(json_get_int(finding->details, "daysLeft", &days, &err), &err);
	assert_in_range(days, 31, 400);
	examine(place, .tcti = vtpm.tcti, .now_s = now_s + (days - 10) * DAY_S);
	expect(place, "ak-certificate", DOCTOR_WARNING, ERR_AK_CERT_ENDS, "for 10 more days only");
	examine(place, .tcti = vtpm.tcti, .now_s = now_s + (days + 2) * DAY_S);
	expect(place, "ak-certificate", DOCTOR_ERROR, ERR_AK_CERT_INVALID, "expired");
	examine(place, .tcti = vtpm.tcti, .now_s = now_s - 400 * DAY_S);
	expect(place, "ak-certificate", DOCTOR_ERROR, ERR_AK_CERT_INVALID, "clock");
	vtpm_stop(&vtpm);
}

/* ---- extension ---- */

/* As enable leaves it, but for programs and service. */
static void enable(struct place *place, const char *settings)
{
	struct record service = {.home = "/package",
		.environment = {.log_folder = "/log",
			.config_folder = "/package/config",
			.status_folder = "/package/status"},
		.program_version = "1.2.3.4",
		.enabled_at_s = NOW_S - 100};
	auto_cleanup(fd) int state_fd = -1;
	struct err err;

	root_write(&place->root, "package/HandlerEnvironment.json", TEXT("[]"));
	root_write(&place->root, "package/config/0.settings", TEXT(settings));
	root_write(&place->root, "package/status/kept", TEXT(""));
	root_write(&place->root, "log/kept", TEXT(""));
	check_ok(state_open_folder(place->root.fd, true, &state_fd, &err), &err);
	check_ok(record_save(state_fd, &service, &err), &err);
}

static void what_enable_left_is_shown(void **state)
{
	struct place *place = *state;

	enable(place,
		"{\"maaEndpoint\":\"https://provider.example\",\"ascReportingFrequency\":\"1H\"}");
	examine(place, .tcti = NO_TPM);
	expect(place, "extension", DOCTOR_OK, 0, "Version 1.2.3.4 is enabled since 2026-");
	expect(place, "settings", DOCTOR_OK, 0,
		"Provider https://provider.example; an attestation every 60 min");
	expect(place, "package", DOCTOR_OK, 0, "/package");
	expect(place, "agent-folders", DOCTOR_OK, 0, "writable");
	expect(place, "state-folder", DOCTOR_OK, 0, "root alone");
	expect(place, "service", DOCTOR_ERROR, ERR_SERVICE,
		"programs of version 1.2.3.4 are missing");
	expect(place, "last-result", DOCTOR_ERROR, ERR_SERVICE, "not reported anything");
}

static void settings_that_cannot_be_used_are_named(void **state)
{
	static const struct {
		const char *settings;
		enum doctor_state state;
		int code;
		const char *words;
	} rows[] = {
		{"{", DOCTOR_ERROR, ERR_SETTINGS_INVALID, ""},
		{"{\"maaEndpoint\":\"http://provider.example\"}", DOCTOR_ERROR,
			ERR_ENDPOINT_INVALID, ""},
		{"{\"ascReportingFrequency\":\"soon\"}", DOCTOR_WARNING, ERR_SETTINGS_INVALID,
			"ascReportingFrequency"},
		{"{\"caFile\":\"/nonexistent.pem\"}", DOCTOR_ERROR, ERR_CA_FILE, "/nonexistent.pem"},
		{"{\"caFile\":\"/dev/null\"}", DOCTOR_ERROR, ERR_CA_FILE, "/dev/null"},
		{"", DOCTOR_OK, 0, "of the VM's region"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		enable(place, rows[i].settings);
		examine(place, .tcti = NO_TPM);
		expect(place, "settings", rows[i].state, rows[i].code, rows[i].words);
	}
}

static void a_file_that_the_unit_hides_is_no_file(void **state)
{
	static const char *const hidden[] = {
		"/root/ca.pem", "/home/a/ca.pem", "/tmp/ca.pem", "/var/tmp/ca.pem"};
	struct place *place = *state;

	root_write(&place->root, "run/systemd/system/kept", TEXT(""));
	root_write(&place->root, "usr/bin/systemctl", TEXT(""));
	for (size_t i = 0; i < COUNT(hidden); i++) {
		char settings[96];

		(void)snprintf(settings, sizeof(settings), "{\"extraCaFile\":\"%s\"}", hidden[i]);
		enable(place, settings);
		examine(place);
		expect(place, "settings", DOCTOR_ERROR, ERR_CA_FILE, "does not see");
	}
	enable(place, "{\"extraCaFile\":\"/etc/ca.pem\"}");
	examine(place);
	expect(place, "settings", DOCTOR_ERROR, ERR_CA_FILE, "/etc/ca.pem");
}

static void folders_must_be_there_and_the_state_be_roots_alone(void **state)
{
	struct place *place = *state;

	enable(place, "");
	assert_int_equal(unlinkat(place->root.fd, "package/status/kept", 0), 0);
	assert_int_equal(unlinkat(place->root.fd, "package/status", AT_REMOVEDIR), 0);
	assert_int_equal(fchmodat(place->root.fd, STATE, 0750, 0), 0);
	examine(place, .tcti = NO_TPM);
	expect(place, "agent-folders", DOCTOR_ERROR, ERR_ENVIRONMENT_INVALID, "/package/status");
	expect(place, "state-folder", DOCTOR_ERROR, ERR_STATE_EXPOSED, "mode 0750");
	assert_int_equal(fchmodat(place->root.fd, STATE, 0700, 0), 0);
	root_write(&place->root, STATE "/history.json.broken", TEXT("{"));
	assert_int_equal(unlinkat(place->root.fd, "package/HandlerEnvironment.json", 0), 0);
	examine(place, .tcti = NO_TPM);
	expect(place, "state-folder", DOCTOR_WARNING, ERR_STATE_INVALID, "1 damaged");
	expect(place, "package", DOCTOR_ERROR, ERR_NOT_ENABLED, "/package");
}

/* The programs of the enabled version, and a process that holds the service's lock; 0 stops it. */
static pid_t run_service(const struct place *place)
{
	auto_cleanup(fd) int state_fd = -1;
	int ends[2], lock;
	struct err err;
	pid_t pid;
	char byte;

	root_write(&place->root, "opt/guest-attestation/1.2.3.4/monitor", TEXT(""));
	root_write(&place->root, "opt/guest-attestation/1.2.3.4/guest-attest", TEXT(""));
	check_ok(state_open_folder(place->root.fd, false, &state_fd, &err), &err);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		if (running_lock_pid(state_fd, false, &lock, &err) == 0 && write(ends[1], "x", 1) == 1)
			(void)pause();
		_exit(1);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return pid;
}

static void a_service_is_to_come_back_at_the_next_boot(void **state)
{
	struct place *place = *state;
	pid_t pid;

	enable(place, "");
	root_write(&place->root, "opt/guest-attestation/1.2.3.4/monitor", TEXT(""));
	root_write(&place->root, "opt/guest-attestation/1.2.3.4/guest-attest", TEXT(""));
	examine(place);
	expect(place, "service", DOCTOR_ERROR, ERR_SERVICE, "does not run");
	pid = run_service(place);
	examine(place);
	expect(place, "service", DOCTOR_OK, 0, "version 1.2.3.4, process");
	/* under systemd it needs a unit, of this version, that is enabled */
	root_write(&place->root, "run/systemd/system/kept", TEXT(""));
	root_write(&place->root, "usr/bin/systemctl", TEXT(""));
	examine(place);
	expect(place, "service", DOCTOR_WARNING, ERR_SERVICE, "next boot");
	root_write(&place->root, "etc/systemd/system/guest-attestation.service",
		TEXT("ExecStart=\"/opt/guest-attestation/1.2.3.3/monitor\" --root \"/\"\n"));
	root_write(&place->root,
		"etc/systemd/system/multi-user.target.wants/guest-attestation.service", TEXT(""));
	examine(place);
	expect(place, "service", DOCTOR_WARNING, ERR_SERVICE, "next boot");
	root_write(&place->root, "etc/systemd/system/guest-attestation.service",
		TEXT("ExecStart=\"/opt/guest-attestation/1.2.3.4/monitor\" --root \"/\"\n"));
	examine(place);
	expect(place, "service", DOCTOR_OK, 0, "version 1.2.3.4, process");
	assert_int_equal(
		unlinkat(place->root.fd,
			"etc/systemd/system/multi-user.target.wants/guest-attestation.service", 0),
		0);
	examine(place);
	expect(place, "service", DOCTOR_WARNING, ERR_SERVICE, "next boot");
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* What the service reported is told with its own code, and not taken for this moment's without a
 * doubt. */
static void the_last_result_is_judged(void **state)
{
	static const struct {
		enum status_state state;
		int code;
		const char *message;
		enum doctor_state found;
		int found_code;
		const char *words;
	} rows[] = {
		{STATUS_SUCCESS, 0, "Healthy.", DOCTOR_OK, 0, "Healthy."},
		{STATUS_ERROR, 703, "PCR 4 differs (log-mismatch). Treat it so.", DOCTOR_ERROR, 703,
			"PCR 4 differs."},
		{STATUS_SUCCESS, 703, "Unhealthy, alerts are off.", DOCTOR_ERROR, 703, "Unhealthy"},
		{STATUS_SUCCESS, 503, "Healthy at noon. No new proof.", DOCTOR_WARNING, 503,
			"No new proof"},
		{STATUS_TRANSITIONING, 501, "Not attested yet.", DOCTOR_WARNING, 501,
			"Not attested yet"},
		{STATUS_ERROR, 123456, "What is that?", DOCTOR_ERROR, 999, "What is that"},
		{STATUS_ERROR, 0, "Nobody knows.", DOCTOR_ERROR, ERR_SERVICE, "Nobody knows"},
	};
	struct place *place = *state;
	pid_t pid;

	enable(place, "");
	pid = run_service(place);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct status status;
		auto_cleanup(fd) int folder = -1;
		struct err err;

		status_init("Enable", rows[i].state, &status);
		status.code = rows[i].code;
		memcpy(status.message, rows[i].message, strlen(rows[i].message) + 1);
		check_ok(environment_open_folder(place->root.fd, "/package/status", &folder, &err),
			&err);
		check_ok(status_write(folder, 0, &status, 0, &err), &err);
		examine(place, .now_s = time(NULL));
		expect(place, "last-result", rows[i].found, rows[i].found_code, rows[i].words);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void a_damaged_configuration_is_named_and_stays(void **state)
{
	struct place *place = *state;

	root_write(&place->root, STATE "/service.json", TEXT("{\"version\":1}"));
	assert_int_equal(fchmodat(place->root.fd, STATE, 0700, 0), 0);
	examine(place, .tcti = NO_TPM);
	expect(place, "extension", DOCTOR_ERROR, ERR_STATE_INVALID, "service.json");
	expect(place, "settings", DOCTOR_SKIPPED, 0, "'extension'");
	expect(place, "state-folder", DOCTOR_OK, 0, "root alone");
	assert_true(file_exists(place->root.fd, STATE "/service.json"));
	assert_false(file_exists(place->root.fd, STATE "/service.json.broken"));
}

/* ---- what is made of it ---- */

static void the_worst_finding_decides(void **state)
{
	static const struct {
		struct {
			enum doctor_state state;
			enum err_code code;
		} findings[3];
		enum doctor_outcome outcome;
	} rows[] = {
		{{{DOCTOR_OK, ERR_OK}, {DOCTOR_OK, ERR_OK}, {DOCTOR_SKIPPED, ERR_OK}},
			DOCTOR_ALL_WELL},
		{{{DOCTOR_OK, ERR_OK}, {DOCTOR_WARNING, ERR_AK_CERT_INVALID}}, DOCTOR_WARNED},
		{{{DOCTOR_WARNING, ERR_LOG_MISMATCH}, {DOCTOR_OK, ERR_OK}}, DOCTOR_WARNED},
		{{{DOCTOR_WARNING, ERR_NOT_ENABLED}, {DOCTOR_ERROR, ERR_DNS}}, DOCTOR_BROKEN},
		{{{DOCTOR_ERROR, ERR_NO_VTPM}, {DOCTOR_ERROR, ERR_LOG_MISMATCH}}, DOCTOR_INTEGRITY},
		{{{DOCTOR_ERROR, ERR_SECURE_BOOT_OFF}, {DOCTOR_ERROR, ERR_DNS}}, DOCTOR_INTEGRITY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct doctor_report report = {.count = 3};

		for (size_t k = 0; k < 3; k++) {
			report.findings[k].state = rows[i].findings[k].state;
			report.findings[k].code = rows[i].findings[k].code;
		}
		assert_int_equal(doctor_outcome(&report), rows[i].outcome);
	}
}

static void json_tells_each_finding(void **state)
{
	auto_cleanup(json) json *document = json_new_object();
	auto_cleanup(buf) struct buf text = buf_with_max(1u << 20);
	struct place *place = *state;
	const json *list, *first;
	struct err err;

	examine(place, .machine = "i686");
	doctor_add_findings(document, &place->report);
	list = json_get(document, "findings");
	check_ok(json_print(document, JSON_COMPACT, &text, &err), &err);
	assert_int_equal(json_count(list), place->report.count);
	first = json_at(list, 0);
	assert_string_equal(json_text(json_get(first, "check")), "machine");
	assert_string_equal(json_text(json_get(first, "state")), "error");
	assert_string_equal(json_text(json_get(first, "name")), "unsupported-platform");
	assert_string_equal(json_text(json_get(first, "remedy")), err_info(ERR_PLATFORM)->remedy);
	assert_true(json_is_object(json_get(first, "details")));
	assert_string_equal(json_text(json_get(json_at(list, 2), "state")), "skipped");
	assert_true(json_is_null(json_get(json_at(list, 2), "remedy")));
	assert_true(json_is_null(json_get(json_at(list, 2), "name")));
}

#define placed(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		placed(an_empty_machine_lacks_everything_and_each_thing_once),
		placed(secure_boot_is_what_the_variables_say),
		placed(who_holds_the_tpm_is_named),
		placed(a_log_must_be_one),
		placed(days_of_the_certificate_are_counted),
		placed(what_enable_left_is_shown),
		placed(settings_that_cannot_be_used_are_named),
		placed(a_file_that_the_unit_hides_is_no_file),
		placed(folders_must_be_there_and_the_state_be_roots_alone),
		placed(a_service_is_to_come_back_at_the_next_boot),
		placed(the_last_result_is_judged),
		placed(a_damaged_configuration_is_named_and_stays),
		cmocka_unit_test(the_worst_finding_decides),
		placed(json_tells_each_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
