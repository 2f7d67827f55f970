#include "check.h"
#include "base/text.h"
#include "service/status_report.h"

#define NOW_S     1000000
#define ENABLED_S (NOW_S - 10)
#define BOOT      "this"
#define BOOT_S    5000

/* A round that ended in this way, reported. */
static struct status report(struct round_result *round, enum health health, enum err_code code,
	struct history history, struct settings settings)
{
	struct verdict verdict = {.health = health};
	struct status status;

	if (code)
		err_fill(&verdict.reason, code, 0, "What happened.");
	round->remote = verdict;
	round->own = round->stage < ROUND_COLLECTED ? verdict : round->local.verdict;
	(void)text_format(round->provider, sizeof(round->provider), "https://provider.example");
	settings.period_s = 14400;
	status_report_make(
		&(struct status_report_inputs){.round = round,
			.verdict = &verdict,
			.history = &history,
			.settings = &settings,
			.enabled_at_s = ENABLED_S,
			.now = {.boot_id = BOOT, .time = {.wall_s = NOW_S, .boot_s = BOOT_S}},
			.wait_s = 60},
		&status);
	for (size_t i = 0; i < status.item_count; i++)
		assert_true(status.items[i].name[0] && status.items[i].message[0]);
	return status;
}

static const struct status_item *item(const struct status *status, const char *name)
{
	for (size_t i = 0; i < status->item_count; i++)
		if (strcmp(status->items[i].name, name) == 0)
			return &status->items[i];
	return NULL;
}

static void healthy_is_success(void **state)
{
	struct round_result round = {.stage = ROUND_VERIFIED,
		.local = {.has_secureboot = true,
			.secureboot.is_enabled = true,
			.verdict.health = HEALTH_HEALTHY}};
	struct status status = report(&round, HEALTH_HEALTHY, ERR_OK,
		(struct history){.healthy_s = NOW_S}, (struct settings){0});

	(void)state;
	assert_int_equal(status.state, STATUS_SUCCESS);
	assert_int_equal(status.code, 0);
	assert_non_null(strstr(
		status.message, "Healthy: this VM proved its boot to https://provider.example"));
	for (size_t i = 0; i < status.item_count; i++)
		if (strcmp(status.items[i].name, "AttestationKey") != 0)
			assert_int_equal(status.items[i].state, STATUS_SUCCESS);
	assert_non_null(item(&status, "SecureBoot"));
	assert_non_null(item(&status, "Schedule"));
}

static void the_days_of_a_certificate_are_watched(void **state)
{
	static const struct {
		int64_t left_s;
		enum status_state state;
		int code;
		const char *words, *trouble;
	} rows[] = {
		{400 * 86400, STATUS_SUCCESS, 0, ", 400 days left.", ""},
		{30 * 86400, STATUS_SUCCESS, 0, ", 30 days left.", ""},
		{30 * 86400 - 1, STATUS_WARNING, ERR_AK_CERT_ENDS,
			", 29 days left: the platform has not renewed it, though each attestation reads it.",
			""},
		{0, STATUS_WARNING, ERR_AK_CERT_ENDS, ", 0 days left: ", ""},
		{-1, STATUS_WARNING, ERR_AK_CERT_ENDS, "expired on", ""},
		{86400, STATUS_WARNING, ERR_AK_CERT_NOT_RENEWED,
			"though each attestation reads it. Nor could the service renew it: No way.",
			"No way."},
		{-1, STATUS_WARNING, ERR_AK_CERT_NOT_RENEWED, "could the service renew it: No way.",
			"No way."},
		{30 * 86400, STATUS_SUCCESS, 0, ", 30 days left.", "of an earlier one"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct round_result round = {.stage = ROUND_VERIFIED,
			.local.binding.cert = {.subject = "CN=vm",
				.issuer = "CN=CA",
				.not_after_s = NOW_S + rows[i].left_s}};
		struct history history = {.healthy_s = NOW_S};
		struct settings settings = {.period_s = 14400};
		struct verdict verdict = {.health = HEALTH_HEALTHY};
		struct status status;
		const struct status_item *key;

		status_report_make(&(struct status_report_inputs){.round = &round,
					   .verdict = &verdict,
					   .history = &history,
					   .settings = &settings,
					   .cert_trouble = rows[i].trouble,
					   .now.time.wall_s = NOW_S},
			&status);
		key = item(&status, "AttestationKey");
		if (key->state != rows[i].state || key->code != rows[i].code ||
			!strstr(key->message, rows[i].words))
			fail_msg("row %zu: %d %s", i, key->code, key->message);
	}
}

static void what_the_boot_proved_is_told(void **state)
{
	struct round_result round = {.stage = ROUND_VERIFIED,
		.local = {.has_secureboot = true,
			.secureboot = {.is_enabled = true,
				.keys[UEFI_DBX].hash_count = 77,
				.has_sbat = true,
				.sbat.date = "2025021800",
				.authority_count = 2},
			.authorities = {.count = 2,
				.items = {{.has_cert = true,
						  .subject = "C=US, CN=UEFI CA",
						  .common_name = "UEFI CA",
						  .program = "\\shim"},
					{.program = ""}}},
			.unquoted = {.compared = 0x4300, .as_logged = 0x4300},
			.verdict.health = HEALTH_HEALTHY}};
	struct status status = report(&round, HEALTH_HEALTHY, ERR_OK,
		(struct history){.healthy_s = NOW_S}, (struct settings){0});
	const char *text = item(&status, "SecureBoot")->message;

	(void)state;
	assert_non_null(
		strstr(text, "hashes in dbx: 77; shim's revocation level (SBAT): 2025021800;"));
	assert_non_null(strstr(
		text, "vouched for this boot: 2 (CN=UEFI CA for \\shim, a hash for no file)."));
	assert_non_null(strstr(item(&status, "VirtualTpm")->message, "as logged: PCR 8, 9, 14."));
}

static void missing_certificates_are_a_warning_with_a_remedy(void **state)
{
	static const struct {
		enum renewal_action action;
		known_cert_mask db;
		enum status_state item;
		const char *says;
	} rows[] = {
		{RENEWAL_WARN, KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2011), STATUS_WARNING,
			"Certificates of 2023: db missing since 1970-01-12T13:46:39Z. db lacks Microsoft UEFI CA 2023"},
		{RENEWAL_IGNORE, KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2011), STATUS_SUCCESS,
			"Certificates of 2023: db missing since 1970-01-12T13:46:39Z. Certificates: "},
		{RENEWAL_WARN, KNOWN_CERT_BIT(KNOWN_CERT_UEFI_2023), STATUS_SUCCESS,
			"Certificates of 2023: ready since 1970-01-12T13:46:39Z. Certificates: "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct round_result round = {.stage = ROUND_VERIFIED,
			.local = {.has_secureboot = true,
				.secureboot = {.is_enabled = true,
					.renewal = {.is_read = {true, true, true, true},
						.certs = {[UEFI_KEK].found = KNOWN_CERT_BIT(
								  KNOWN_CERT_KEK_2023),
							[UEFI_DB].found = rows[i].db}}},
				.verdict.health = HEALTH_HEALTHY}};
		struct status status = report(&round, HEALTH_HEALTHY, ERR_OK,
			(struct history){.healthy_s = NOW_S, .renewal_since_s = NOW_S - 1},
			(struct settings){.renewal = rows[i].action});
		const struct status_item *found = item(&status, "SecureBoot");

		assert_int_equal(status.state, STATUS_SUCCESS);
		assert_int_equal(found->state, rows[i].item);
		assert_int_equal(
			found->code, rows[i].item == STATUS_WARNING ? ERR_CERTIFICATES_2011 : 0);
		if (!strstr(found->message, rows[i].says))
			fail_msg("'%s' lacks '%s'", found->message, rows[i].says);
	}
}

static void a_remark_is_a_warning_and_changes_no_verdict(void **state)
{
	struct round_result round = {.stage = ROUND_VERIFIED,
		.local = {.remark_count = 1, .verdict.health = HEALTH_HEALTHY}};
	struct status status;

	(void)state;
	err_fill(&round.local.remarks[0], ERR_PCR_BEYOND_LOG, 0, "PCR 8 grew.");
	status = report(&round, HEALTH_HEALTHY, ERR_OK, (struct history){.healthy_s = NOW_S},
		(struct settings){0});
	assert_int_equal(status.state, STATUS_SUCCESS);
	assert_int_equal(item(&status, "BootIntegrity")->state, STATUS_SUCCESS);
	assert_int_equal(item(&status, "VirtualTpm")->state, STATUS_WARNING);
	assert_int_equal(item(&status, "VirtualTpm")->code, ERR_PCR_BEYOND_LOG);
	assert_non_null(
		strstr(item(&status, "VirtualTpm")->message, "PCR 8 grew (pcr-beyond-log). "));
}

static void unhealthy_is_an_error_unless_alerts_are_off(void **state)
{
	struct round_result round = {.stage = ROUND_ANSWERED};
	struct status status = report(&round, HEALTH_UNHEALTHY, ERR_POLICY_DENIED,
		(struct history){0}, (struct settings){0});

	(void)state;
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, ERR_POLICY_DENIED);
	assert_non_null(strstr(status.message, "Unhealthy: What happened (policy-denied). "));
	status = report(&round, HEALTH_UNHEALTHY, ERR_POLICY_DENIED, (struct history){0},
		(struct settings){.alerts_disabled = true});
	assert_int_equal(status.state, STATUS_SUCCESS);
	assert_non_null(strstr(status.message, "Unhealthy"));
	assert_int_equal(item(&status, "BootIntegrity")->state, STATUS_ERROR);
}

static void a_first_attestation_without_network_is_transitioning_within_its_budget(void **state)
{
	struct round_result round = {.stage = ROUND_COLLECTED};
	struct status status = report(&round, HEALTH_UNKNOWN, ERR_DNS,
		(struct history){.boot_id = BOOT, .failures = 1, .waiting_boot_s = BOOT_S - 10},
		(struct settings){0});

	(void)state;
	assert_int_equal(status.state, STATUS_TRANSITIONING);
	assert_non_null(strstr(status.message,
		"Not attested yet, trying again in 60 s: What happened (dns-failed)"));
}

static void past_the_budget_it_is_an_error(void **state)
{
	struct round_result round = {.stage = ROUND_COLLECTED};
	struct status status = report(&round, HEALTH_UNKNOWN, ERR_DNS,
		(struct history){
			.boot_id = BOOT, .failures = 9, .waiting_boot_s = BOOT_S - PROOF_BUDGET_S},
		(struct settings){0});

	(void)state;
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, ERR_DNS);
	assert_non_null(strstr(status.message, "Not attested: What happened (dns-failed)"));
}

static void the_status_says_why_this_provider(void **state)
{
	static const struct {
		const char *provider, *reason, *begin;
	} rows[] = {
		{"https://a.example", "", "https://a.example: What happened."},
		{"https://a.example", "shared provider of here",
			"https://a.example (shared provider of here): What happened."},
		{"", "", "No provider: What happened."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct round_result round = {.stage = ROUND_COLLECTED};
		struct settings settings = {.period_s = 14400};
		struct history history = {0};
		struct status status;

		err_fill(&round.remote.reason, ERR_METADATA, 0, "What happened.");
		(void)text_format(round.provider, sizeof(round.provider), "%s", rows[i].provider);
		(void)text_format(
			round.provider_reason, sizeof(round.provider_reason), "%s", rows[i].reason);
		status_report_make(&(struct status_report_inputs){.round = &round,
					   .verdict = &round.remote,
					   .history = &history,
					   .settings = &settings,
					   .now.boot_id = BOOT},
			&status);
		assert_string_equal(item(&status, "Endpoint")->message, rows[i].begin);
	}
}

/* Only this boot's own proof makes silence bearable, and only while it counts (test_proof.c). */
static void silence_is_borne_by_a_proof_of_this_boot_alone(void **state)
{
	static const struct {
		const char *boot_id;
		int64_t life_s, waiting_boot_s;
		enum status_state state, attestation;
		const char *words;
	} rows[] = {
		{BOOT, 501, 0, STATUS_SUCCESS, STATUS_WARNING, "Healthy at "},
		{BOOT, 500, 0, STATUS_ERROR, STATUS_ERROR, "proof of this boot ended"},
		{BOOT, 500, BOOT_S - 10, STATUS_TRANSITIONING, STATUS_ERROR, "Not attested yet"},
		{"other", 9000, BOOT_S - 10, STATUS_TRANSITIONING, STATUS_ERROR, "Not attested yet"},
		{"other", 9000, BOOT_S - 180, STATUS_ERROR, STATUS_ERROR, "of an earlier boot"},
		{"", 9000, BOOT_S - 180, STATUS_ERROR, STATUS_ERROR, "Not attested: "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct round_result round = {.stage = ROUND_COLLECTED};
		struct history history = {.healthy_s = NOW_S - 500,
			.boot_id = BOOT,
			.failing_since_s = NOW_S - 100,
			.failures = 2,
			.waiting_boot_s = rows[i].waiting_boot_s,
			.proof = {.issued_s = NOW_S - 500,
				.expires_s = NOW_S + 5000,
				.asked_boot_s = BOOT_S - 500,
				.life_s = rows[i].life_s}};
		struct status status;

		memcpy(history.proof.boot_id, rows[i].boot_id, strlen(rows[i].boot_id));
		status = report(
			&round, HEALTH_UNKNOWN, ERR_CONNECT_TIMEOUT, history, (struct settings){0});
		if (status.state != rows[i].state || !strstr(status.message, rows[i].words) ||
			item(&status, "Attestation")->state != rows[i].attestation)
			fail_msg("row %zu: %s", i, status.message);
	}
}

static void a_bad_answer_is_no_silence(void **state)
{
	struct round_result round = {.stage = ROUND_ANSWERED};
	struct history history = {.healthy_s = NOW_S - 500,
		.boot_id = BOOT,
		.failing_since_s = NOW_S,
		.proof = {.boot_id = BOOT,
			.issued_s = NOW_S - 500,
			.expires_s = NOW_S + 5000,
			.asked_boot_s = BOOT_S - 500,
			.life_s = 5500}};
	struct status status =
		report(&round, HEALTH_UNKNOWN, ERR_TOKEN_SIGNATURE, history, (struct settings){0});

	(void)state;
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, ERR_TOKEN_SIGNATURE);
}

static void a_missing_precondition_is_an_error_at_once(void **state)
{
	struct round_result round = {.stage = ROUND_TPM};
	struct status status = report(&round, HEALTH_UNKNOWN, ERR_NO_AK,
		(struct history){.failures = 1}, (struct settings){0});

	(void)state;
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, ERR_NO_AK);
	assert_null(item(&status, "Endpoint"));
}

static void the_first_200_characters_hold_reason_and_remedy_of_every_code(void **state)
{
	(void)state;
	for (size_t i = 0; err_info_at(i); i++) {
		struct round_result round = {.stage = ROUND_TPM};
		struct status status = report(&round, HEALTH_UNKNOWN, err_info_at(i)->code,
			(struct history){0}, (struct settings){0});
		const char *remedy = strstr(status.message, err_info_at(i)->remedy);

		assert_non_null(remedy);
		assert_true(remedy - status.message < 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_certificates_are_a_warning_with_a_remedy),
		cmocka_unit_test(healthy_is_success),
		cmocka_unit_test(the_days_of_a_certificate_are_watched),
		cmocka_unit_test(what_the_boot_proved_is_told),
		cmocka_unit_test(a_remark_is_a_warning_and_changes_no_verdict),
		cmocka_unit_test(unhealthy_is_an_error_unless_alerts_are_off),
		cmocka_unit_test(
			a_first_attestation_without_network_is_transitioning_within_its_budget),
		cmocka_unit_test(past_the_budget_it_is_an_error),
		cmocka_unit_test(the_status_says_why_this_provider),
		cmocka_unit_test(silence_is_borne_by_a_proof_of_this_boot_alone),
		cmocka_unit_test(a_bad_answer_is_no_silence),
		cmocka_unit_test(a_missing_precondition_is_an_error_at_once),
		cmocka_unit_test(the_first_200_characters_hold_reason_and_remedy_of_every_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
