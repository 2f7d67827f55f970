#include "check.h"
#include "../support/logmaker.h"
#include <fcntl.h>
#include "appraise/eventstory.h"
#include "base/file.h"

/* The stories of a recorded boot with Secure Boot, cut behind event `last`; index is the event's
 * number. */
static size_t tell_all(uint32_t last, struct eventstory *ret, size_t max)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_FILE);
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;
	size_t count = 0;

	assert_int_equal(file_read(AT_FDCWD, "test/data/boot/secureboot-on/eventlog.bin",
				 FILE_FOLLOW_LINKS, &bytes, &err),
		0);
	assert_int_equal(eventlog_open(buf_bytes(&bytes), &log, &err), 0);
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event))
		if (event.number == last + 1)
			bytes.len = event.offset;
	assert_int_equal(eventlog_open(buf_bytes(&bytes), &log, &err), 0);
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event)) {
		assert_true(event.number < max);
		check_ok(eventstory_describe(&log, &walk, &event, &ret[event.number], &err), &err);
		count++;
	}
	return count;
}

static struct eventstory stories[64];

static void a_boot_names_its_keys_and_who_vouched_for_what(void **state)
{
	(void)state;
	assert_int_equal(tell_all(1000, stories, COUNT(stories)), 45);
	assert_string_equal(stories[7].text,
		"db: 2 certificates, 0 hashes (Microsoft): CN=Microsoft Windows Production PCA 2011; CN=Microsoft Corporation UEFI CA 2011");
	assert_int_equal(stories[7].cert_count, 2);
	assert_non_null(strstr(stories[7].subjects[1], "O=Microsoft Corporation, CN="));
	assert_string_equal(stories[22].text,
		"CN=Microsoft Corporation UEFI CA 2011 (db) vouched for \\EFI\\BOOT\\BOOTX64.EFI");
	assert_string_equal(stories[29].text,
		"CN=Debian Secure Boot CA (MokListRT) vouched for \\EFI\\BOOT\\grubx64.efi");
}

static void what_has_no_certificate_is_told_by_its_data(void **state)
{
	(void)state;
	(void)tell_all(1000, stories, COUNT(stories));
	assert_string_equal(stories[1].text, "(empty)");
	assert_string_equal(stories[8].text, "dbx: 0 certificates, 1 hash (OVMF)");
	assert_int_equal(stories[8].cert_count, 0);
	assert_string_equal(stories[27].text, "SbatLevel: sbat,1,2025021800 shim,4 grub,5");
}

static void the_last_program_out_of_memory_is_the_kernel(void **state)
{
	(void)state;
	(void)tell_all(1000, stories, COUNT(stories));
	assert_string_equal(stories[30].text, "\\EFI\\BOOT\\grubx64.efi, 4183488 bytes");
	assert_string_equal(stories[38].text, "kernel, image of 8247232 bytes");
	assert_string_equal(stories[39].text, stories[38].text);
	(void)tell_all(30, stories, COUNT(stories)); /* which has a name of its own */
	assert_string_equal(stories[30].text, "\\EFI\\BOOT\\grubx64.efi, 4183488 bytes");
}

/* GRUB, as older shims measured it; and two programs that differ. */
static void what_may_be_another_program_is_not_called_the_kernel(void **state)
{
	static const struct {
		uint8_t size, fill;
	} rows[] = {{0, 0x11}, {7, 0x11}, {7, 0x22}};
	static const char *const texts[] = {
		"image of 0 bytes", "image of 7 bytes", "kernel, image of 7 bytes"};
	static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_FILE);
	struct eventlog_walk walk;
	struct event event;
	struct eventlog log;
	struct err err;

	(void)state;
	put_header(&bytes, banks, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct logmaker_digest digest = {EVENTLOG_SHA256, 32, rows[i].fill};
		uint8_t image[32] = {[8] = rows[i].size};

		put_event_head(&bytes, 4, EV_EFI_BOOT_SERVICES_APPLICATION, &digest, 1);
		put_event_data(&bytes, (struct bytes){image, sizeof(image)});
	}
	assert_int_equal(eventlog_open(buf_bytes(&bytes), &log, &err), 0);
	walk = eventlog_walk(&log);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(event_next_any(&log, &walk, &event));
		check_ok(eventstory_describe(&log, &walk, &event, &stories[i], &err), &err);
		assert_string_equal(stories[i].text, texts[i]);
	}
}

static void without_a_program_behind_it_an_authority_vouches_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(tell_all(23, stories, COUNT(stories)), 23);
	assert_string_equal(stories[22].text, "CN=Microsoft Corporation UEFI CA 2011 (db)");
	assert_int_equal(stories[22].cert_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_names_its_keys_and_who_vouched_for_what),
		cmocka_unit_test(what_has_no_certificate_is_told_by_its_data),
		cmocka_unit_test(the_last_program_out_of_memory_is_the_kernel),
		cmocka_unit_test(what_may_be_another_program_is_not_called_the_kernel),
		cmocka_unit_test(without_a_program_behind_it_an_authority_vouches_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
