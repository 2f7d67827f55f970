#include "check.h"
#include <stdio.h>
#include "../support/vtpm.h"
#include "attest/round.h"

/* A round against an endpoint where nobody listens, with a log that is there but explains
 * nothing. */
static void run_round(const char *tcti, const char *ca_file, struct round_result **ret)
{
	static const uint8_t log[64] = {1};
	char log_file[FOLDER_SIZE + 16];
	const struct round_inputs inputs = {.sources = {.root_fd = AT_FDCWD, .event_log = log_file},
		.tcti = tcti,
		.provider.endpoint = "https://127.0.0.1:1",
		.way.trust.ca_file = ca_file,
		.nonce = "nonce"};
	struct err err;

	check_ok(round_new(ret, &err), &err);
	folder_write(vtpm_shared.folder, "log", log, sizeof(log));
	(void)snprintf(log_file, sizeof(log_file), "%s/log", vtpm_shared.folder);
	round_run(&inputs, *ret);
}

static void check_stage(const char *ca_file, enum err_code reason)
{
	auto_cleanup(round_result) struct round_result *round = NULL;

	run_round(vtpm_shared.tcti, ca_file, &round);
	assert_int_equal(round->remote.reason.code, reason);
	assert_int_equal(round->remote.health, HEALTH_UNKNOWN);
	assert_int_equal(round->stage, ROUND_COLLECTED);
}

static void a_provider_that_was_not_asked_did_not_answer(void **state)
{
	char no_ca[FOLDER_SIZE + 16], some_ca[FOLDER_SIZE + 16];

	(void)state;
	(void)snprintf(no_ca, sizeof(no_ca), "%s/absent.pem", vtpm_shared.folder);
	(void)snprintf(some_ca, sizeof(some_ca), "%s/root.pem", vtpm_shared.folder);
	check_stage(some_ca, ERR_CONNECT_REFUSED);
	check_stage(no_ca, ERR_CA_FILE);
}

/* Offsets in TPM2_Certify's answer: head 10, size 4, TPM2B 2, magic 4, type 2, signer 36, extra
 * data 2, then clock 8, resetCount 4, restartCount 4. */
static void check_restarted(const char *patch)
{
	auto_cleanup(round_result) struct round_result *round = NULL;
	struct vtpm_relay relay;
	char counted[1024];

	vtpm_relay_start(&vtpm_shared, "--patch", patch, &relay);
	run_round(relay.tcti, NULL, &round);
	vtpm_relay_stop(&relay, counted, sizeof(counted));
	assert_int_equal(round->stage, ROUND_TPM);
	assert_int_equal(round->own.health, HEALTH_UNKNOWN);
	assert_int_equal(round->own.reason.code, ERR_TPM_FAILED);
}

static void a_vm_that_slept_in_the_middle_of_a_round_is_not_tampered_with(void **state)
{
	(void)state;
	check_restarted("Certify:60:0000ffff");
	check_restarted("Certify:68:00000fff");
	check_restarted("Certify:72:00000fff");
}

static int start(void **state)
{
	(void)vtpm_group_start(state);
	vtpm_provision(&vtpm_shared, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_provider_that_was_not_asked_did_not_answer),
		cmocka_unit_test(a_vm_that_slept_in_the_middle_of_a_round_is_not_tampered_with),
	};

	return cmocka_run_group_tests(tests, start, vtpm_group_stop);
}
