#include "check.h"
#include "../support/logmaker.h"
#include "../support/recorded.h"
#include "appraise/authority.h"
#include "boot/uefivar.h"

static struct authorities read_all(const struct buf *bytes)
{
	struct authorities found;
	struct eventlog log;
	struct err err;

	check_ok(eventlog_open(buf_bytes(bytes), &log, &err), &err);
	check_ok(authority_read(&log, &found, &err), &err);
	return found;
}

static void a_recorded_boot_tells_who_let_what_start(void **state)
{
	auto_cleanup(buf) struct buf bytes = recorded_file("secureboot-on", "eventlog.bin");
	struct authorities found = read_all(&bytes);
	const struct authority *firmware = &found.items[0], *shim = &found.items[1];

	(void)state;
	assert_int_equal(found.count, 2);
	assert_false(found.is_cut);
	assert_string_equal(firmware->variable, "db");
	assert_string_equal(firmware->program, "\\EFI\\BOOT\\BOOTX64.EFI");
	assert_non_null(strstr(firmware->subject, "CN=Microsoft Corporation UEFI CA 2011"));
	assert_true(firmware->has_cert);
	assert_int_equal(firmware->event, 22);
	assert_string_equal(shim->variable, "MokListRT");
	assert_string_equal(shim->program, "\\EFI\\BOOT\\grubx64.efi");
	assert_non_null(strstr(shim->subject, "CN=Debian Secure Boot CA"));
}

static void without_secure_boot_nobody_vouches(void **state)
{
	auto_cleanup(buf) struct buf bytes = recorded_file("secureboot-off", "eventlog.bin");

	(void)state;
	/* though shim measured its SbatLevel by the same type */
	assert_int_equal(read_all(&bytes).count, 0);
}

static void put_authority(struct buf *log, uint32_t pcr, const char *name, struct bytes value)
{
	static const struct logmaker_digest digest = {EVENTLOG_SHA256, 32, 0x11};
	auto_cleanup(buf) struct buf data = variable_data(uefi_image_security_guid, name, value);

	put_event_head(log, pcr, EV_EFI_VARIABLE_AUTHORITY, &digest, 1);
	put_event_data(log, buf_bytes(&data));
}

static void put_image(struct buf *log)
{
	static const uint8_t data[] =
		"\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0e\0\0\0\0\0\0\0\4\4\x0a\0\\\0a\0\0\0\x7f\xff\4";
	static const struct logmaker_digest digest = {EVENTLOG_SHA256, 32, 0x22};

	put_event_head(log, 4, EV_EFI_BOOT_SERVICES_APPLICATION, &digest, 1);
	put_event_data(log, (struct bytes){data, sizeof(data)});
}

static struct buf empty_log(void)
{
	static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};
	struct buf log = buf_with_max(1 << 20);

	put_header(&log, banks, 1);
	return log;
}

#define HASH_ENTRY "ownerownerownero01234567890123456789012345678901"

static void a_hash_vouches_for_one_program_and_strangers_for_none(void **state)
{
	auto_cleanup(buf) struct buf log = empty_log();
	struct authorities found;

	(void)state;
	put_authority(&log, 7, "db", TEXT(HASH_ENTRY));
	put_authority(&log, 7, "SbatLevel", TEXT("sbat,1,2025021800\n"));
	put_image(&log);
	put_image(&log);
	put_authority(&log, 7, "db", TEXT("neither certificate nor hash"));
	put_authority(&log, 5, "db", TEXT(HASH_ENTRY)); /* not where authorities are measured */
	put_image(&log);
	put_authority(&log, 7, "db", TEXT(HASH_ENTRY));
	put_authority(&log, 7, "Shim", TEXT("too short"));
	put_image(&log);
	found = read_all(&log);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.items[0].program, "\\a");
	assert_false(found.items[0].has_cert);
	assert_memory_equal(found.items[0].sha256, "01234567890123456789012345678901", 32);
	assert_string_equal(found.items[1].program, ""); /* another authority stands in between */
}

/* The recorded boot with its authorities' types changed, or with one more that no quoted bank
 * holds. */
static void only_what_was_measured_vouches_and_by_any_name(void **state)
{
	static const uint32_t types[] = {
		EV_EFI_ACTION, EV_SEPARATOR, EV_EFI_VARIABLE_DRIVER_CONFIG, 0x12345678};
	static const struct logmaker_digest sha1 = {EVENTLOG_SHA1, 20, 0x11};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		auto_cleanup(buf) struct buf bytes = recorded_file("secureboot-on", "eventlog.bin");
		auto_cleanup(buf) struct buf data =
			variable_data(uefi_image_security_guid, "db", TEXT(HASH_ENTRY));
		struct eventlog_walk walk;
		struct event event;
		struct authorities found;
		struct eventlog log;
		struct err err;

		check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
		walk = eventlog_walk(&log);
		while (event_next_any(&log, &walk, &event))
			for (size_t k = 0; k < 4 && event.type == EV_EFI_VARIABLE_AUTHORITY; k++)
				bytes.data[event.offset + 4 + k] = (uint8_t)(types[i] >> 8 * k);
		put_event_head(&bytes, 7, EV_EFI_VARIABLE_AUTHORITY, &sha1, 1);
		put_event_data(&bytes, buf_bytes(&data));
		found = read_all(&bytes);
		assert_int_equal(found.count, 2);
		assert_string_equal(found.items[0].program, "\\EFI\\BOOT\\BOOTX64.EFI");
		assert_non_null(strstr(found.items[1].subject, "CN=Debian Secure Boot CA"));
	}
}

static void more_than_fits_is_said(void **state)
{
	auto_cleanup(buf) struct buf log = empty_log();

	(void)state;
	for (size_t i = 0; i < AUTHORITY_MAX; i++)
		put_authority(&log, 7, "db", TEXT(HASH_ENTRY));
	assert_false(read_all(&log).is_cut);
	put_authority(&log, 7, "db", TEXT(HASH_ENTRY));
	assert_int_equal(read_all(&log).count, AUTHORITY_MAX);
	assert_true(read_all(&log).is_cut);
}

static void names_are_short(void **state)
{
	static const char *const rows[][3] = {
		{"a", "C=US, CN=a", "CN=a"},
		{"", "O=only", "O=only"},
		{"", "", ""},
	};
	char name[CRYPTO_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		authority_label(rows[i][0], rows[i][1], name);
		assert_string_equal(name, rows[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_boot_tells_who_let_what_start),
		cmocka_unit_test(without_secure_boot_nobody_vouches),
		cmocka_unit_test(a_hash_vouches_for_one_program_and_strangers_for_none),
		cmocka_unit_test(only_what_was_measured_vouches_and_by_any_name),
		cmocka_unit_test(more_than_fits_is_said),
		cmocka_unit_test(names_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
