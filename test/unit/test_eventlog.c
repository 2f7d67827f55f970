#include "check.h"
#include "../support/logmaker.h"

#define MAX_LOG (32u << 20)

static const struct logmaker_bank two_banks[] = {{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA256, 32}};
static const struct logmaker_digest two_digests[] = {
	{EVENTLOG_SHA1, 20, 0xA1}, {EVENTLOG_SHA256, 32, 0xA2}};

static struct buf agile_log(void)
{
	struct buf log = buf_with_max(MAX_LOG);

	put_header(&log, two_banks, 2);
	put_event_head(&log, 7, EV_SEPARATOR, two_digests, 2);
	put_event_data(&log, (struct bytes){(const uint8_t *)"\0\0\0\0", 4});
	put_event_head(&log, 4, EV_EFI_ACTION, two_digests, 2);
	put_event_data(&log, TEXT("Calling"));
	return log;
}

static void check_refused(const struct buf *log, enum err_code code, const char *reason)
{
	struct eventlog out;
	struct err err;

	check_err(eventlog_open(buf_bytes(log), &out, &err), &err, code);
	if (!strstr(err.msg, reason))
		fail_msg("'%s' does not say '%s'", err.msg, reason);
}

static void a_crypto_agile_log_gives_its_events_in_order(void **state)
{
	auto_cleanup(buf) struct buf bytes = agile_log();
	struct eventlog log;
	struct event event;
	struct eventlog_walk walk;
	struct err err;

	(void)state;
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	assert_true(log.is_crypto_agile);
	assert_int_equal(log.bank_count, 2);
	assert_int_equal(log.event_count, 2);
	assert_int_equal(eventlog_bank_index(&log, EVENTLOG_SHA256), 1);
	assert_int_equal(eventlog_bank_index(&log, EVENTLOG_SHA384), -1);
	walk = eventlog_walk(&log);
	assert_true(event_next_any(&log, &walk, &event));
	assert_int_equal(event.number, 1);
	assert_int_equal(event.offset, log.events_at);
	assert_int_equal(event.pcr, 7);
	assert_int_equal(event.digest[1].len, 32);
	assert_int_equal(event.digest[1].data[31], 0xA2);
	assert_null(event.digest[2].data);
	assert_true(event_next_any(&log, &walk, &event));
	assert_int_equal(event.type, EV_EFI_ACTION);
	assert_true(bytes_equal(event.data, TEXT("Calling")));
	assert_false(event_next_any(&log, &walk, &event));
}

static void a_sha1_log_needs_no_header(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);
	struct eventlog log;
	struct event event;
	struct eventlog_walk walk;
	struct err err;

	(void)state;
	put_plain_event(&bytes, 0, EV_S_CRTM_VERSION, TEXT("v1"));
	put_plain_event(&bytes, EVENTLOG_NO_PCR, EV_NO_ACTION, TEXT("nothing"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	assert_false(log.is_crypto_agile);
	assert_int_equal(log.bank_count, 1);
	assert_int_equal(log.event_count, 2);
	walk = eventlog_walk(&log);
	assert_true(event_next_any(&log, &walk, &event));
	assert_int_equal(event.number, 0);
	assert_int_equal(event.digest[0].len, 20);
}

static void the_header_of_an_efi_1_2_log_stays_an_event(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);
	struct eventlog log;
	struct err err;

	(void)state;
	put_plain_event(&bytes, 0, EV_NO_ACTION,
		(struct bytes){(const uint8_t *)"Spec ID Event02\0rest", 20});
	put_plain_event(&bytes, 0, EV_SEPARATOR, TEXT("0000"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	assert_false(log.is_crypto_agile);
	assert_int_equal(log.event_count, 2);
	bytes.data[32 + 14] = '7';
	check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, "unknown kind");
}

static void padding_ends_the_log(void **state)
{
	static const uint8_t values[] = {0x00, 0xFF};

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		for (size_t padding = 1; padding < 200; padding += 7) {
			auto_cleanup(buf) struct buf bytes = agile_log();
			size_t len = bytes.len;
			struct eventlog log;
			struct err err;

			put_repeated(&bytes, values[i], padding);
			check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
			assert_int_equal(log.event_count, 2);
			assert_int_equal(log.bytes.len, len);
		}
	}
}

static void bytes_that_are_no_padding_are_refused(void **state)
{
	auto_cleanup(buf) struct buf bytes = agile_log();

	(void)state;
	put_repeated(&bytes, 0x00, 100);
	put_repeated(&bytes, 0x01, 1);
	check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, "event 3 at byte");
}

static void an_empty_log_is_told_from_a_broken_one(void **state)
{
	static const uint8_t values[] = {0x00, 0xFF};
	auto_cleanup(buf) struct buf nothing = buf_with_max(MAX_LOG);

	(void)state;
	check_refused(&nothing, ERR_EVENT_LOG_EMPTY, "empty");
	for (size_t i = 0; i < COUNT(values); i++) {
		auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);

		put_repeated(&bytes, values[i], 4096);
		check_refused(&bytes, ERR_EVENT_LOG_EMPTY, "empty");
	}
	put(&nothing, "RIM EL Model 1\n", 15);
	check_refused(&nothing, ERR_EVENT_LOG_MALFORMED, "at byte 0");
}

static void a_log_cut_anywhere_but_between_events_is_refused(void **state)
{
	auto_cleanup(buf) struct buf bytes = agile_log();
	size_t header = 32 + 37;
	size_t second = header + 12 + 22 + 34 + 4 + 4;

	(void)state;
	for (size_t len = 1; len < bytes.len; len++) {
		/* exact, so that ASan sees a read past it */
		auto_cleanup(free) uint8_t *copy = malloc(len);
		struct eventlog log;
		struct err err;
		bool is_whole = len == header || len == second;

		memcpy(copy, bytes.data, len);
		err.code = ERR_OK;
		if ((eventlog_open((struct bytes){copy, len}, &log, &err) == 0) != is_whole)
			fail_msg("length %zu: %s", len, is_whole ? err.msg : "accepted");
	}
}

struct bad_event {
	const char *reason;
	uint32_t pcr;
	uint32_t count;
	struct logmaker_digest digests[3];
};

static void an_event_whose_digests_do_not_fit_the_header_is_refused(void **state)
{
	static const struct bad_event rows[] = {
		{"it has no digests", 0, 0, {{0}}},
		{"two digests of the same algorithm", 0, 2,
			{{EVENTLOG_SHA256, 32, 1}, {EVENTLOG_SHA256, 32, 1}}},
		{"more digests", 0, 3,
			{{EVENTLOG_SHA1, 20, 1}, {EVENTLOG_SHA256, 32, 1}, {EVENTLOG_SHA256, 32, 1}}},
		{"not one that the log's header names", 0, 2,
			{{EVENTLOG_SHA1, 20, 1}, {EVENTLOG_SHA384, 48, 1}}},
		{"more digests", 0, 0xFFFFFFFFu, {{0}}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = agile_log();
		char place[64];

		(void)snprintf(place, sizeof(place), "event 3 at byte %zu", bytes.len);
		put_event_head(&bytes, rows[i].pcr, 1, rows[i].digests,
			rows[i].count < 4 ? rows[i].count : 0);
		if (rows[i].count > 3)
			memset(bytes.data + bytes.len - 4, 0xFF, 4);
		put_event_data(&bytes, TEXT("data"));
		check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, rows[i].reason);
		check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, place);
	}
}

/* The event, and not the log: its neighbours are as good as before. */
static void an_event_of_no_tpms_pcr_counts_as_not_measured(void **state)
{
	static const uint32_t pcrs[] = {24, 31, 32, 40, 0x80000000u, EVENTLOG_NO_PCR - 1};

	(void)state;
	for (size_t i = 0; i < COUNT(pcrs); i++) {
		auto_cleanup(buf) struct buf bytes = agile_log();
		struct eventlog log;
		struct eventlog_walk walk;
		struct event event;
		struct err err;
		uint32_t measured = 0;

		put_event_head(&bytes, pcrs[i], 1, two_digests, 2);
		put_event_data(&bytes, TEXT("data"));
		put_event_head(&bytes, 4, 1, two_digests, 2);
		put_event_data(&bytes, TEXT("more"));
		check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
		assert_int_equal(log.unmeasured_count, 1);
		for (walk = eventlog_walk(&log); event_next(&log, &walk, &event); measured++)
			assert_true(event.pcr < 24);
		assert_int_equal(measured, log.event_count - 1);
	}
}

static void a_digest_may_be_missing(void **state)
{
	static const struct logmaker_digest only_sha256[] = {{EVENTLOG_SHA256, 32, 0xA3}};
	auto_cleanup(buf) struct buf bytes = agile_log();
	struct eventlog log;
	struct event event;
	struct eventlog_walk walk;
	struct err err;

	(void)state;
	put_event_head(&bytes, 12, EV_EVENT_TAG, only_sha256, 1);
	put_event_data(&bytes, TEXT("from the boot manager"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event))
		;
	assert_int_equal(event.number, 3);
	assert_null(event.digest[0].data);
	assert_int_equal(event.digest[1].data[0], 0xA3);
}

static void data_longer_than_the_log_is_refused(void **state)
{
	auto_cleanup(buf) struct buf bytes = agile_log();

	(void)state;
	put_event_head(&bytes, 0, 1, two_digests, 2);
	put_number(&bytes, 0xFFFFFFFFu, 4);
	put(&bytes, "ab", 2);
	check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, "data is longer than the log");
}

struct bad_header {
	const char *reason;
	size_t at, len;
	uint8_t bytes[4];
};

static void a_header_that_lies_is_refused(void **state)
{
	/* offsets inside the header's data: version at 20, number of algorithms at 24, algorithms
	 * from 28 */
	static const struct bad_header rows[] = {
		{"version is not 2.0", 21, 1, {1}},
		{"version is not 2.0", 20, 1, {2}},
		{"number of algorithms is out of range", 24, 4, {0xFF, 0xFF, 0xFF, 0xFF}},
		{"number of algorithms is out of range", 24, 4, {0, 0, 0, 0}},
		{"longer than the header", 24, 1, {8}},
		{"digest size in the header is wrong", 34, 1, {48}},
		{"digest size in the header is out of range", 34, 2, {0, 0}},
		{"digest size in the header is out of range", 34, 2, {0xFF, 0xFF}},
		{"names an algorithm twice", 32, 4, {0x04, 0x00, 20, 0}},
		{"vendor information is longer", 36, 1, {1}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = agile_log();

		memcpy(bytes.data + 32 + rows[i].at, rows[i].bytes, rows[i].len);
		check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, rows[i].reason);
	}
}

static void an_unknown_bank_of_known_size_is_walked_over(void **state)
{
	static const struct logmaker_bank banks[] = {{0x7777, 24}, {EVENTLOG_SM3_256, 32}};
	static const struct logmaker_digest digests[] = {{EVENTLOG_SM3_256, 32, 1}, {0x7777, 24, 2}};
	auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);
	struct eventlog log;
	struct event event;
	struct eventlog_walk walk;
	struct err err;

	(void)state;
	put_header(&bytes, banks, 2);
	put_event_head(&bytes, 0, 1, digests, 2);
	put_event_data(&bytes, TEXT("x"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	walk = eventlog_walk(&log);
	assert_true(event_next_any(&log, &walk, &event));
	assert_int_equal(event.digest[0].len, 24);
	assert_int_equal(event.digest[1].data[0], 1);
	assert_null(eventlog_alg_name(0x7777));
	assert_string_equal(eventlog_alg_name(EVENTLOG_SM3_256), "sm3_256");
}

static void a_startup_locality_is_recognised_only_whole(void **state)
{
	static const struct {
		uint32_t type;
		struct bytes data;
		int locality; /* -1: none */
	} rows[] = {
		{EV_NO_ACTION, {(const uint8_t *)"StartupLocality\0\x03", 17}, 3},
		{EV_NO_ACTION, {(const uint8_t *)"StartupLocality\0\x04", 17}, 4},
		{EV_NO_ACTION, {(const uint8_t *)"StartupLocality\0", 16}, -1},
		{EV_NO_ACTION, {(const uint8_t *)"StartupLocalitx\0\x03", 17}, -1},
		{EV_ACTION, {(const uint8_t *)"StartupLocality\0\x03", 17}, -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event event = {.type = rows[i].type, .data = rows[i].data};
		uint8_t locality = 0xEE;
		bool is_one = eventlog_startup_locality(&event, &locality);

		assert_int_equal(is_one, rows[i].locality >= 0);
		assert_int_equal(locality, rows[i].locality >= 0 ? rows[i].locality : 0xEE);
	}
}

/* All-zero events of 32 bytes followed by one byte: an "is the rest padding?" at each event would
 * take minutes. */
static void a_large_log_takes_linear_time(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);
	auto_cleanup(free) uint8_t *zeros = calloc(10, 1u << 20);
	struct eventlog log;
	struct err err;

	(void)state;
	put_plain_event(&bytes, 0, EV_ACTION, TEXT(""));
	put(&bytes, zeros, 10u << 20);
	put_plain_event(&bytes, 0, EV_ACTION, TEXT("1"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	assert_int_equal(log.event_count, (10u << 20) / 32 + 2);
	put(&bytes, zeros, 10u << 20);
	check_refused(&bytes, ERR_EVENT_LOG_MALFORMED, "at most");
}

static void event_types_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(eventlog_type_name(EV_SEPARATOR), "EV_SEPARATOR");
	assert_string_equal(
		eventlog_type_name(EV_EFI_VARIABLE_AUTHORITY), "EV_EFI_VARIABLE_AUTHORITY");
	assert_null(eventlog_type_name(0x12345678));
}

/* One bank counts; whatever else stands there, who reads facts never sees an event without it. */
static void an_event_without_the_bank_that_counts_is_marked(void **state)
{
	static const struct logmaker_bank banks[] = {
		{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA384, 48}, {EVENTLOG_SHA256, 32}};
	static const struct logmaker_digest all[] = {
		{EVENTLOG_SHA1, 20, 1}, {EVENTLOG_SHA384, 48, 3}, {EVENTLOG_SHA256, 32, 2}};
	auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);
	struct eventlog log;
	struct event event;
	struct eventlog_walk walk;
	struct err err;

	(void)state;
	put_header(&bytes, banks, COUNT(banks));
	put_event_head(&bytes, 7, EV_EFI_VARIABLE_AUTHORITY, all, 2); /* no SHA-256 */
	put_event_data(&bytes, TEXT("forged"));
	put_event_head(&bytes, 0, EV_NO_ACTION, all, 3);
	put_event_data(&bytes, TEXT("note"));
	put_event_head(&bytes, EVENTLOG_NO_PCR, EV_EFI_ACTION, all, 3);
	put_event_data(&bytes, TEXT("nowhere"));
	put_event_head(&bytes, 4, EV_EFI_ACTION, all + 2, 1); /* SHA-256 only */
	put_event_data(&bytes, TEXT("true"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	assert_int_equal(log.banks[log.counted_bank].alg, EVENTLOG_SHA256);
	assert_int_equal(log.event_count, 4);
	assert_int_equal(log.unmeasured_count, 1);
	walk = eventlog_walk(&log);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(event_next_any(&log, &walk, &event));
		assert_false(event.is_measured);
		assert_null(event.measured.data);
		assert_int_equal(event.measured_alg, 0);
		assert_int_equal(eventlog_is_unmeasured(&event), i == 0);
	}
	walk = eventlog_walk(&log);
	assert_true(event_next(&log, &walk, &event));
	assert_true(bytes_equal(event.data, TEXT("true")));
	assert_int_equal(event.number, 4);
	assert_true(event.is_measured && event.measured.len == 32 && event.measured.data[0] == 2);
	assert_int_equal(event.measured_alg, EVENTLOG_SHA256);
	assert_false(event_next(&log, &walk, &event));
}

/* Logs that prove nothing still tell of themselves. */
static void without_sha256_the_strongest_bank_counts(void **state)
{
	static const struct {
		struct logmaker_bank banks[2];
		uint32_t count;
		uint16_t counted;
	} rows[] = {
		{{{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA384, 48}}, 2, EVENTLOG_SHA384},
		{{{EVENTLOG_SM3_256, 32}, {EVENTLOG_SHA1, 20}}, 2, EVENTLOG_SHA1},
		{{{EVENTLOG_SM3_256, 32}}, 1, EVENTLOG_SM3_256},
		{{{0x7777, 16}}, 1, 0x7777},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = buf_with_max(MAX_LOG);
		struct eventlog log;
		struct err err;

		put_header(&bytes, rows[i].banks, rows[i].count);
		check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
		assert_int_equal(log.banks[log.counted_bank].alg, rows[i].counted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crypto_agile_log_gives_its_events_in_order),
		cmocka_unit_test(a_sha1_log_needs_no_header),
		cmocka_unit_test(the_header_of_an_efi_1_2_log_stays_an_event),
		cmocka_unit_test(padding_ends_the_log),
		cmocka_unit_test(bytes_that_are_no_padding_are_refused),
		cmocka_unit_test(an_empty_log_is_told_from_a_broken_one),
		cmocka_unit_test(a_log_cut_anywhere_but_between_events_is_refused),
		cmocka_unit_test(an_event_whose_digests_do_not_fit_the_header_is_refused),
		cmocka_unit_test(an_event_of_no_tpms_pcr_counts_as_not_measured),
		cmocka_unit_test(a_digest_may_be_missing),
		cmocka_unit_test(an_event_without_the_bank_that_counts_is_marked),
		cmocka_unit_test(without_sha256_the_strongest_bank_counts),
		cmocka_unit_test(data_longer_than_the_log_is_refused),
		cmocka_unit_test(a_header_that_lies_is_refused),
		cmocka_unit_test(an_unknown_bank_of_known_size_is_walked_over),
		cmocka_unit_test(a_startup_locality_is_recognised_only_whole),
		cmocka_unit_test(a_large_log_takes_linear_time),
		cmocka_unit_test(event_types_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
