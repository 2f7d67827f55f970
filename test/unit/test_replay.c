#include "check.h"
#include "../support/kinds.h"
#include "../support/first_fault.h"
#include <fcntl.h>
#include "../support/logmaker.h"
#include "appraise/replay.h"
#include "base/codec.h"
#include "base/file.h"
#include "boot/uefivar.h"
#include "edge/json.h"

static const char *const recorded[] = {
	"secureboot-on", "secureboot-off", "other-cmdline", "foreign-keys"};

static const struct logmaker_bank banks[] = {{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA256, 32}};

/* An event whose SHA-256 digest is that of `measured`. */
static void put_measured(
	struct buf *log, uint32_t pcr, uint32_t type, struct bytes measured, struct bytes data)
{
	static const struct logmaker_digest digests[] = {
		{EVENTLOG_SHA1, 20, 0x51}, {EVENTLOG_SHA256, 32, 0}};

	put_event_head(log, pcr, type, digests, 2);
	crypto_sha256(measured, log->data + log->len - CRYPTO_SHA256_SIZE);
	put_event_data(log, data);
}

static struct buf empty_log(void)
{
	struct buf log = buf_with_max(1 << 20);

	put_header(&log, banks, 2);
	return log;
}

static struct eventlog open_log(const struct buf *bytes)
{
	struct eventlog log;
	struct err err;

	check_ok(eventlog_open(buf_bytes(bytes), &log, &err), &err);
	return log;
}

static struct buf read_record(const char *name, const char *file)
{
	struct buf bytes = buf_with_max(1 << 20);
	char path[128];
	struct err err;

	(void)snprintf(path, sizeof(path), "test/data/boot/%s/%s", name, file);
	check_ok(file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err), &err);
	return bytes;
}

static void read_record_pcr(
	const json *banks_json, const char *bank, uint32_t pcr, uint8_t *ret, size_t size)
{
	char index[12];
	struct err err;

	(void)snprintf(index, sizeof(index), "%u", pcr);
	check_ok(hex_decode(TEXT(json_text(json_get(json_get(banks_json, bank), index))), ret, size,
			 &err),
		&err);
}

static void read_quoted(const char *name, uint32_t mask, struct tpm_pcrs *ret)
{
	auto_cleanup(buf) struct buf text = read_record(name, "pcrs.json");
	auto_cleanup(json) json *values = NULL;
	struct err err;

	check_ok(json_parse(buf_bytes(&text), &values, &err), &err);
	ret->mask = mask;
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		read_record_pcr(values, "sha256", pcr, ret->digest[pcr], TPM_DIGEST_SIZE);
}

static void recorded_boots_replay_to_the_tpm_in_every_bank(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(recorded); i++) {
		auto_cleanup(buf) struct buf bytes = read_record(recorded[i], "eventlog.bin");
		auto_cleanup(buf) struct buf text = read_record(recorded[i], "pcrs.json");
		auto_cleanup(json) json *values = NULL;
		struct eventlog log = open_log(&bytes);
		struct replay replay;
		struct err err;

		check_ok(json_parse(buf_bytes(&text), &values, &err), &err);
		replay_run(&log, &replay);
		assert_int_equal(replay.bank_count, 4);
		for (size_t k = 0; k < 4; k++) {
			assert_true(replay.banks[k].is_computed);
			for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
				uint8_t held[CRYPTO_MAX_HASH_SIZE];

				if (pcr == 10) /* Linux's own (IMA) */
					continue;
				read_record_pcr(values, eventlog_alg_name(replay.banks[k].alg), pcr,
					held, replay.banks[k].digest_size);
				assert_memory_equal(held, replay.banks[k].pcr[pcr],
					replay.banks[k].digest_size);
			}
		}
	}
}

static void recorded_boots_pass_every_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(recorded); i++) {
		auto_cleanup(buf) struct buf bytes = read_record(recorded[i], "eventlog.bin");
		struct eventlog log = open_log(&bytes);
		struct tpm_pcrs quoted;
		struct err err;

		read_quoted(recorded[i], TPM_BOOT_PCR_MASK, &quoted);
		check_ok(first_of_replay(&log, &quoted, &err), &err);
		check_ok(replay_check_data(&log, 0xFFFFFF, &err), &err);
	}
}

static void the_first_pcr_that_differs_is_named(void **state)
{
	auto_cleanup(buf) struct buf bytes = read_record("secureboot-on", "eventlog.bin");
	struct eventlog log = open_log(&bytes);
	struct tpm_pcrs quoted;
	struct err err;

	(void)state;
	read_quoted("secureboot-on", TPM_BOOT_PCR_MASK, &quoted);
	quoted.digest[7][31] ^= 1;
	quoted.digest[5][0] ^= 1;
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_LOG_MISMATCH);
	assert_non_null(strstr(err.msg, "PCR 5 holds"));
	quoted.mask = 1u << 7;
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_LOG_MISMATCH);
	assert_non_null(strstr(err.msg, "PCR 7 holds"));
	quoted.mask = 1u << 0;
	check_ok(first_of_replay(&log, &quoted, &err), &err);
}

static void which_side_moved_is_said_as_far_as_it_is_known(void **state)
{
	auto_cleanup(buf) struct buf bytes = empty_log();
	struct tpm_pcrs held, more;
	struct eventlog log;
	struct err err;

	(void)state;
	put_measured(&bytes, 4, EV_EFI_ACTION, TEXT("a"), TEXT("a"));
	log = open_log(&bytes);
	check_ok(replay_sha256(&log, &held, &err), &err);
	assert_int_equal(held.mask, 1u << 4);
	put_measured(&bytes, 5, EV_EFI_ACTION, TEXT("b"), TEXT("b"));
	put_measured(&bytes, 4, EV_EFI_ACTION, TEXT("c"), TEXT("c"));
	put_measured(&bytes, 4, EV_EFI_ACTION, TEXT("d"), TEXT("d"));
	log = open_log(&bytes);
	check_ok(replay_sha256(&log, &more, &err), &err);
	held.mask = 1u << 4;
	check_err(first_of_replay(&log, &held, &err), &err, ERR_LOG_MISMATCH);
	assert_non_null(strstr(err.msg,
		"stands where the log does before event 3; what the log shows there from then on (2) was not measured"));
	held.digest[4][0] ^= 1;
	check_err(first_of_replay(&log, &held, &err), &err, ERR_LOG_MISMATCH);
	assert_non_null(strstr(
		err.msg, "something was measured that the log does not show, or the log lost"));
	assert_non_null(strstr(err.msg, "The log ends before 'Exit Boot Services'"));
	memset(held.digest[4], 0, TPM_DIGEST_SIZE);
	check_err(first_of_replay(&log, &held, &err), &err, ERR_LOG_MISMATCH);
	assert_non_null(strstr(err.msg, "PCR 4 holds its start value"));
	assert_non_null(strstr(err.msg, "none of its 3 events"));
	assert_int_equal(replay_compare(&log, &more, &more, NULL), 0);
	put_measured(&bytes, 5, EV_EFI_ACTION, TEXT("Exit Boot Services Invocation"),
		TEXT("whatever the log calls it"));
	log = open_log(&bytes);
	held.digest[4][0] ^= 1;
	check_err(first_of_replay(&log, &held, &err), &err, ERR_LOG_MISMATCH);
	assert_non_null(strstr(err.msg, "lost or changed an event."));
	assert_null(strstr(err.msg, "Exit Boot Services"));
}

/* It is known by its digest; its data may be missing or padded, and nothing else. */
static void a_separators_data_may_be_missing_or_padded(void **state)
{
	static const struct {
		struct bytes measured, data;
		bool is_good;
	} rows[] = {
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"\0\0\0\0", 4}, true},
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"", 0}, true},
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"\0\0\0\0\0\0\0", 7}, true},
		{{(const uint8_t *)"\xFF\xFF\xFF\xFF", 4}, {(const uint8_t *)"", 0}, true},
		{{(const uint8_t *)"\xFF\xFF\xFF\xFF", 4},
			{(const uint8_t *)"\xFF\xFF\xFF\xFF\0\0", 6}, true},
		{{(const uint8_t *)"\xFF\xFF\xFF\xFF", 4},
			{(const uint8_t *)"\xFF\xFF\xFF\xFF\xFF\xFF", 6}, true},
		/* the other one's data; less than four bytes; bytes that are no padding */
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"\xFF\xFF\xFF\xFF", 4}, false},
		{{(const uint8_t *)"\xFF\xFF\xFF\xFF", 4}, {(const uint8_t *)"\0\0\0\0\0", 5}, false},
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"\0\0\0", 3}, false},
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"\0\0\0\0x", 5}, false},
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"\0\0\0\0\0\xFF", 6}, false},
		{{(const uint8_t *)"\0\0\0\0", 4}, {(const uint8_t *)"evil", 4}, false},
		/* a firmware error, and anything else that was measured */
		{{(const uint8_t *)"\1\0\0\0", 4}, {(const uint8_t *)"", 0}, false},
		{{(const uint8_t *)"\1\0\0\0", 4}, {(const uint8_t *)"\0\0\0\0", 4}, false},
		{{(const uint8_t *)"evil", 4}, {(const uint8_t *)"", 0}, false},
		{{(const uint8_t *)"evil", 4}, {(const uint8_t *)"\0\0\0\0\0\0\0\0", 8}, false},
		{{(const uint8_t *)"", 0}, {(const uint8_t *)"\0\0\0\0", 4}, false},
	};
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = empty_log();
		struct eventlog log;
		struct err err;

		put_measured(&bytes, 7, EV_SEPARATOR, rows[i].measured, rows[i].data);
		log = open_log(&bytes);
		if ((replay_check_data(&log, 1u << 7, &err) == 0) != rows[i].is_good)
			fail_msg("row %zu", i);
		judged_add(&judged, rows[i].is_good);
	}
	judged_print(8, judged);
	for (size_t i = 0; i < 2; i++) { /* no other event may be without its data */
		auto_cleanup(buf) struct buf bytes = empty_log();
		struct eventlog log;
		struct err err;

		put_measured(&bytes, 4, EV_EFI_ACTION, rows[0].measured,
			i ? (struct bytes){(const uint8_t *)"\0\0\0\0\0", 5} : (struct bytes){0});
		log = open_log(&bytes);
		check_err(replay_check_data(&log, 1u << 4, &err), &err, ERR_LOG_DATA_MISMATCH);
	}
}

static enum replay_data data_of(const struct eventlog *log, uint32_t number)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;

	while (event_next_any(log, &walk, &event))
		if (event.number == number)
			return replay_data_of(log, &event);
	fail_msg("no event %u", number);
	return REPLAY_UNPROMISED;
}

static void each_events_data_is_judged_by_its_type(void **state)
{
	static const struct {
		uint32_t pcr, type;
		const char *measured, *data;
		enum replay_data expected;
	} rows[] = {
		{4, EV_EFI_ACTION, "a", "a", REPLAY_AS_MEASURED},
		{4, EV_EFI_ACTION, "a", "b", REPLAY_ALTERED},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, "a", "b", REPLAY_UNPROMISED},
		{4, EV_NO_ACTION, "a", "a", REPLAY_NOT_MEASURED},
		{7, EV_EFI_SPDM_DEVICE_POLICY, "a", "b", REPLAY_ALTERED},
		{8, EV_IPL, "linux /vmlinuz", "grub_cmd: linux /vmlinuz", REPLAY_AS_MEASURED},
		{8, EV_IPL, "linux /vmlinuz", "grub_cmd: linux /vmlinux", REPLAY_ALTERED},
		{8, EV_IPL, "/vmlinuz ro", "kernel_cmdline: /vmlinuz ro", REPLAY_AS_MEASURED},
		{8, EV_IPL, "/vmlinuz ro", "grub_kernel_cmdline /vmlinuz ro", REPLAY_AS_MEASURED},
		{8, EV_IPL, "x", "module_cmdline: y", REPLAY_ALTERED},
		/* RHEL 8's, without the colon */
		{8, EV_IPL, "x", "grub_cmd linux", REPLAY_UNPROMISED},
		{8, EV_IPL, "linux", "grub_cmd linux", REPLAY_FITS},
		{9, EV_IPL, "linux", "grub_cmd linux", REPLAY_UNPROMISED},
		{8, EV_IPL, "", "grub_cmd ", REPLAY_UNPROMISED},
		{0, EV_S_CRTM_VERSION, "1.2", "1.2", REPLAY_FITS},
		{0, EV_S_CRTM_VERSION, "1.2", "1.3", REPLAY_UNPROMISED},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, "a", "a", REPLAY_FITS},
		{14, EV_IPL, "", "MokList", REPLAY_UNPROMISED},
		{9, EV_IPL, "x", "grub_cmd: linux", REPLAY_UNPROMISED},
		{8, EV_IPL, "", "grub_cmd: ", REPLAY_AS_MEASURED},
	};
	auto_cleanup(buf) struct buf bytes = empty_log();
	struct judged judged = {0};
	struct eventlog log;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		put_measured(&bytes, rows[i].pcr, rows[i].type, TEXT(rows[i].measured),
			TEXT(rows[i].data));
	log = open_log(&bytes);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(data_of(&log, (uint32_t)i + 1), rows[i].expected);
		judged_add(&judged,
			rows[i].expected == REPLAY_AS_MEASURED || rows[i].expected == REPLAY_FITS);
	}
	judged_print(8, judged);
}

/* A digest that nobody quotes binds nothing, and contradicts nothing. */
static void another_banks_digest_says_nothing_of_the_data(void **state)
{
	static const struct logmaker_bank both[] = {{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA256, 32}};
	static const struct logmaker_digest digest = {EVENTLOG_SHA1, 20, 0};
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 16);
	struct bytes data = TEXT("forged");
	struct eventlog log;
	struct err err;

	(void)state;
	put_header(&bytes, both, 2);
	for (size_t i = 0; i < 2; i++) { /* right, and wrong */
		put_event_head(&bytes, 4, EV_EFI_ACTION, &digest, 1);
		if (i == 0)
			crypto_digest(CRYPTO_SHA1, &data, 1, bytes.data + bytes.len - 20);
		put_event_data(&bytes, data);
	}
	log = open_log(&bytes);
	assert_int_equal(data_of(&log, 1), REPLAY_NOT_MEASURED);
	assert_int_equal(data_of(&log, 2), REPLAY_NOT_MEASURED);
	check_ok(replay_check_data(&log, 0xFFFFFF, &err), &err);
}

static void an_old_logs_data_is_judged_by_sha1(void **state)
{
	static const char text[] = "a";
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 16);
	struct bytes data = TEXT(text);
	struct eventlog log;
	struct err err;

	(void)state;
	put_plain_event(&bytes, 4, EV_EFI_ACTION, data);
	put_plain_event(&bytes, 4, EV_EFI_ACTION, data);
	crypto_digest(CRYPTO_SHA1, &data, 1, bytes.data + 8);
	log = open_log(&bytes);
	assert_int_equal(data_of(&log, 0), REPLAY_AS_MEASURED);
	assert_int_equal(data_of(&log, 1), REPLAY_ALTERED);
	/* no proof */
	check_err(replay_check_data(&log, 0xFFFFFF, &err), &err, ERR_EVENT_LOG_MALFORMED);
}

static void a_log_of_another_boot_is_noticed(void **state)
{
	auto_cleanup(buf) struct buf bytes = read_record("secureboot-on", "eventlog.bin");
	struct eventlog log = open_log(&bytes);
	struct tpm_pcrs quoted;
	struct err err;

	(void)state;
	read_quoted("secureboot-off", TPM_BOOT_PCR_MASK, &quoted);
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_LOG_MISMATCH);
	read_quoted("other-cmdline", TPM_BOOT_PCR_MASK, &quoted);
	check_ok(first_of_replay(&log, &quoted, &err), &err);
	quoted.mask = 1u << 8;
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_LOG_MISMATCH);
}

static void pcrs_that_nothing_extended_hold_their_start_values(void **state)
{
	auto_cleanup(buf) struct buf bytes = empty_log();
	struct eventlog log;
	struct tpm_pcrs quoted = {.mask = 0xFFFFFE};
	struct err err;

	(void)state;
	put_measured(&bytes, 0, EV_ACTION, TEXT("x"), TEXT("x"));
	log = open_log(&bytes);
	for (uint32_t pcr = 17; pcr <= 22; pcr++)
		memset(quoted.digest[pcr], 0xFF, TPM_DIGEST_SIZE);
	check_ok(first_of_replay(&log, &quoted, &err), &err);
	quoted.digest[23][0] = 1;
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_LOG_MISMATCH);
}

static void a_log_without_events_or_sha256_compares_with_nothing(void **state)
{
	static const struct logmaker_bank sha1[] = {{EVENTLOG_SHA1, 20}};
	static const struct logmaker_digest digest[] = {{EVENTLOG_SHA1, 20, 1}};
	auto_cleanup(buf) struct buf headed = empty_log();
	auto_cleanup(buf) struct buf old = buf_with_max(1 << 20);
	struct eventlog log = open_log(&headed);
	struct tpm_pcrs quoted = {.mask = 1};
	struct err err;

	(void)state;
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_EVENT_LOG_EMPTY);
	check_err(replay_check_data(&log, 1, &err), &err, ERR_EVENT_LOG_EMPTY);
	put_header(&old, sha1, 1);
	put_event_head(&old, 0, EV_ACTION, digest, 1);
	put_event_data(&old, TEXT("x"));
	log = open_log(&old);
	check_err(first_of_replay(&log, &quoted, &err), &err, ERR_EVENT_LOG_MALFORMED);
	check_err(replay_check_data(&log, 1, &err), &err, ERR_EVENT_LOG_MALFORMED);
}

/* PCR 0 after one event with the digest of "x", started at this locality. */
static void check_pcr0(const struct buf *bytes, uint8_t locality)
{
	struct eventlog log = open_log(bytes);
	struct replay replay;
	uint8_t start[CRYPTO_SHA256_SIZE] = {0};
	uint8_t digest[CRYPTO_SHA256_SIZE], expected[CRYPTO_SHA256_SIZE];
	const struct bytes parts[] = {{start, sizeof(start)}, {digest, sizeof(digest)}};

	start[31] = locality;
	crypto_sha256(TEXT("x"), digest);
	crypto_digest(CRYPTO_SHA256, parts, 2, expected);
	replay_run(&log, &replay);
	assert_memory_equal(replay.banks[1].pcr[0], expected, sizeof(expected));
	assert_int_equal(replay.banks[1].mask, 1);
}

static void pcr_0_starts_at_the_startup_locality(void **state)
{
	static const uint8_t localities[] = {0, 3, 4};

	(void)state;
	for (size_t i = 0; i < COUNT(localities); i++) {
		auto_cleanup(buf) struct buf bytes = empty_log();
		uint8_t data[17] = "StartupLocality";

		data[16] = localities[i];
		put_measured(&bytes, 0, EV_NO_ACTION, TEXT(""), (struct bytes){data, sizeof(data)});
		put_measured(&bytes, 0, EV_ACTION, TEXT("x"), TEXT("x"));
		check_pcr0(&bytes, localities[i]);
	}
}

static void an_hcrtm_event_starts_pcr_0_at_locality_4(void **state)
{
	auto_cleanup(buf) struct buf first = empty_log();
	auto_cleanup(buf) struct buf told = empty_log();

	(void)state;
	put_measured(&first, 0, EV_EFI_HCRTM_EVENT, TEXT("x"), TEXT("HCRTM"));
	check_pcr0(&first, 4);
	put_measured(&told, 0, EV_NO_ACTION, TEXT(""),
		(struct bytes){(const uint8_t *)"StartupLocality\0\x03", 17});
	put_measured(&told, 0, EV_EFI_HCRTM_EVENT, TEXT("x"), TEXT("HCRTM"));
	check_pcr0(&told, 3);
}

static void events_that_extend_nothing_are_left_out(void **state)
{
	auto_cleanup(buf) struct buf bytes = empty_log();

	(void)state;
	put_measured(&bytes, 3, EV_NO_ACTION, TEXT("y"), TEXT("y"));
	put_measured(&bytes, EVENTLOG_NO_PCR, EV_ACTION, TEXT("y"), TEXT("y"));
	put_measured(&bytes, 0, EV_ACTION, TEXT("x"), TEXT("x"));
	check_pcr0(&bytes, 0);
}

static void a_bank_that_an_event_leaves_out_is_not_extended(void **state)
{
	static const struct logmaker_digest only_sha1[] = {{EVENTLOG_SHA1, 20, 1}};
	auto_cleanup(buf) struct buf bytes = empty_log();
	struct eventlog log;
	struct replay replay;

	(void)state;
	put_event_head(&bytes, 5, EV_ACTION, only_sha1, 1);
	put_event_data(&bytes, TEXT("x"));
	log = open_log(&bytes);
	replay_run(&log, &replay);
	assert_int_equal(replay.banks[0].mask, 1u << 5);
	assert_int_equal(replay.banks[1].mask, 0);
}

static void an_algorithm_that_is_not_here_is_not_computed(void **state)
{
	static const struct logmaker_bank with_sm3[] = {
		{EVENTLOG_SM3_256, 32}, {EVENTLOG_SHA256, 32}};
	static const struct logmaker_digest digests[] = {
		{EVENTLOG_SM3_256, 32, 1}, {EVENTLOG_SHA256, 32, 2}};
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 20);
	struct eventlog log;
	struct replay replay;

	(void)state;
	put_header(&bytes, with_sm3, 2);
	put_event_head(&bytes, 17, EV_ACTION, digests, 2);
	put_event_data(&bytes, TEXT("x"));
	log = open_log(&bytes);
	replay_run(&log, &replay);
	assert_false(replay.banks[0].is_computed);
	assert_true(replay.banks[1].is_computed);
	assert_int_equal(replay.banks[1].mask, 1u << 17);
	assert_int_not_equal(replay.banks[1].pcr[17][0], 0xFF);
}

struct data_row {
	uint32_t pcr, type;
	const char *measured; /* NULL: the data's own digest */
	const char *data;
	bool is_good;
};

static void data_is_held_against_its_digest_where_the_type_promises_it(void **state)
{
	static const struct data_row rows[] = {
		{7, EV_SEPARATOR, NULL, "0000", true},
		{7, EV_SEPARATOR, "other", "0000", false},
		{5, EV_EFI_GPT_EVENT, NULL, "table", true},
		{5, EV_EFI_GPT_EVENT, "other", "table", false},
		{4, EV_EFI_ACTION, "other", "Calling", false},
		{7, EV_EFI_VARIABLE_DRIVER_CONFIG, "other", "data", false},
		{7, EV_EFI_VARIABLE_AUTHORITY, "other", "data", false},
		{1, EV_EFI_VARIABLE_BOOT, "other", "data", false},
		{6, EV_COMPACT_HASH, "other", "UUID: E5E5", false},
		{6, EV_COMPACT_HASH, "other", "Configuration", true},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, "code", "path", true},
		{0, EV_EFI_PLATFORM_FIRMWARE_BLOB, "code", "place", true},
		{8, EV_IPL, "command", "grub_cmd: command", true},
		{0, EV_S_CRTM_VERSION, "other", "1.0", true},
		{EVENTLOG_NO_PCR, EV_SEPARATOR, "other", "0000", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = empty_log();
		struct eventlog log;
		struct err err;

		put_measured(&bytes, rows[i].pcr, rows[i].type,
			TEXT(rows[i].measured ? rows[i].measured : rows[i].data), TEXT(rows[i].data));
		log = open_log(&bytes);
		err.code = ERR_OK;
		if ((replay_check_data(&log, 0xFFFFFF, &err) == 0) != rows[i].is_good)
			fail_msg("row %zu: %s", i, rows[i].is_good ? err.msg : "passed");
		assert_int_equal(err.code, rows[i].is_good ? ERR_OK : ERR_LOG_DATA_MISMATCH);
		if (!rows[i].is_good)
			check_ok(replay_check_data(&log, ~(1u << rows[i].pcr), &err), &err);
	}
}

/* What stands behind a text's NUL was measured by nobody, and is no part of the text. */
static void a_grub_text_is_judged_up_to_its_nul(void **state)
{
	static const struct {
		const char *measured;
		bool is_good;
	} rows[] = {
		{"linux /a ro", true},
		{"linux /a ro init=/bin/sh", false},
		{" init=/bin/sh", false},
		{"", false},
	};
	static const char data[] = "grub_cmd: linux /a ro\0 init=/bin/sh";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = empty_log();
		struct eventlog log;
		struct err err;

		put_measured(&bytes, 8, EV_IPL, TEXT(rows[i].measured),
			(struct bytes){(const uint8_t *)data, sizeof(data)});
		log = open_log(&bytes);
		if ((replay_check_data(&log, 1u << 8, &err) == 0) != rows[i].is_good)
			fail_msg("row %zu", i);
	}
}

static void tagged_events_are_measured_as_they_stand_by_windows_only(void **state)
{
	static const struct {
		uint32_t pcr, tag;
		bool is_good; /* with other data than was measured */
	} rows[] = {
		{12, 0x40010001, false}, {14, 0x00060002, false}, {9, 0x40010001, true},
		{9, 0x8F3B22ED, true}, /* Linux EFI stub: load options */
		{12, 0xF5BC582A, true}, /* systemd-boot: its configuration */
		{12, 0x6C46F751, true}, /* systemd-stub: a device tree */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf data = buf_with_max(64);
		auto_cleanup(buf) struct buf bytes = empty_log();
		struct eventlog log;
		struct err err;

		put_number(&data, rows[i].tag, 4);
		put_measured(&bytes, rows[i].pcr, EV_EVENT_TAG, TEXT("other"), buf_bytes(&data));
		log = open_log(&bytes);
		assert_int_equal(replay_check_data(&log, 0xFFFFFF, &err) == 0, rows[i].is_good);
	}
}

static void only_boot_variables_may_be_measured_by_their_value_alone(void **state)
{
	static const struct {
		uint32_t type;
		bool value_alone, byte_behind; /* allowed */
	} rows[] = {
		{EV_EFI_VARIABLE_BOOT, true, false},
		{EV_EFI_VARIABLE_BOOT2, true, false},
		{EV_EFI_VARIABLE_AUTHORITY, false, true},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf var =
			variable_data(uefi_global_variable_guid, "Name", TEXT("value"));
		auto_cleanup(buf) struct buf alone = empty_log();
		auto_cleanup(buf) struct buf behind = empty_log();
		struct bytes whole = buf_bytes(&var);
		struct eventlog log;
		struct err err;

		put_measured(&alone, 1, rows[i].type, TEXT("value"), whole);
		log = open_log(&alone);
		assert_int_equal(replay_check_data(&log, 0xFF, &err) == 0, rows[i].value_alone);
		put(&var, "!", 1);
		put_measured(&behind, 1, rows[i].type, whole, buf_bytes(&var));
		log = open_log(&behind);
		assert_int_equal(replay_check_data(&log, 0xFF, &err) == 0, rows[i].byte_behind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_boots_replay_to_the_tpm_in_every_bank),
		cmocka_unit_test(recorded_boots_pass_every_check),
		cmocka_unit_test(the_first_pcr_that_differs_is_named),
		cmocka_unit_test(which_side_moved_is_said_as_far_as_it_is_known),
		cmocka_unit_test(a_separators_data_may_be_missing_or_padded),
		cmocka_unit_test(each_events_data_is_judged_by_its_type),
		cmocka_unit_test(another_banks_digest_says_nothing_of_the_data),
		cmocka_unit_test(an_old_logs_data_is_judged_by_sha1),
		cmocka_unit_test(a_log_of_another_boot_is_noticed),
		cmocka_unit_test(pcrs_that_nothing_extended_hold_their_start_values),
		cmocka_unit_test(a_log_without_events_or_sha256_compares_with_nothing),
		cmocka_unit_test(pcr_0_starts_at_the_startup_locality),
		cmocka_unit_test(an_hcrtm_event_starts_pcr_0_at_locality_4),
		cmocka_unit_test(events_that_extend_nothing_are_left_out),
		cmocka_unit_test(a_bank_that_an_event_leaves_out_is_not_extended),
		cmocka_unit_test(an_algorithm_that_is_not_here_is_not_computed),
		cmocka_unit_test(data_is_held_against_its_digest_where_the_type_promises_it),
		cmocka_unit_test(a_grub_text_is_judged_up_to_its_nul),
		cmocka_unit_test(tagged_events_are_measured_as_they_stand_by_windows_only),
		cmocka_unit_test(only_boot_variables_may_be_measured_by_their_value_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
