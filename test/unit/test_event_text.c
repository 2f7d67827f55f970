#include "check.h"
#include "../support/logmaker.h"
#include "boot/event_text.h"
#include "boot/uefivar.h"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

#define LIST(type, sizes, entries) type sizes "\0\0\0\0" entries
#define X509                       "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"
#define OWNER                      "ownerownerownero"
#define OWNER_TEXT                 "656E776F-6F72-6E77-6572-6F776E65726F"
#define CERT_1                     X509 "\x2d\0\0\0\0\0\0\0\x11\0\0\0" OWNER "c" /* one entry of 17 bytes */
#define KIND_9                     "kindkindkindkind\x3e\0\0\0\0\0\0\0\x11\0\0\0" OWNER "a" OWNER "b"

struct text_row {
	uint32_t type;
	struct bytes data;
	const char *text;
	uint32_t pcr;
};

static uint64_t tried; /* of enum event_what, one bit each */

static void check_rows(const struct text_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct event event = {.type = rows[i].type, .pcr = rows[i].pcr, .data = rows[i].data};
		struct event_text words;

		event_read(&event);
		event_text(&event, &words);
		assert_string_equal(words.text, rows[i].text);
		tried |= (uint64_t)1 << event.what;
	}
}

static void each_type_has_a_row(void **state)
{
	static const struct {
		uint32_t type;
		const char *name;
	} types[] = {
#define TYPE(type, number, what) {type, #type},
		EVENT_TYPES(TYPE)
#undef TYPE
	};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct event event = {.type = types[i].type};

		event_read(&event);
		if (!(tried & (uint64_t)1 << event.what))
			fail_msg("%s: no row shows its words", types[i].name);
	}
}

static void plain_data_is_shown_as_text_or_hex(void **state)
{
	static const struct text_row rows[] = {
		{EV_IPL, BYTES("grub_cmd: boot\0"), "grub_cmd: boot", 0},
		{EV_IPL, BYTES("caf\xc3\xa9"), "caf\u00e9", 0},
		{EV_IPL, BYTES("two\nlines"), "two lines", 0},
		{EV_IPL, BYTES(".\0l\0i\0n\0u\0x\0\0\0"), ".linux", 0},
		{EV_IPL, BYTES(".\0l"), "2e006c", 0},
		{EV_IPL, BYTES("\x1b[31m"), "1b5b33316d", 0},
		{EV_IPL, BYTES("\xff\xfe"), "fffe", 0},
		{EV_IPL, BYTES(""), "", 0},
		{EV_SEPARATOR, BYTES("\0\0\0\0"), "00000000 (end of the firmware's own part)", 0},
		{EV_SEPARATOR, BYTES("\xff\xff\xff\xff"),
			"ffffffff (end of the firmware's own part)", 0},
		{EV_SEPARATOR, BYTES("\1\0\0\0"), "00000001 (the firmware met an error)", 0},
		{EV_SEPARATOR, BYTES("\2\0\0\0"), "02000000", 0},
		{EV_SEPARATOR, BYTES("WBCL"), "WBCL", 0},
		{EV_S_CRTM_VERSION, BYTES("\0\0"), "(empty)", 0},
		{EV_S_CRTM_VERSION, BYTES(""), "(empty)", 0},
		{EV_S_CRTM_VERSION, BYTES("R70\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "R70", 0},
		{EV_S_CRTM_VERSION, BYTES("\x1bX\0\1"), "1b580001", 0},
		{EV_S_CRTM_VERSION, BYTES("1\0.\0002\0\0\0"), "1.2", 0},
		{EV_S_CRTM_VERSION,
			BYTES("\x61\xDF\xE4\x8B\xCA\x93\xD2\x11\xAA\x0D\x00\xE0\x98\x03\x2B\x8C"),
			"8BE4DF61-93CA-11D2-AA0D-00E098032B8C", 0},
		{0x12345678, BYTES("0123456789abcde\x01\x02"),
			"30313233343536373839616263646501... (17 bytes)", 0},
		{EV_NO_ACTION, BYTES("StartupLocality\0\x03"), "StartupLocality 3", 0},
		{EV_NO_ACTION, BYTES("Spec ID Event02\0rest"), "Spec ID Event02 (20 bytes)", 0},
		{EV_NO_ACTION, BYTES("\x01"), "01", 0},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void structures_are_shown_by_what_they_name(void **state)
{
	static const struct text_row rows[] = {
		{EV_EVENT_TAG, BYTES("\1\x22\x3b\x8f\x04\0\0\0init"), "tag 0x8f3b2201: init", 0},
		{EV_EVENT_TAG, BYTES("\xed\x22\x3b\x8f\x05\0\0\0init"), "ed223b8f05000000696e6974", 0},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB, BYTES("\0\0\x82\0\0\0\0\0\x10\0\0\0\0\0\0\0"),
			"firmware volume at 0x820000, 16 bytes", 0},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB, BYTES("\0\0\x82\0\0\0\0\0\x10\0\0\0\0\0\0\0"),
			"option ROM at 0x820000, 16 bytes", 2},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB2, BYTES("\3abc\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
			"abc at 0x1, 2 bytes", 1},
		{EV_EFI_PLATFORM_FIRMWARE_BLOB2,
			BYTES("\xff"
			      "abc"),
			"ff616263", 0},
		{EV_EFI_BOOT_SERVICES_APPLICATION,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0e\0\0\0\0\0\0\0\4\4\x0a\0\\\0a\0\0\0\x7f\xff\4\0"),
			"\\a, 7 bytes", 0},
		{EV_EFI_BOOT_SERVICES_DRIVER,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\4\4\x03\0"),
			"image of 7 bytes", 0},
		{EV_EFI_BOOT_SERVICES_DRIVER,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0\0\0\0\0\4\6\x14\0\x61\xDF\xE4\x8B\xCA\x93\xD2\x11\xAA\x0D\x00\xE0\x98\x03\x2B\x8C"),
			"FvFile(8BE4DF61-93CA-11D2-AA0D-00E098032B8C), 7 bytes", 0},
		{EV_EFI_BOOT_SERVICES_DRIVER,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0e\0\0\0\0\0\0\0\1\1\6\0\2\x1f\4\4\x08\0a\0\0\0"),
			"a, 7 bytes, from Pci(0x1F,0x2)", 0},
		{EV_EFI_BOOT_SERVICES_DRIVER,
			BYTES("\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\1\1\6\0\2\x1f"),
			"image of 7 bytes, from Pci(0x1F,0x2)", 0},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#define SMBIOS_GUID "\x31\x2D\x9D\xEB\x88\x2D\xD3\x11\x9A\x16\x00\x90\x27\x3F\xC1\x4D"
#define ADDRESS     "\0\0\xc0\xd7\0\0\0\0"
#define SPDM_REST   "\1\0\x1c\0\xb\0\0\0"

static void firmwares_own_events_are_explained(void **state)
{
	static const struct text_row rows[] = {
		{EV_POST_CODE, BYTES("ACPI DATA"), "ACPI DATA", 0},
		{EV_POST_CODE, BYTES("\0\0\xa2\xff\0\0\0\0\0\0\x4e\0\0\0\0\0"),
			"firmware code at 0xffa20000, 5111808 bytes", 0},
		{EV_POST_CODE2, BYTES("\4ACPI\0\0\xa2\xff\0\0\0\0\0\0\x4e\0\0\0\0\0"),
			"firmware code ACPI at 0xffa20000, 5111808 bytes", 0},
		{EV_NONHOST_CODE, BYTES("\0\0\xa2\xff\0\0\0\0\1\0\0\0\0\0\0\0"),
			"code of another processor at 0xffa20000, 1 bytes", 2},
		{EV_EFI_HANDOFF_TABLES, BYTES("\1\0\0\0\0\0\0\0" SMBIOS_GUID ADDRESS),
			"table of the firmware: SMBIOS", 1},
		{EV_EFI_HANDOFF_TABLES2,
			BYTES("\x9TdxTable\0\2\0\0\0\0\0\0\0" SMBIOS_GUID ADDRESS OWNER ADDRESS),
			"tables of the firmware TdxTable: SMBIOS, " OWNER_TEXT, 1},
		{EV_EFI_HANDOFF_TABLES, BYTES("\2\0\0\0\0\0\0\0" SMBIOS_GUID ADDRESS "1234567"),
			"0200000000000000312d9deb882dd311... (39 bytes)", 1},
		{EV_EFI_HANDOFF_TABLES, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff" SMBIOS_GUID ADDRESS),
			"ffffffffffffffff312d9deb882dd311... (32 bytes)", 1},
		{EV_TABLE_OF_DEVICES, BYTES("\1\0\0\0\0\0\0\0" SMBIOS_GUID ADDRESS),
			"table of the firmware: SMBIOS", 1},
		{EV_NONHOST_INFO, BYTES("GCE NonHostInfo\0\4\0\0"),
			"Google Compute Engine, memory encryption: AMD SEV-SNP", 0},
		{EV_NONHOST_INFO, BYTES("GCE NonHostInfo\0\x9"),
			"Google Compute Engine, memory encryption: unknown", 0},
		{EV_NONHOST_INFO, BYTES("GCE NonHostInfo\0"), "GCE NonHostInfo, 16 bytes", 0},
		{EV_NONHOST_INFO, BYTES("IntelCSxEEvent01\0\1\2"),
			"Intel's management engine: IntelCSxEEvent01, 19 bytes", 0},
		{EV_NONHOST_CONFIG, BYTES("plain text"), "plain text", 0},
		{EV_PLATFORM_CONFIG_FLAGS, BYTES("FeatureTME=0"), "FeatureTME=0", 1},
		{EV_PLATFORM_CONFIG_FLAGS, BYTES("\x8b\4\0"), "settings of the platform, 3 bytes", 1},
		{EV_EFI_SPDM_FIRMWARE_BLOB, BYTES("SPDM Device Sec\0" SPDM_REST "\1\0\0\0rest"),
			"PCI device that measured itself (SPDM), 32 bytes", 2},
		{EV_EFI_SPDM_FIRMWARE_CONFIG, BYTES("SPDM Device Sec2" SPDM_REST "\2\0\0\0"),
			"USB device that measured itself (SPDM), 28 bytes", 3},
		{EV_EFI_SPDM_FIRMWARE_BLOB, BYTES("SPDM Device Sec\0" SPDM_REST "\1"),
			"5350444d204465766963652053656300... (25 bytes)", 2},
		{EV_NO_ACTION,
			BYTES("SP800-155 Event3\x79\x2b\0\0" OWNER
			      "\7Maker.\0\2Go\0\1F\0\0\0\0\0042.7\0rest"),
			"platform Maker. Go, firmware F 2.7, reference manifest " OWNER_TEXT, 0},
		{EV_NO_ACTION, BYTES("SP800-155 Event2\x79\x2b\0\0" OWNER "\xff"),
			"SP800-155 Event2 (37 bytes)", 0},
		{EV_NO_ACTION, BYTES("SP800-155 Event\0rest"), "SP800-155 Event (20 bytes)", 0},
		{EV_NO_ACTION, BYTES("\4\0\1\xc0\0\0\0\0"), "Windows: trust point, 0 records",
			0xFFFFFFFFu},
		{EV_EFI_HCRTM_EVENT, BYTES("HCRTM"), "HCRTM", 0},
		{EV_EFI_ACTION, BYTES("Exit Boot Services Invocation"),
			"Exit Boot Services Invocation", 5},
		{EV_COMPACT_HASH, BYTES("key"), "key", 6},
		{EV_EFI_GPT_EVENT2, BYTES("\1"), "01", 5},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void what_loaders_measure_is_named_by_component(void **state)
{
	static const struct text_row rows[] = {
		{EV_IPL, BYTES("grub_cmd: linux /vmlinuz\0"), "GRUB command: linux /vmlinuz", 8},
		{EV_IPL, BYTES("kernel_cmdline: /vmlinuz quiet\0"),
			"kernel command line: /vmlinuz quiet", 8},
		{EV_IPL, BYTES("module_cmdline: xen\0"), "module command line: xen", 8},
		{EV_IPL, BYTES("other: x"), "other: x", 8},
		{EV_IPL, BYTES("grub_cmd: x"), "grub_cmd: x", 7},
		{EV_IPL, BYTES("/initrd.gz\0"), "file: /initrd.gz", 9},
		{EV_IPL, BYTES(".linux\0"), "section of the unified kernel image: .linux", 11},
		{EV_IPL, BYTES("a\0=\0b\0\0\0"), "kernel command line: a=b", 12},
		{EV_IPL, BYTES("Credentials initrd\0"), "added at boot: Credentials initrd", 12},
		{EV_IPL, BYTES("System extension initrd\0"),
			"system extension: System extension initrd", 13},
		{EV_IPL, BYTES("MokListX\0"), "MokListX (shim: keys that the owner revoked)", 14},
		{EV_IPL, BYTES("MokListY\0"), "MokListY", 14},
		{EV_IPL, BYTES("\x01\x02\x03"), "010203", 9},
		{EV_EVENT_TAG, BYTES("\xec\x22\x3b\x8f\x04\0\0\0Linu"), "initrd: Linu", 9},
		{EV_EVENT_TAG, BYTES("\xed\x22\x3b\x8f\x04\0\0\0init"), "kernel command line: init",
			9},
		{EV_EVENT_TAG, BYTES("\xed\x22\x3b\x8f\x1a\0\0\0LOADED_IMAGE::LoadOptions\0"),
			"kernel command line, which the log does not show", 9},
		{EV_EVENT_TAG, BYTES("\xec\x22\x3b\x8f\x0d\0\0\0Linux initrd\0"),
			"initrd, which the log does not show", 9},
		{EV_EVENT_TAG, BYTES("\2\0\6\0\4\0\0\0key!"), "Windows: authority, 4 bytes", 14},
		{EV_EVENT_TAG, BYTES("\1\0\1\x40\x12\0\0\0\2\0\2\0\1\0\0\0a\3\0\2\0\1\0\0\0b"),
			"Windows: trust boundary, 2 records", 12},
		{EV_EVENT_TAG, BYTES("\1\0\1\x40\x06\0\0\0\2\0\2\0\xff\xff"),
			"Windows: trust boundary, 0 records", 12},
		{EV_EVENT_TAG, BYTES("\x2a\x58\xbc\xf5\1\0\0\0\1"),
			"systemd-boot configuration: 01", 5},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void keys_are_counted_and_settings_explained(void **state)
{
	static const struct {
		uint32_t type;
		const char *name;
		struct bytes value;
		const char *text;
	} rows[] = {
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "db", BYTES(CERT_1),
			"db: 1 certificate, 0 hashes (" OWNER_TEXT ")"},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "dbx", BYTES(CERT_1 KIND_9 CERT_1),
			"dbx: 2 certificates, 0 hashes, 2 others (" OWNER_TEXT ")"},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "db", BYTES(CERT_1 "x"), "db, 46 bytes"},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "PK", BYTES(""), "PK, empty"},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "Other", BYTES(CERT_1), "Other, 45 bytes"},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "SecureBoot", BYTES("\0"), "SecureBoot = 00 (off)"},
		{EV_EFI_VARIABLE_DRIVER_CONFIG, "SecureBoot", BYTES("\2"), "SecureBoot = 02"},
		{EV_EFI_VARIABLE_AUTHORITY, "MokSBState", BYTES("\1"),
			"MokSBState = 01 (shim verifies nothing)"},
		{EV_EFI_VARIABLE_AUTHORITY, "db", BYTES(CERT_1), "db, 45 bytes"},
		{EV_EFI_VARIABLE_AUTHORITY, "db", BYTES(OWNER "01234567890123456789012345678901"),
			"db: hash 3031323334353637383930313233343536373839303132333435363738393031"},
		{EV_EFI_VARIABLE_AUTHORITY, "SbatLevel", BYTES("sbat,1,2025021800\nshim,4\n\0"),
			"SbatLevel: sbat,1,2025021800 shim,4"},
		{EV_EFI_VARIABLE_AUTHORITY, "SbatLevel", BYTES("\x1b[m"), "SbatLevel: ?[m"},
		{EV_EFI_VARIABLE_AUTHORITY, "SbatLevel", BYTES(""), "SbatLevel: (empty)"},
		{EV_EFI_SPDM_DEVICE_POLICY, "Policy", BYTES("\1"), "Policy = 01"},
		{EV_EFI_SPDM_DEVICE_AUTHORITY, "devdb", BYTES("\1"), "devdb = 01"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf data =
			variable_data(uefi_global_variable_guid, rows[i].name, rows[i].value);
		const struct text_row row = {rows[i].type, buf_bytes(&data), rows[i].text, 7};

		check_rows(&row, 1);
	}
}

static void variables_are_shown_by_name_and_short_value(void **state)
{
	static const struct {
		const char *name;
		struct bytes value;
		const char *text;
	} rows[] = {
		{"SecureBoot", BYTES("\x01"), "SecureBoot = 01 (on)"},
		{"PK", BYTES(""), "PK, empty"},
		{"db", BYTES("0123456789abcdef0"), "db, 17 bytes"},
		{"BootOrder", BYTES("\x00\x00\x01\x00\x0a\x20"), "BootOrder 0000 0001 200A"},
		{"BootOrder", BYTES("\x00\x00\x01"), "BootOrder = 000001"},
		{"Boot0001", BYTES("\x01\0\0\0\x04\0d\0i\0s\0k\0\0\0path"), "Boot0001 \"disk\""},
		{"Boot0001", BYTES("\0\0\0\0\x0e\0d\0\0\0\1\1\6\0\2\x1f\4\4\x08\0a\0\0\0data"),
			"Boot0001 \"d\" (not active) Pci(0x1F,0x2)/a"},
		{"Boot0001", BYTES("\1\0\0\0\x08\0d\0\0\0\4\4\x08\0a\0\0\0"), "Boot0001 \"d\" a"},
		{"Boot0001",
			BYTES("\1\0\0\0\xff\xff"
			      "d\0\0\0\4\4\x08\0a\0\0\0"),
			"Boot0001 \"d\""},
		{"Boot0001", BYTES("\x01\0"), "Boot0001 = 0100"},
		{"Boot0001", BYTES("\x01\0\0\0\x04\0d\0i"), "Boot0001 \"d\""},
		{"BootNext", BYTES("\x01\0"), "BootNext 0001"},
		{"Driver000F", BYTES("\x01\0\0\0\x04\0d\0\0\0"), "Driver000F \"d\""},
		{"PlatformRecovery0000", BYTES("\x01\0\0\0\x04\0d\0\0\0"),
			"PlatformRecovery0000 \"d\""},
		{"Boot000G", BYTES("\x01\0\0\0\x04\0d\0\0\0"), "Boot000G = 01000000040064000000"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf data =
			variable_data(uefi_global_variable_guid, rows[i].name, rows[i].value);
		const struct text_row row = {EV_EFI_VARIABLE_BOOT, buf_bytes(&data), rows[i].text, 1};

		check_rows(&row, 1);
	}
}

static void a_partition_table_is_shown_by_its_disk(void **state)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1024);
	struct event event = {.type = EV_EFI_GPT_EVENT};
	struct event_text words;

	(void)state;
	put_repeated(&data, 0, 56);
	put(&data, uefi_global_variable_guid, UEFI_GUID_SIZE);
	put_repeated(&data, 0, 92 - 56 - UEFI_GUID_SIZE);
	put_number(&data, 2, 8);
	event.data = buf_bytes(&data);
	event_read(&event);
	event_text(&event, &words);
	assert_string_equal(words.text, "disk 8BE4DF61-93CA-11D2-AA0D-00E098032B8C, 2 partitions");
	event.data.len--;
	event_read(&event);
	event_text(&event, &words);
	assert_string_equal(words.text, "00000000000000000000000000000000... (99 bytes)");
}

static void partitions_are_shown_by_their_names(void **state)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1024);
	struct event event = {.type = EV_EFI_GPT_EVENT};
	struct event_text words;

	(void)state;
	put_repeated(&data, 0, 84);
	put_number(&data, 128, 4);
	put_number(&data, 0, 4);
	put_number(&data, 3, 8); /* more than there are */
	put_repeated(&data, 0, 56);
	put(&data, "E\0F\0I", 6);
	put_repeated(&data, 0, 72 - 6);
	put_repeated(&data, 0, 56);
	for (int i = 0; i < 36; i++) /* no final 0 */
		put(&data, "x", 2);
	event.data = buf_bytes(&data);
	event_read(&event);
	event_text(&event, &words);
	assert_string_equal(words.text,
		"disk 00000000-0000-0000-0000-000000000000, 3 partitions: \"EFI\", \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
}

static void long_text_is_cut(void **state)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1 << 20);
	struct event event = {.type = EV_IPL};
	struct event_text words;

	(void)state;
	put_repeated(&data, 'x', 100000);
	event.data = buf_bytes(&data);
	event_read(&event);
	event_text(&event, &words);
	assert_int_equal(strlen(words.text), EVENT_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_data_is_shown_as_text_or_hex),
		cmocka_unit_test(structures_are_shown_by_what_they_name),
		cmocka_unit_test(firmwares_own_events_are_explained),
		cmocka_unit_test(what_loaders_measure_is_named_by_component),
		cmocka_unit_test(keys_are_counted_and_settings_explained),
		cmocka_unit_test(partitions_are_shown_by_their_names),
		cmocka_unit_test(variables_are_shown_by_name_and_short_value),
		cmocka_unit_test(a_partition_table_is_shown_by_its_disk),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(each_type_has_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
