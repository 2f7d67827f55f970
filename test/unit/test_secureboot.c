#include "check.h"
#include <fcntl.h>
#include "../support/logmaker.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "base/file.h"
#include "boot/uefivar.h"

static const struct logmaker_bank banks[] = {{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA256, 32}};
static const uint8_t zeros[4];

static void put_event(struct buf *log, uint32_t pcr, uint32_t type, struct bytes data)
{
	static const struct logmaker_digest digests[] = {
		{EVENTLOG_SHA1, 20, 0x51}, {EVENTLOG_SHA256, 32, 0}};

	put_event_head(log, pcr, type, digests, 2);
	crypto_sha256(data, log->data + log->len - CRYPTO_SHA256_SIZE);
	put_event_data(log, data);
}

/* Whatever its data is, something else was measured. */
static void put_unbound(struct buf *log, uint32_t type)
{
	static const struct logmaker_digest digests[] = {{EVENTLOG_SHA256, 32, 0x22}};

	put_event_head(log, 7, type, digests, 1);
	put_event_data(log, TEXT("anything"));
}

static void put_separator(struct buf *log, uint32_t pcr, uint32_t type)
{
	put_event(log, pcr, type, (struct bytes){zeros, sizeof(zeros)});
}

static void put_variable(struct buf *log, uint32_t type, const char *name, struct bytes value)
{
	bool is_image = name[0] == 'd'; /* db, dbx */
	auto_cleanup(buf) struct buf data = variable_data(
		is_image ? uefi_image_security_guid : uefi_global_variable_guid, name, value);

	put_event(log, 7, type, buf_bytes(&data));
}

static void put_config(struct buf *log, const char *name, struct bytes value)
{
	put_variable(log, EV_EFI_VARIABLE_DRIVER_CONFIG, name, value);
}

/* SecureBoot with this value and the four others empty, before the separator. */
static struct buf log_without_separator(struct bytes secure_boot)
{
	static const char *const names[] = {"PK", "KEK", "db", "dbx"};
	struct buf log = buf_with_max(1 << 20);

	put_header(&log, banks, 2);
	put_config(&log, "SecureBoot", secure_boot);
	for (size_t i = 0; i < COUNT(names); i++)
		put_config(&log, names[i], TEXT(""));
	return log;
}

static struct buf whole_log(void)
{
	struct buf log = log_without_separator(TEXT("\x01"));

	put_separator(&log, 7, EV_SEPARATOR);
	return log;
}

static struct eventlog open_log(const struct buf *bytes)
{
	struct eventlog log;
	struct err err;

	check_ok(eventlog_open(buf_bytes(bytes), &log, &err), &err);
	return log;
}

static struct secureboot read_facts(const struct buf *bytes)
{
	struct eventlog log = open_log(bytes);
	struct secureboot facts;
	struct err err;

	check_ok(secureboot_read(&log, &facts, &err), &err);
	return facts;
}

static void check_refused(const struct buf *bytes, const char *reason)
{
	struct eventlog log = open_log(bytes);
	struct secureboot facts;
	struct err err;

	check_err(secureboot_read(&log, &facts, &err), &err, ERR_SECURE_BOOT_LOG);
	if (!strstr(err.msg, reason))
		fail_msg("'%s' does not say '%s'", err.msg, reason);
}

static struct buf read_log(const char *path)
{
	struct buf bytes = buf_with_max(1 << 20);
	struct err err;

	check_ok(file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err), &err);
	return bytes;
}

static void a_recorded_secure_boot_shows_its_keys(void **state)
{
	auto_cleanup(buf) struct buf bytes = read_log("test/data/boot/secureboot-on/eventlog.bin");
	struct secureboot facts = read_facts(&bytes);

	(void)state;
	assert_true(facts.is_enabled);
	assert_int_equal(facts.keys[UEFI_PK].cert_count, 1);
	assert_int_equal(facts.keys[UEFI_KEK].cert_count, 2);
	assert_int_equal(facts.keys[UEFI_DB].cert_count, 2);
	assert_non_null(strstr(facts.keys[UEFI_DB].certs[0].subject, "Microsoft"));
	assert_non_null(strstr(facts.keys[UEFI_DB].certs[1].subject, "Microsoft"));
	assert_int_equal(facts.keys[UEFI_DBX].hash_count, 1);
	assert_int_equal(facts.authority_count, 2); /* db and shim's own key; not SbatLevel */
	assert_true(facts.has_sbat);
	assert_string_equal(facts.sbat.date, "2025021800");
	assert_string_equal(facts.vm_id, "");
	assert_false(facts.keys[UEFI_PK].is_malformed || facts.keys[UEFI_KEK].is_malformed ||
		     facts.keys[UEFI_DB].is_malformed);
}

static void a_recorded_boot_with_secure_boot_off_is_well_formed(void **state)
{
	auto_cleanup(buf) struct buf bytes = read_log("test/data/boot/secureboot-off/eventlog.bin");
	struct secureboot facts = read_facts(&bytes);

	(void)state;
	assert_false(facts.is_enabled);
	assert_true(facts.keys[UEFI_PK].is_measured && facts.keys[UEFI_DBX].is_measured);
	assert_int_equal(facts.keys[UEFI_PK].cert_count + facts.keys[UEFI_KEK].cert_count +
				 facts.keys[UEFI_DB].cert_count,
		0);
	assert_false(facts.keys[UEFI_PK].is_malformed);
	assert_int_equal(facts.authority_count, 0);
}

static void an_azure_log_names_its_vm(void **state)
{
	const char *vectors = getenv("VECTORS");
	char path[512];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/eventlog/azure-cohere/azure-snp-ncc40ads-h100-v5.bin",
		vectors ? vectors : "../shared/vectors");
	if (access(path, R_OK) < 0) {
		print_message("SKIPPED: no file %s\n", path);
		return;
	}
	auto_cleanup(buf) struct buf bytes = read_log(path);
	struct eventlog log = open_log(&bytes);
	struct secureboot facts = read_facts(&bytes);
	struct err err;

	assert_string_equal(facts.vm_id, "E5E5363F-9B04-49CC-942D-72EEE383F2D6");
	assert_false(facts.is_enabled);
	assert_int_equal(facts.keys[UEFI_DB].cert_count, 3);
	check_ok(replay_check_data(&log, 0xFFFFFF, &err), &err);
}

static void the_state_is_0_or_1_or_absent(void **state)
{
	static const struct {
		struct bytes value;
		int enabled; /* -1: refused */
	} rows[] = {
		{{(const uint8_t *)"\x01", 1}, 1},
		{{(const uint8_t *)"\x00", 1}, 0},
		{{(const uint8_t *)"", 0}, 0},
		{{(const uint8_t *)"\x02", 1}, -1},
		{{(const uint8_t *)"\x01\x00", 2}, -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf bytes = log_without_separator(rows[i].value);

		put_separator(&bytes, 7, EV_SEPARATOR);
		if (rows[i].enabled < 0)
			check_refused(&bytes, "neither 0 nor 1");
		else
			assert_int_equal(read_facts(&bytes).is_enabled, rows[i].enabled);
	}
}

static void every_variable_is_needed_once_and_before_the_separator(void **state)
{
	static const char *const names[] = {"SecureBoot", "PK", "KEK", "db", "dbx"};

	(void)state;
	for (size_t left_out = 0; left_out < COUNT(names); left_out++) {
		auto_cleanup(buf) struct buf missing = buf_with_max(1 << 20);
		auto_cleanup(buf) struct buf twice = log_without_separator(TEXT("\x01"));
		auto_cleanup(buf) struct buf behind = whole_log();

		put_header(&missing, banks, 2);
		for (size_t i = 0; i < COUNT(names); i++)
			if (i != left_out)
				put_config(&missing, names[i], TEXT(""));
		put_separator(&missing, 7, EV_SEPARATOR);
		check_refused(&missing, names[left_out]);
		put_config(&twice, names[left_out], TEXT(""));
		check_refused(&twice, "twice");
		put_config(&behind, names[left_out], TEXT(""));
		check_refused(&behind, "behind the separator");
	}
}

static void a_log_without_separator_is_refused(void **state)
{
	auto_cleanup(buf) struct buf bytes = log_without_separator(TEXT("\x01"));

	(void)state;
	check_refused(&bytes, "no separator");
	put_separator(&bytes, 6, EV_SEPARATOR); /* of another PCR */
	check_refused(&bytes, "no separator");
}

/* Root extends PCR 7 after a boot with Secure Boot off and renames the firmware's events. */
static void forged_events_behind_a_renamed_separator_are_refused(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 20);
	static const char *const names[] = {"SecureBoot", "PK", "KEK", "db", "dbx"};
	struct err err;

	(void)state;
	put_header(&bytes, banks, 2);
	put_variable(&bytes, EV_IPL, "SecureBoot", TEXT(""));
	put_separator(&bytes, 7, EV_IPL);
	for (size_t i = 0; i < COUNT(names); i++)
		put_config(&bytes, names[i], TEXT("\x01"));
	put_separator(&bytes, 7, EV_SEPARATOR);
	struct eventlog log = open_log(&bytes);
	check_ok(replay_check_data(&log, 0xFFFFFF, &err), &err); /* each event alone looks right */
	check_refused(&bytes, "SecureBoot was measured (event 3) behind the separator");
}

static void an_event_that_did_not_extend_sha256_is_not_believed(void **state)
{
	static const struct logmaker_digest only_sha1[] = {{EVENTLOG_SHA1, 20, 1}};
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 20);
	auto_cleanup(buf) struct buf value =
		variable_data(uefi_global_variable_guid, "SecureBoot", TEXT("\x01"));

	(void)state;
	put_header(&bytes, banks, 2);
	put_event_head(&bytes, 7, EV_EFI_VARIABLE_DRIVER_CONFIG, only_sha1, 1);
	put_event_data(&bytes, buf_bytes(&value));
	put_config(&bytes, "PK", TEXT(""));
	put_config(&bytes, "KEK", TEXT(""));
	put_config(&bytes, "db", TEXT(""));
	put_config(&bytes, "dbx", TEXT(""));
	put_separator(&bytes, 7, EV_SEPARATOR);
	check_refused(&bytes, "does not measure the variable SecureBoot");
}

static void a_config_event_that_is_no_variable_is_refused(void **state)
{
	auto_cleanup(buf) struct buf bytes = whole_log();

	(void)state;
	put_event(&bytes, 7, EV_EFI_VARIABLE_DRIVER_CONFIG, TEXT("short"));
	check_refused(&bytes, "no UEFI variable");
}

static void variables_of_other_owners_do_not_count(void **state)
{
	auto_cleanup(buf) struct buf bytes = whole_log();
	auto_cleanup(buf) struct buf other =
		variable_data(uefi_image_security_guid, "SecureBoot", TEXT("\x00"));

	(void)state;
	put_event(&bytes, 7, EV_EFI_VARIABLE_DRIVER_CONFIG, buf_bytes(&other));
	assert_true(read_facts(&bytes).is_enabled);
}

static void put_list(
	struct buf *out, const uint8_t type[UEFI_GUID_SIZE], uint32_t size, uint32_t count)
{
	put(out, type, UEFI_GUID_SIZE);
	put_number(out, 28 + (uint64_t)size * count, 4);
	put_number(out, 0, 4);
	put_number(out, size, 4);
	put_repeated(out, 0x42, (size_t)size * count);
}

static struct secureboot facts_of_db(const struct buf *lists)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 20);

	put_header(&bytes, banks, 2);
	put_config(&bytes, "SecureBoot", TEXT("\x01"));
	put_config(&bytes, "PK", TEXT(""));
	put_config(&bytes, "KEK", TEXT(""));
	put_config(&bytes, "db", buf_bytes(lists));
	put_config(&bytes, "dbx", buf_bytes(lists));
	put_separator(&bytes, 7, EV_SEPARATOR);
	return read_facts(&bytes);
}

static void entries_are_counted_by_kind(void **state)
{
	static const uint8_t unknown[UEFI_GUID_SIZE] = {9};
	auto_cleanup(buf) struct buf lists = buf_with_max(1 << 20);
	struct secureboot facts;
	uint8_t digest[CRYPTO_SHA256_SIZE];

	(void)state;
	put_list(&lists, uefi_cert_x509_guid, 100, 3);
	put_list(&lists, uefi_cert_sha256_guid, 48, 5);
	put_list(&lists, unknown, 30, 2);
	facts = facts_of_db(&lists);
	assert_int_equal(facts.keys[UEFI_DB].cert_count, 3);
	assert_string_equal(facts.keys[UEFI_DB].certs[0].subject, ""); /* no certificate inside */
	assert_int_equal(facts.keys[UEFI_DB].hash_count, 5);
	assert_int_equal(facts.keys[UEFI_DB].other_count, 2);
	assert_int_equal(facts.keys[UEFI_DBX].cert_count, 0);
	assert_int_equal(facts.keys[UEFI_DBX].other_count, 5);
	assert_false(facts.keys[UEFI_DB].is_malformed);
	crypto_sha256(buf_bytes(&lists), digest);
	assert_memory_equal(facts.keys[UEFI_DB].sha256, digest, sizeof(digest));
}

static void lists_that_do_not_fit_or_hold_too_much_are_marked(void **state)
{
	auto_cleanup(buf) struct buf many = buf_with_max(1 << 20);
	auto_cleanup(buf) struct buf cut = buf_with_max(1 << 20);
	struct secureboot facts;

	(void)state;
	put_list(&many, uefi_cert_x509_guid, 20, SECUREBOOT_MAX_CERTS + 1);
	facts = facts_of_db(&many);
	assert_int_equal(facts.keys[UEFI_DB].cert_count, SECUREBOOT_MAX_CERTS);
	assert_true(facts.keys[UEFI_DB].is_cut);
	assert_false(facts.keys[UEFI_DB].is_malformed || facts.keys[UEFI_DBX].is_malformed ||
		     facts.keys[UEFI_DBX].is_cut);
	put_list(&cut, uefi_cert_sha256_guid, 48, 2);
	cut.len--;
	facts = facts_of_db(&cut);
	assert_true(facts.keys[UEFI_DB].is_malformed);
}

static void the_vm_id_counts_only_before_the_separator_and_in_its_form(void **state)
{
	static const struct {
		const char *data, *id;
	} rows[] = {
		{"UUID: e5e5363f-9B04-49CC-942D-72EEE383F2D6", "E5E5363F-9B04-49CC-942D-72EEE383F2D6"},
		{"UUID: E5E5363F-9B04-49CC-942D-72EEE383F2D", ""},
		{"UUID: E5E5363F-9B04-49CC-942D-72EEE383F2DG", ""},
		{"UUID: E5E5363F+9B04-49CC-942D-72EEE383F2D6", ""},
		{"uuid: E5E5363F-9B04-49CC-942D-72EEE383F2D6", ""},
		{"Dell Configuration Information 1          ", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf before = whole_log();
		auto_cleanup(buf) struct buf behind = whole_log();

		put_event(&before, 6, EV_COMPACT_HASH, TEXT(rows[i].data));
		put_event(&before, 6, EV_COMPACT_HASH, TEXT(rows[i].data));
		put_separator(&before, 6, EV_SEPARATOR);
		assert_string_equal(read_facts(&before).vm_id, rows[i].id);
		put_separator(&behind, 6, EV_IPL); /* renamed, but it has the separator's digest */
		put_event(&behind, 6, EV_COMPACT_HASH, TEXT(rows[i].data));
		assert_string_equal(read_facts(&behind).vm_id, "");
	}
}

static void settings_of_shim_vouch_for_nothing(void **state)
{
	auto_cleanup(buf) struct buf bytes = whole_log();

	(void)state;
	put_variable(&bytes, EV_EFI_VARIABLE_AUTHORITY, "SbatLevel", TEXT("sbat,1,2021030218\n"));
	put_variable(&bytes, EV_EFI_VARIABLE_AUTHORITY, "MokListTrusted", TEXT("\x01"));
	assert_int_equal(read_facts(&bytes).authority_count, 0);
	put_variable(&bytes, EV_EFI_VARIABLE_AUTHORITY, "db", TEXT("key"));
	put_variable(&bytes, EV_EFI_VARIABLE_AUTHORITY, "MokListRT", TEXT("key"));
	put_event(&bytes, 7, EV_EFI_VARIABLE_AUTHORITY, TEXT("?"));
	assert_int_equal(read_facts(&bytes).authority_count, 3);
}

static void what_weakens_the_boot_is_seen_wherever_it_stands_in_pcr_7(void **state)
{
	auto_cleanup(buf) struct buf debug = log_without_separator(TEXT("\x01"));
	auto_cleanup(buf) struct buf lenient = whole_log();
	auto_cleanup(buf) struct buf strict = whole_log();
	auto_cleanup(buf) struct buf unread = whole_log();
	struct secureboot facts;

	(void)state;
	put_event(&debug, 7, EV_EFI_ACTION, TEXT("UEFI Debug Mode"));
	put_separator(&debug, 7, EV_SEPARATOR);
	facts = read_facts(&debug);
	assert_true(facts.is_firmware_debug && !facts.is_shim_lenient && !facts.has_unbound_event);
	put_variable(&lenient, EV_EFI_VARIABLE_AUTHORITY, "MokSBState", TEXT("\x01"));
	facts = read_facts(&lenient);
	assert_true(facts.is_shim_lenient && !facts.is_firmware_debug && !facts.has_unbound_event);
	put_variable(&strict, EV_EFI_VARIABLE_AUTHORITY, "MokSBState", (struct bytes){zeros, 1});
	facts = read_facts(&strict);
	assert_false(facts.is_shim_lenient || facts.is_firmware_debug || facts.has_unbound_event);
	put_event(&unread, 7, EV_IPL, TEXT("anything")); /* which was measured as it stands */
	assert_false(read_facts(&unread).has_unbound_event);
	put_unbound(&unread, EV_EVENT_TAG);
	put_unbound(&unread, EV_IPL);
	facts = read_facts(&unread);
	assert_true(facts.has_unbound_event);
	assert_int_equal(facts.unbound_event, 8); /* the header is number 0 */
}

/* Its digest is a separator's, and its data anybody's. */
static void put_separator_that_says(struct buf *log, struct bytes data)
{
	static const struct logmaker_digest digests[] = {{EVENTLOG_SHA256, 32, 0}};

	put_event_head(log, 7, EV_POST_CODE, digests, 1);
	crypto_sha256(
		(struct bytes){zeros, sizeof(zeros)}, log->data + log->len - CRYPTO_SHA256_SIZE);
	put_event_data(log, data);
}

static void a_weakness_is_not_read_out_of_text_that_was_not_measured(void **state)
{
	auto_cleanup(buf) struct buf debug = log_without_separator(TEXT("\x01"));
	auto_cleanup(buf) struct buf lenient = log_without_separator(TEXT("\x01"));
	auto_cleanup(buf) struct buf unread = whole_log();
	auto_cleanup(buf) struct buf variable =
		variable_data(uefi_global_variable_guid, "MokSBState", TEXT("\x01"));
	static const struct logmaker_digest digests[] = {{EVENTLOG_SHA256, 32, 0x22}};
	struct secureboot facts;

	(void)state;
	put_separator_that_says(&debug, TEXT("UEFI Debug Mode"));
	facts = read_facts(&debug);
	assert_false(facts.is_firmware_debug || facts.has_unbound_event);
	put_separator_that_says(&lenient, buf_bytes(&variable));
	facts = read_facts(&lenient);
	assert_false(facts.is_shim_lenient || facts.has_unbound_event);
	put_event_head(&unread, 7, EV_POST_CODE, digests, 1);
	put_event_data(&unread, TEXT("UEFI Debug Mode"));
	facts = read_facts(&unread);
	assert_true(facts.has_unbound_event && !facts.is_firmware_debug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_weakens_the_boot_is_seen_wherever_it_stands_in_pcr_7),
		cmocka_unit_test(a_recorded_secure_boot_shows_its_keys),
		cmocka_unit_test(a_recorded_boot_with_secure_boot_off_is_well_formed),
		cmocka_unit_test(an_azure_log_names_its_vm),
		cmocka_unit_test(the_state_is_0_or_1_or_absent),
		cmocka_unit_test(every_variable_is_needed_once_and_before_the_separator),
		cmocka_unit_test(a_log_without_separator_is_refused),
		cmocka_unit_test(forged_events_behind_a_renamed_separator_are_refused),
		cmocka_unit_test(an_event_that_did_not_extend_sha256_is_not_believed),
		cmocka_unit_test(a_config_event_that_is_no_variable_is_refused),
		cmocka_unit_test(variables_of_other_owners_do_not_count),
		cmocka_unit_test(entries_are_counted_by_kind),
		cmocka_unit_test(lists_that_do_not_fit_or_hold_too_much_are_marked),
		cmocka_unit_test(the_vm_id_counts_only_before_the_separator_and_in_its_form),
		cmocka_unit_test(settings_of_shim_vouch_for_nothing),
		cmocka_unit_test(a_weakness_is_not_read_out_of_text_that_was_not_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
