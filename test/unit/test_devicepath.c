#include "check.h"
#include "boot/devicepath.h"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}
#define END     "\x7f\xff\x04\0"
#define NEXT    "\x7f\x01\x04\0"
#define GUID    "\x61\xDF\xE4\x8B\xCA\x93\xD2\x11\xAA\x0D\x00\xE0\x98\x03\x2B\x8C"
#define PCIROOT "\2\1\x0c\0\xd0\x41\x03\x0a\0\0\0\0"
#define SATA    "\3\x12\x0a\0\0\0\xff\xff\0\0"
#define DISK                                                                                       \
	"\4\1\x2a\0\1\0\0\0\0\x08\0\0\0\0\0\0\xdf\xff\x01\0\0\0\0\0" GUID "\2\2" /* partition,     \
										    start, size */
#define SHIM "\4\4\x0e\0\\\0E\0\\\0a\0\0\0"

struct path_row {
	struct bytes path;
	const char *device, *file;
};

static void check_rows(const struct path_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct devicepath path;

		assert_true(devicepath_read(rows[i].path, &path));
		assert_string_equal(path.device, rows[i].device);
		assert_string_equal(path.file, rows[i].file);
	}
}

static void a_boot_loaders_path_names_its_device_and_its_file(void **state)
{
	static const struct path_row rows[] = {
		{BYTES(PCIROOT "\1\1\6\0\2\x1f" SATA DISK SHIM END),
			"PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,8BE4DF61-93CA-11D2-AA0D-00E098032B8C,0x800,0x1FFDF)",
			"\\E\\a"},
		{BYTES("\4\7\x14\0" GUID "\4\6\x14\0" GUID END),
			"Fv(8BE4DF61-93CA-11D2-AA0D-00E098032B8C)",
			"FvFile(8BE4DF61-93CA-11D2-AA0D-00E098032B8C)"},
		{BYTES("\4\4\x08\0\\\0E\0\4\4\x08\0a\0\0\0\4\4\x08\0\\\0b\0" END), "", "\\E\\a\\b"},
		{BYTES("\4\4\x08\0a\0\0\0\3\2\x08\0\1\0\2\0\4\4\x06\0b\0" END), "",
			"a/Scsi(0x1,0x2)/b"},
		{BYTES(END), "", ""},
		{BYTES(""), "", ""},
		{BYTES(PCIROOT), "PciRoot(0x0)", ""},
		{BYTES(PCIROOT NEXT SATA END "garbage"), "PciRoot(0x0),Sata(0x0,0xFFFF,0x0)", ""},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void each_kind_of_device_has_a_text(void **state)
{
	static const struct path_row rows[] = {
		{BYTES("\1\3\x18\0\x0b\0\0\0\0\0\x80\0\0\0\0\0\xff\xff\xef\0\0\0\0\0"),
			"MemoryMapped(11,0x800000,0xEFFFFF)", ""},
		{BYTES("\1\4\x15\0" GUID "\xab"), "VenHw(8BE4DF61-93CA-11D2-AA0D-00E098032B8C,ab)",
			""},
		{BYTES("\1\5\x08\0\1\0\0\0"), "Ctrl(0x1)", ""},
		{BYTES("\2\1\x0c\0\xd0\x41\x08\x0a\2\0\0\0"), "PcieRoot(0x2)", ""},
		{BYTES("\2\1\x0c\0\xd0\x41\x01\x05\1\0\0\0"), "Serial(0x1)", ""},
		{BYTES("\2\1\x0c\0\x22\x10\x34\x12\0\0\0\0"), "Acpi(DAB1234,0x0)", ""},
		{BYTES("\2\2\x18\0\1\0\0\0\2\0\0\0\3\0\0\0VMBus\0\0\0"), "AcpiEx(VMBus,0x3,0x2)", ""},
		{BYTES("\2\2\x10\0\1\0\0\0\2\0\0\0\3\0\0\0"), "AcpiEx(0x1,0x3,0x2)", ""},
		{BYTES("\2\3\x08\0\0\1\1\x80"), "AcpiAdr(0x80010100)", ""},
		{BYTES("\3\1\x08\0\1\0\2\0"), "Ata(Secondary,Master,0x2)", ""},
		{BYTES("\3\5\6\0\1\2"), "USB(0x1,0x2)", ""},
		{BYTES("\3\x0a\x14\0" GUID), "VenMsg(8BE4DF61-93CA-11D2-AA0D-00E098032B8C)", ""},
		{BYTES("\3\x0b\x25\0\x52\x54\0\x12\x34\x56\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
			"MAC(525400123456,0x1)", ""},
		{BYTES("\3\x0c\x13\0\x0a\0\0\2\x0a\0\0\1\0\0\0\0\x06\0\0"),
			"IPv4(10.0.0.1,from 10.0.0.2)", ""},
		{BYTES("\3\x11\5\0\3"), "Unit(0x3)", ""},
		{BYTES("\3\x13\x15\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0iqn"), "iSCSI(iqn)", ""},
		{BYTES("\3\x14\6\0\x10\0"), "Vlan(16)", ""},
		{BYTES("\3\x17\x10\0\1\0\0\0\x11\x22\x33\x44\x55\x66\x77\x88"),
			"NVMe(0x1,88-77-66-55-44-33-22-11)", ""},
		{BYTES("\3\x18\x0c\0http://a"), "Uri(http://a)", ""},
		{BYTES("\3\x18\4\0"), "Uri()", ""},
		{BYTES("\3\x1a\5\0\0"), "SD(0x0)", ""},
		{BYTES("\3\x1d\5\0\1"), "eMMC(0x1)", ""},
		{BYTES("\4\1\x2a\0\1\0\0\0\0\x08\0\0\0\0\0\0\1\0\0\0\0\0\0\0\x78\x56\x34\x12\0\0\0\0\0\0\0\0\0\0\0\0\1\1"),
			"HD(1,MBR,0x12345678,0x800,0x1)", ""},
		{BYTES("\4\2\x18\0\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"), "CDROM(0x1,0x2,0x3)",
			""},
		{BYTES("\4\3\x14\0" GUID), "VenMedia(8BE4DF61-93CA-11D2-AA0D-00E098032B8C)", ""},
		{BYTES("\4\x08\x18\0\0\0\0\0\0\x02\0\0\0\0\0\0\xff\x0f\0\0\0\0\0\0"),
			"Offset(0x200,0xFFF)", ""},
		{BYTES("\5\1\x0c\0\2\0\0\0disk"), "BBS(0x2,disk)", ""},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void what_is_strange_is_shown_as_bytes_or_cleaned(void **state)
{
	static const struct path_row rows[] = {
		{BYTES("\3\x63\6\0\1\2"), "Path(3,99,0102)", ""},
		{BYTES("\x09\1\4\0"), "Path(9,1)", ""},
		{BYTES("\1\1\5\0\2"), "Path(1,1,02)", ""}, /* a PCI node without its device */
		{BYTES("\4\7\x15\0" GUID "\1"), "Path(4,7,61dfe48bca93d211aa0d00e098032b8c...)", ""},
		{BYTES("\3\x18\x0a\0a\x1b\xff\nb\0"), "Uri(a?? b)", ""},
		{BYTES("\4\4\x0a\0a\0\x0a\0\0\xd8"), "", "a ???"},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void sizes_that_do_not_fit_are_refused_and_nothing_is_written(void **state)
{
	static const struct bytes rows[] = {
		BYTES("\1"),
		BYTES("\1\1\6"),
		BYTES("\1\1\3\0"),
		BYTES("\1\1\0\0\0\0"),
		BYTES("\1\1\7\0\2\x1f"),
		BYTES(PCIROOT "\4\4\xff\xff\\\0"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct devicepath path = {.device = "as it was"};

		assert_false(devicepath_read(rows[i], &path));
		assert_string_equal(path.device, "as it was");
	}
}

static void a_path_of_any_length_fits_and_shows_that_it_was_cut(void **state)
{
	static uint8_t bytes[60000];
	struct devicepath path;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i += 6)
		memcpy(bytes + i, "\1\1\6\0\0\0", 6);
	assert_true(devicepath_read((struct bytes){bytes, sizeof(bytes)}, &path));
	assert_int_equal(strlen(path.device), DEVICEPATH_DEVICE_SIZE - 1);
	assert_string_equal(path.device + strlen(path.device) - 3, "...");
	for (size_t i = 0; i < sizeof(bytes); i += 6)
		memcpy(bytes + i, "\4\4\6\0x\0", 6);
	assert_true(devicepath_read((struct bytes){bytes, sizeof(bytes)}, &path));
	assert_string_equal(path.device, "");
	assert_int_equal(strlen(path.file), DEVICEPATH_FILE_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_loaders_path_names_its_device_and_its_file),
		cmocka_unit_test(each_kind_of_device_has_a_text),
		cmocka_unit_test(what_is_strange_is_shown_as_bytes_or_cleaned),
		cmocka_unit_test(sizes_that_do_not_fit_are_refused_and_nothing_is_written),
		cmocka_unit_test(a_path_of_any_length_fits_and_shows_that_it_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
