#include "check.h"
#include "../support/logmaker.h"
#include "../support/recorded.h"
#include "appraise/unquoted.h"
#include "appraise/replay.h"

#define BIT(pcr) (1u << (pcr))

/* A log with one event in each of PCRs 8, 9, 11, 12 and 14, and what it leads to. */
struct small_log {
	struct buf bytes;
	struct eventlog log;
	struct tpm_pcrs led_to;
};

static void small_log_cleanup(struct small_log *small)
{
	buf_done(&small->bytes);
}

static struct small_log small_log(void)
{
	static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};
	static const struct logmaker_digest digest = {EVENTLOG_SHA256, 32, 0x77};
	static const uint32_t pcrs[] = {8, 9, 9, 11, 12, 14};
	struct small_log small = {.bytes = buf_with_max(1 << 16)};
	struct err err;

	put_header(&small.bytes, banks, 1);
	for (size_t i = 0; i < COUNT(pcrs); i++) {
		put_event_head(&small.bytes, pcrs[i], EV_IPL, &digest, 1);
		put_event_data(&small.bytes, TEXT("x"));
	}
	check_ok(eventlog_open(buf_bytes(&small.bytes), &small.log, &err), &err);
	check_ok(replay_sha256(&small.log, &small.led_to, &err), &err);
	return small;
}

static void extend(uint8_t value[TPM_DIGEST_SIZE], const char *word)
{
	uint8_t digest[TPM_DIGEST_SIZE], extended[TPM_DIGEST_SIZE];
	const struct bytes parts[] = {{value, TPM_DIGEST_SIZE}, {digest, sizeof(digest)}};

	crypto_sha256(TEXT(word), digest);
	crypto_digest(CRYPTO_SHA256, parts, 2, extended);
	memcpy(value, extended, sizeof(extended));
}

static struct tpm_pcrs all_of(const struct small_log *small)
{
	struct tpm_pcrs held = small->led_to;

	held.mask = UNQUOTED_MASK;
	return held;
}

static void recorded_boots_are_as_logged(void **state)
{
	static const char *const boots[] = {
		"secureboot-on", "secureboot-off", "other-cmdline", "foreign-keys"};

	(void)state;
	for (size_t i = 0; i < COUNT(boots); i++) {
		auto_cleanup(buf) struct buf bytes = recorded_file(boots[i], "eventlog.bin");
		struct tpm_pcrs held = recorded_pcrs(boots[i], UNQUOTED_MASK);
		struct tpm_pcrs led_to;
		struct unquoted_pcrs unquoted;
		struct eventlog log;
		struct err err;

		check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
		check_ok(replay_sha256(&log, &led_to, &err), &err);
		check_ok(unquoted_compare(&log, &led_to, &held, &unquoted, &err), &err);
		assert_int_equal(unquoted.as_logged,
			(led_to.mask & UNQUOTED_MASK) | BIT(11) | BIT(12) | BIT(13));
		assert_true(unquoted.as_logged & BIT(9));
	}
}

static void what_was_not_read_is_not_compared(void **state)
{
	auto_cleanup(small_log) struct small_log small = small_log();
	struct tpm_pcrs held = all_of(&small);
	struct unquoted_pcrs unquoted;
	struct err err;

	(void)state;
	held.mask = BIT(9);
	held.digest[8][0] ^= 1;
	held.digest[15][0] = 1; /* not in the log */
	check_ok(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err), &err);
	assert_int_equal(unquoted.compared, BIT(9));
	held.mask = BIT(15);
	check_ok(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err), &err);
	assert_int_equal(unquoted.compared, 0);
}

/* A log from which all events of a PCR were taken does not get rid of what was measured. */
static void a_pcr_without_events_holds_its_start_value(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 16);
	static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};
	static const struct logmaker_digest digest = {EVENTLOG_SHA256, 32, 0x77};
	struct tpm_pcrs led_to, held = {.mask = UNQUOTED_MASK};
	struct unquoted_pcrs unquoted;
	struct eventlog log;
	struct err err;

	(void)state;
	put_header(&bytes, banks, 1);
	put_event_head(&bytes, 4, EV_IPL, &digest, 1);
	put_event_data(&bytes, TEXT("x"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	check_ok(replay_sha256(&log, &led_to, &err), &err);
	check_ok(unquoted_compare(&log, &led_to, &held, &unquoted, &err), &err);
	assert_int_equal(unquoted.as_logged, BIT(8) | BIT(9) | BIT(11) | BIT(12) | BIT(13) | BIT(14));
	extend(held.digest[12], "something");
	extend(held.digest[11], "enter-initrd");
	extend(held.digest[15], "a machine's identity");
	extend(held.digest[9], "an initrd");
	check_err(unquoted_compare(&log, &led_to, &held, &unquoted, &err), &err, ERR_PCR_BEYOND_LOG);
	assert_int_equal(unquoted.as_logged, BIT(8) | BIT(13) | BIT(14));
	assert_int_equal(unquoted.beyond, BIT(9));
	assert_int_equal(unquoted.by_phases, BIT(11));
	assert_int_equal(unquoted.grown, BIT(12));
}

static void a_running_systemd_is_ordinary(void **state)
{
	static const char *const words[] = {"enter-initrd", "leave-initrd", "sysinit", "ready"};
	auto_cleanup(small_log) struct small_log small = small_log();
	struct unquoted_pcrs unquoted;
	struct err err;

	(void)state;
	for (size_t first = 0; first <= 2; first += 2) {
		struct tpm_pcrs held = all_of(&small);

		for (size_t i = first; i < COUNT(words); i++) {
			extend(held.digest[11], words[i]);
			check_ok(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err),
				&err);
			assert_int_equal(unquoted.by_phases, BIT(11));
			assert_int_equal(
				unquoted.as_logged, BIT(8) | BIT(9) | BIT(12) | BIT(13) | BIT(14));
		}
	}
}

static void pcrs_that_the_system_extends_only_grew(void **state)
{
	auto_cleanup(small_log) struct small_log small = small_log();
	struct tpm_pcrs held = all_of(&small);
	struct unquoted_pcrs unquoted;
	struct err err;

	(void)state;
	extend(held.digest[11], "something else");
	extend(held.digest[12], "ready"); /* no phase is measured there */
	check_ok(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err), &err);
	assert_int_equal(unquoted.grown, BIT(11) | BIT(12));
	assert_int_equal(unquoted.by_phases | unquoted.beyond | unquoted.unmeasured, 0);
}

static void a_loaders_pcr_that_grew_is_a_remark(void **state)
{
	auto_cleanup(small_log) struct small_log small = small_log();
	struct tpm_pcrs held = all_of(&small);
	struct unquoted_pcrs unquoted;
	struct err err;

	(void)state;
	extend(held.digest[14], "a client of the owner");
	extend(held.digest[8], "a client of the owner");
	check_err(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err), &err,
		ERR_PCR_BEYOND_LOG);
	assert_int_equal(unquoted.beyond, BIT(8) | BIT(14));
	assert_int_equal(unquoted.as_logged, BIT(9) | BIT(11) | BIT(12) | BIT(13));
	assert_non_null(strstr(err.msg, "PCR 8 holds"));
	assert_non_null(strstr(err.msg, "something was measured that the log does not show"));
}

static void a_log_with_more_than_was_measured_is_a_deviation(void **state)
{
	auto_cleanup(small_log) struct small_log small = small_log();
	struct tpm_pcrs held = all_of(&small);
	struct unquoted_pcrs unquoted;
	struct err err;

	(void)state;
	extend(held.digest[8], "a client of the owner");
	memcpy(held.digest[9], held.digest[14], TPM_DIGEST_SIZE); /* PCR 9 after the first of its
								     two events */
	check_err(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err), &err,
		ERR_LOG_NOT_MEASURED);
	assert_int_equal(unquoted.unmeasured, BIT(9));
	assert_int_equal(unquoted.beyond, BIT(8));
	assert_non_null(strstr(err.msg, "before event 3"));
	memset(held.digest[9], 0, TPM_DIGEST_SIZE);
	check_err(unquoted_compare(&small.log, &small.led_to, &held, &unquoted, &err), &err,
		ERR_LOG_NOT_MEASURED);
	assert_non_null(strstr(err.msg, "PCR 9 holds its start value"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_boots_are_as_logged),
		cmocka_unit_test(what_was_not_read_is_not_compared),
		cmocka_unit_test(a_pcr_without_events_holds_its_start_value),
		cmocka_unit_test(a_running_systemd_is_ordinary),
		cmocka_unit_test(pcrs_that_the_system_extends_only_grew),
		cmocka_unit_test(a_loaders_pcr_that_grew_is_a_remark),
		cmocka_unit_test(a_log_with_more_than_was_measured_is_a_deviation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
