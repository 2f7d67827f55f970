#include "check.h"
#include "../support/logmaker.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"
#include "boot/uefivar.h"

static const struct {
	uint32_t type;
	const char *name;
} types[] = {
#define TYPE(type, number, what) {type, #type},
	EVENT_TYPES(TYPE)
#undef TYPE
};

static void each_event_has_its_place(void **state)
{
	static const struct {
		uint32_t pcr, type;
		const char *data, *phase, *kind;
	} rows[] = {
		{0, EV_S_CRTM_VERSION, "1.0", "Firmware", "version"},
		{0, EV_EFI_PLATFORM_FIRMWARE_BLOB, "x", "Firmware", "code"},
		{2, EV_EFI_PLATFORM_FIRMWARE_BLOB2, "x", "Firmware", "option ROM"},
		{2, EV_EFI_BOOT_SERVICES_DRIVER, "x", "Firmware", "driver"},
		{3, EV_EFI_SPDM_FIRMWARE_CONFIG, "x", "Firmware", "device"},
		{1, EV_EFI_VARIABLE_DRIVER_CONFIG, "x", "Firmware", "settings"},
		{1, EV_PLATFORM_CONFIG_FLAGS, "x", "Firmware", "platform"},
		{0, EV_NO_ACTION, "x", "Firmware", "note"},
		{7, EV_EFI_ACTION, "UEFI Debug Mode", "Secure Boot", "state"},
		{1, EV_EFI_VARIABLE_BOOT, "x", "Boot options", "option"},
		{5, EV_EFI_GPT_EVENT2, "x", "Boot options", "disk"},
		{4, EV_EFI_ACTION, "Calling EFI Application from Boot Option", "Loaders", "step"},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, "x", "Loaders", "program"},
		{7, EV_EFI_VARIABLE_AUTHORITY, "x", "Loaders", "vouched"},
		{6, EV_EFI_SPDM_DEVICE_AUTHORITY, "x", "Loaders", "vouched"},
		{6, EV_EFI_SPDM_DEVICE_POLICY, "x", "Firmware", "settings"},
		{14, EV_IPL, "MokList", "Loaders", "shim"},
		{4, EV_IPL, "a loader", "Loaders", "step"},
		{8, EV_IPL, "grub_cmd: boot", "Loaders", "command"},
		{8, EV_IPL, "grub_cmd set pager=1", "Loaders", "command"},
		{9, EV_IPL, "/boot/grub/grub.cfg", "Loaders", "file"},
		{9, EV_IPL, "/boot/vmlinuz-6.1", "Kernel", "kernel"},
		{9, EV_IPL, "/boot/initrd.img", "Kernel", "initrd"},
		{8, EV_IPL, "kernel_cmdline: ro", "Kernel", "command line"},
		{8, EV_IPL, "kernel_cmdline: GRUB command grub_cmd", "Kernel", "command line"},
		{11, EV_IPL, ".linux", "Kernel", "image section"},
		{12, EV_IPL, "quiet", "Kernel", "command line"},
		{12, EV_IPL, "initrd=/initrd.img quiet", "Kernel", "command line"},
		{12, EV_IPL, "Credentials initrd", "Kernel", "added"},
		{13, EV_IPL, "System extension initrd", "Kernel", "extension"},
		{9, EV_EVENT_TAG, "\xec\x22\x3b\x8f\1", "Kernel", "added"},
		{5, EV_EFI_ACTION, "Exit Boot Services Invocation", "Kernel", "handover"},
		{11, EV_COMPACT_HASH, "x", "Kernel", "platform"},
	};
	uint64_t tried = (uint64_t)1 << EVENT_SEPARATOR; /* of enum event_what, one bit each */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event event = {
			.pcr = rows[i].pcr, .type = rows[i].type, .data = TEXT(rows[i].data)};
		struct bootphase_place place;

		event_read(&event);
		assert_true(bootphase_of(&event, &place));
		assert_string_equal(bootphase_name(place.phase), rows[i].phase);
		assert_string_equal(bootphase_kind_name(place.kind), rows[i].kind);
		tried |= (uint64_t)1 << event.what;
	}
	assert_false(bootphase_of(
		&(struct event){.what = EVENT_SEPARATOR}, &(struct bootphase_place){0}));
	for (size_t i = 0; i < COUNT(types); i++) {
		struct event event = {.type = types[i].type};

		event_read(&event);
		if (!(tried & (uint64_t)1 << event.what))
			fail_msg("%s: no row has its place", types[i].name);
	}
}

static void variables_are_placed_by_their_names(void **state)
{
	static const struct {
		uint32_t pcr, type;
		const char *name, *phase, *kind;
	} rows[] = {
		{7, EV_EFI_VARIABLE_DRIVER_CONFIG, "SecureBoot", "Secure Boot", "state"},
		{7, EV_EFI_VARIABLE_DRIVER_CONFIG, "dbx", "Secure Boot", "keys"},
		{1, EV_EFI_VARIABLE_DRIVER_CONFIG, "dbx", "Firmware", "settings"},
		{1, EV_EFI_VARIABLE_BOOT, "BootOrder", "Boot options", "order"},
		{7, EV_EFI_VARIABLE_AUTHORITY, "SbatLevel", "Loaders", "shim"},
		{7, EV_EFI_VARIABLE_AUTHORITY, "db", "Loaders", "vouched"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf data =
			variable_data(uefi_global_variable_guid, rows[i].name, TEXT("x"));
		struct event event = {
			.pcr = rows[i].pcr, .type = rows[i].type, .data = buf_bytes(&data)};
		struct bootphase_place place;

		event_read(&event);
		assert_true(bootphase_of(&event, &place));
		assert_string_equal(bootphase_name(place.phase), rows[i].phase);
		assert_string_equal(bootphase_kind_name(place.kind), rows[i].kind);
	}
}

static struct eventlog log_with_secure_boot_in(uint32_t index, struct buf *bytes)
{
	static const struct logmaker_bank banks[] = {{EVENTLOG_SHA384, 48}};
	static const struct logmaker_digest digest = {EVENTLOG_SHA384, 48, 0x11};
	auto_cleanup(buf) struct buf data =
		variable_data(uefi_global_variable_guid, "SecureBoot", TEXT("\x01"));
	struct eventlog log;
	struct err err;

	put_header(bytes, banks, 1);
	put_event_head(bytes, index, EV_EFI_VARIABLE_DRIVER_CONFIG, &digest, 1);
	put_event_data(bytes, buf_bytes(&data));
	check_ok(eventlog_open(buf_bytes(bytes), &log, &err), &err);
	return log;
}

static void registers_are_told_from_pcrs(void **state)
{
	auto_cleanup(buf) struct buf tdx_bytes = buf_with_max(1 << 16),
				     tpm_bytes = buf_with_max(1 << 16);
	struct eventlog tdx = log_with_secure_boot_in(1, &tdx_bytes);
	struct eventlog tpm = log_with_secure_boot_in(7, &tpm_bytes);

	(void)state;
	assert_true(cclog_is(&tdx));
	assert_false(cclog_is(&tpm));
	assert_string_equal(cclog_register_name(1), "RTMR0");
	assert_null(cclog_register_name(5));
}

static void a_registers_event_gets_the_pcr_that_it_would_have(void **state)
{
	static const struct {
		uint32_t index, type;
		const char *data;
		uint32_t pcr;
	} rows[] = {
		{0, EV_EFI_PLATFORM_FIRMWARE_BLOB, "", 0},
		{1, EV_EFI_VARIABLE_DRIVER_CONFIG, "", 7},
		{1, EV_EFI_VARIABLE_AUTHORITY, "", 7},
		{1, EV_EFI_VARIABLE_BOOT, "", 1},
		{2, EV_EFI_BOOT_SERVICES_APPLICATION, "", 4},
		{2, EV_EFI_GPT_EVENT, "", 5},
		{3, EV_IPL, "grub_cmd: x", 8},
		{3, EV_IPL, "kernel_cmdline: x", 8},
		{3, EV_IPL, "MokListX", 14},
		{3, EV_IPL, "/vmlinuz", 9},
		{3, EV_EVENT_TAG, "", 9},
		{4, EV_IPL, "grub_cmd: x", 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event event = {
			.pcr = rows[i].index, .type = rows[i].type, .data = TEXT(rows[i].data)};

		assert_int_equal(cclog_as_pcr(&event).pcr, rows[i].pcr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_has_its_place),
		cmocka_unit_test(variables_are_placed_by_their_names),
		cmocka_unit_test(registers_are_told_from_pcrs),
		cmocka_unit_test(a_registers_event_gets_the_pcr_that_it_would_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
