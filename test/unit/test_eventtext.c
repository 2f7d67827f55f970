#include "check.h"
#include "../support/logmaker.h"
#include "boot/eventtext.h"
#include "boot/uefivar.h"

#define BYTES(literal)                                                                                       \
	{                                                                                                    \
		(const uint8_t *)(literal), sizeof(literal) - 1                                              \
	}

struct text_row {
	uint32_t type;
	struct bytes data;
	const char *text;
};

static void check_rows(const struct text_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct eventlog_event event = {.type = rows[i].type, .data = rows[i].data};
		char text[EVENTTEXT_SIZE];

		eventtext(&event, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void plain_data_is_shown_as_text_or_hex(void **state)
{
	static const struct text_row rows[] = {
		{EV_IPL, BYTES("grub_cmd: boot\0"), "grub_cmd: boot"},
		{EV_IPL, BYTES("caf\xc3\xa9"), "caf\u00e9"},
		{EV_IPL, BYTES("two\nlines"), "two lines"},
		{EV_IPL, BYTES(".\0l\0i\0n\0u\0x\0\0\0"), ".linux"},
		{EV_IPL, BYTES(".\0l"), "2e006c"},
		{EV_IPL, BYTES("\x1b[31m"), "1b5b33316d"},
		{EV_IPL, BYTES("\xff\xfe"), "fffe"},
		{EV_IPL, BYTES(""), ""},
		{EV_SEPARATOR, BYTES("\0\0\0\0"), "00000000"},
		{0x12345678, BYTES("0123456789abcde\x01\x02"),
			"30313233343536373839616263646501... (17 bytes)"},
		{EV_NO_ACTION, BYTES("StartupLocality\0\x03"), "StartupLocality 3"},
		{EV_NO_ACTION, BYTES("Spec ID Event02\0rest"), "Spec ID Event02 (20 bytes)"},
		{EV_NO_ACTION, BYTES("\x01"), "01"},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void structures_are_shown_by_what_they_name(void **state)
{
	static const struct text_row rows[] = {
		{EV_EVENT_TAG, BYTES("\xed\x22\x3b\x8f\x04\0\0\0init"), "tag 0x8f3b22ed: init"},
		{EV_EVENT_TAG, BYTES("\xed\x22\x3b\x8f\x05\0\0\0init"), "ed223b8f05000000696e6974"},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB, BYTES("\0\0\x82\0\0\0\0\0\x10\0\0\0\0\0\0\0"),
			"at 0x820000, 16 bytes"},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB2, BYTES("\3abc\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
			"abc at 0x1, 2 bytes"},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB2,
			BYTES("\xff"
			      "abc"),
			"ff616263"},
		{EV_EFI_BOOT_SERVICES_APPLICATION,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0e\0\0\0\0\0\0\0"
			      "\4\4\x0a\0\\\0a\0\0\0\x7f\xff\4\0"),
			"\\a, 7 bytes"},
		{EV_EFI_BOOT_SERVICES_DRIVER,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0"
			      "\4\4\x03\0"),
			"image of 7 bytes"},
		{EV_EFI_BOOT_SERVICES_DRIVER,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0\0\0\0\0"
			      "\4\6\x14\0\x61\xDF\xE4\x8B\xCA\x93\xD2\x11\xAA\x0D\x00\xE0\x98\x03\x2B\x8C"),
			"8BE4DF61-93CA-11D2-AA0D-00E098032B8C, 7 bytes"},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void variables_are_shown_by_name_and_short_value(void **state)
{
	static const struct {
		const char *name;
		struct bytes value;
		const char *text;
	} rows[] = {
		{"SecureBoot", BYTES("\x01"), "SecureBoot = 01"},
		{"PK", BYTES(""), "PK, empty"},
		{"db", BYTES("0123456789abcdef0"), "db, 17 bytes"},
		{"BootOrder", BYTES("\x00\x00\x01\x00\x0a\x20"), "BootOrder 0000 0001 200A"},
		{"BootOrder", BYTES("\x00\x00\x01"), "BootOrder = 000001"},
		{"Boot0001", BYTES("\x01\0\0\0\x04\0d\0i\0s\0k\0\0\0path"), "Boot0001 \"disk\""},
		{"Boot0001", BYTES("\x01\0"), "Boot0001 = 0100"},
		{"Boot0001", BYTES("\x01\0\0\0\x04\0d\0i"), "Boot0001 \"d\""},
		{"BootNext", BYTES("\x01\0\0\0\x04\0d\0\0\0"), "BootNext = 01000000040064000000"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf data =
			variable_data(uefi_global_variable_guid, rows[i].name, rows[i].value);
		const struct text_row row = {EV_EFI_VARIABLE_BOOT, buf_bytes(&data), rows[i].text};

		check_rows(&row, 1);
	}
}

static void a_partition_table_is_shown_by_its_disk(void **state)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1024);
	struct eventlog_event event = {.type = EV_EFI_GPT_EVENT};
	char text[EVENTTEXT_SIZE];

	(void)state;
	put_repeated(&data, 0, 56);
	put(&data, uefi_global_variable_guid, UEFI_GUID_SIZE);
	put_repeated(&data, 0, 92 - 56 - UEFI_GUID_SIZE);
	put_number(&data, 2, 8);
	event.data = buf_bytes(&data);
	eventtext(&event, text);
	assert_string_equal(text, "disk 8BE4DF61-93CA-11D2-AA0D-00E098032B8C, 2 partitions");
	event.data.len--;
	eventtext(&event, text);
	assert_string_equal(text, "00000000000000000000000000000000... (99 bytes)");
}

static void long_text_is_cut(void **state)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1 << 20);
	struct eventlog_event event = {.type = EV_IPL};
	char text[EVENTTEXT_SIZE];

	(void)state;
	put_repeated(&data, 'x', 100000);
	event.data = buf_bytes(&data);
	eventtext(&event, text);
	assert_int_equal(strlen(text), EVENTTEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_data_is_shown_as_text_or_hex),
		cmocka_unit_test(structures_are_shown_by_what_they_name),
		cmocka_unit_test(variables_are_shown_by_name_and_short_value),
		cmocka_unit_test(a_partition_table_is_shown_by_its_disk),
		cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
