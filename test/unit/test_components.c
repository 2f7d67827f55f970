#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include "../support/logmaker.h"
#include "../support/recorded.h"
#include "../support/same_component.h"
#include "../support/scarce.h"
#include "appraise/authority.h"
#include "components/component_stored.h"
#include "components/components.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "base/text.h"
#include "base/file.h"
#include "boot/uefivar.h"

#define ALL_PCRS 0xFFFFFFu

static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};

static void put_measured(
	struct buf *log, uint32_t pcr, uint32_t type, struct bytes measured, struct bytes data)
{
	static const struct logmaker_digest digests[] = {{EVENTLOG_SHA256, 32, 0}};

	put_event_head(log, pcr, type, digests, 1);
	crypto_sha256(measured, log->data + log->len - CRYPTO_SHA256_SIZE);
	put_event_data(log, data);
}

static struct buf empty_log(void)
{
	struct buf log = buf_with_max(4 << 20);

	put_header(&log, banks, 1);
	return log;
}

static struct components read_components(struct bytes bytes, uint32_t pcr_mask)
{
	struct components components = components_empty();
	struct eventlog log;
	struct err err;

	check_ok(eventlog_open(bytes, &log, &err), &err);
	check_ok(components_read(&log, pcr_mask, &components, &err), &err);
	return components;
}

static struct components read_record(const char *name, uint32_t pcr_mask)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 20);
	char path[128];
	struct err err;

	(void)snprintf(path, sizeof(path), "test/data/boot/%s/eventlog.bin", name);
	check_ok(file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err), &err);
	return read_components(buf_bytes(&bytes), pcr_mask);
}

/* "pcr kind name" */
static void line_of(const struct component *component, char ret[256])
{
	(void)snprintf(ret, 256, "%u %s%s %s", component->pcr, component_kind_name(component->kind),
		component->is_bound ? "" : "?", component->name);
}

static void a_recorded_boot_is_told_by_component(void **state)
{
	static const char *const expected[] = {
		"0 firmware (empty)",
		"0 firmware? firmware volume at 0x820000, 917504 bytes",
		"0 firmware? firmware volume at 0x900000, 12582912 bytes",
		"7 secureBoot on",
		"7 pk CN=Debian UEFI Secure Boot (PK/KEK key)",
		"7 kek CN=Debian UEFI Secure Boot (PK/KEK key)",
		"7 kek CN=Microsoft Corporation KEK CA 2011",
		"7 db CN=Microsoft Windows Production PCA 2011",
		"7 db CN=Microsoft Corporation UEFI CA 2011",
		"7 dbx 1 entry",
		"1 bootOrder? BootOrder 0000 0001 0002",
		"1 bootOption? Boot0000 \"UiApp\" Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)/FvFile(462CAA21-7614-4503-836E-8AB6F4662331)",
		"1 bootOption? Boot0001 \"UEFI QEMU HARDDISK QM00001 \" PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)",
		"1 bootOption? Boot0002 \"EFI Internal Shell\" Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)/FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)",
		"7 authority CN=Microsoft Corporation UEFI CA 2011",
		"5 partitionTable disk 6F0A2A64-5E0F-4C0E-9B33-3B3B6D1C0A01, 1 partition: \"EFI\"",
		"4 bootApplication? \\EFI\\BOOT\\BOOTX64.EFI",
		"14 mok? MokList (shim: keys that the owner added)",
		"14 mok? MokListX (shim: keys that the owner revoked)",
		"7 sbatLevel sbat,1,2025021800 shim,4 grub,5",
		"14 mok? MokListTrusted (shim: do the owner's keys count)",
		"7 authority CN=Debian Secure Boot CA",
		"4 bootApplication? \\EFI\\BOOT\\grubx64.efi",
		"9 bootFile? (hd0,gpt1)/EFI/debian/grub.cfg",
		"9 kernel? /vmlinuz",
		"4 kernel? /vmlinuz",
		"8 commandLine console=ttyS0 panic=-1",
		"8 initrdList /initrd.gz",
		"9 initrd? /initrd.gz",
		"8 bootCommands? 5 commands",
	};
	auto_cleanup(components) struct components found = read_record("secureboot-on", ALL_PCRS);

	(void)state;
	for (size_t i = 0; i < COUNT(expected) && i < found.count; i++) {
		char line[256];

		line_of(&found.items[i], line);
		assert_string_equal(line, expected[i]);
	}
	assert_int_equal(found.count, COUNT(expected));
	assert_int_equal(found.revoked.len, COMPONENTS_REVOCATION_LEN);
}

static void only_believed_pcrs_are_read(void **state)
{
	auto_cleanup(components) struct components found =
		read_record("secureboot-on", COMPONENTS_QUOTED_PCRS);

	(void)state;
	assert_int_equal(found.count, 30 - 9);
	for (size_t i = 0; i < found.count; i++)
		assert_in_range(found.items[i].pcr, 0, 7);
	assert_non_null(components_find(&found, COMPONENT_KERNEL));
	assert_string_equal(components_find(&found, COMPONENT_KERNEL)->name, "/vmlinuz");
}

/* How two recorded boots differ is known from how they were made: test/data/README.md. */
static void recorded_boots_differ_in_what_they_were_made_with(void **state)
{
	static const struct {
		const char *boot, *only_here;
	} rows[] = {
		{"other-cmdline", "bootFile commandLine"},
		{"foreign-keys", "pk kek db authority initrd"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(components) struct components before =
			read_record("secureboot-on", ALL_PCRS);
		auto_cleanup(components) struct components after =
			read_record(rows[i].boot, ALL_PCRS);
		char kinds[256] = "";

		for (size_t k = 0; k < after.count; k++) {
			if (components_have(&before, &after.items[k]))
				continue;
			strncat(kinds, *kinds ? " " : "", sizeof(kinds) - strlen(kinds) - 1);
			strncat(kinds, component_kind_name(after.items[k].kind),
				sizeof(kinds) - strlen(kinds) - 1);
		}
		assert_string_equal(kinds, rows[i].only_here);
	}
}

/* The log's type is not measured: whoever renames a program's event cannot take it out of the
 * list. */
static void a_program_is_one_whatever_its_event_calls_itself(void **state)
{
	static const uint32_t types[] = {EV_EFI_BOOT_SERVICES_APPLICATION, EV_EFI_ACTION,
		EV_SEPARATOR, EV_IPL, EV_EVENT_TAG, EV_COMPACT_HASH, EV_POST_CODE, 0x12345678};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();

		put_measured(&log, 4, EV_EFI_ACTION, TEXT("Calling EFI Application from Boot Option"),
			TEXT("Calling EFI Application from Boot Option"));
		put_measured(&log, 4, types[i], TEXT("a root kit"), TEXT("\0\0\0\0"));
		put_measured(&log, 4, EV_EFI_BOOT_SERVICES_APPLICATION, TEXT("a kernel"), TEXT(""));
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, 2);
		assert_int_equal(found.items[0].kind, COMPONENT_APPLICATION);
		assert_int_equal(found.items[1].kind, COMPONENT_KERNEL);
	}
}

/* Nor does data that fits: what the firmware hashes of a program may stand in the log as it is. */
static void bytes_that_fit_their_digest_are_a_program_all_the_same(void **state)
{
	static const uint32_t types[] = {
		EV_EFI_ACTION, EV_SEPARATOR, EV_IPL, EV_ACTION, EV_POST_CODE};
	static const char *const texts[] = {"MZ and the rest of a root kit", "any other text", "kit"};

	(void)state;
	for (size_t i = 0; i < COUNT(types) * COUNT(texts); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();
		struct bytes kit = TEXT(texts[i % COUNT(texts)]);

		put_measured(&log, 4, types[i / COUNT(texts)], kit, kit);
		put_measured(&log, 4, EV_EFI_BOOT_SERVICES_APPLICATION, TEXT("a kernel"), TEXT(""));
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, 2);
		assert_int_equal(found.items[0].kind, COMPONENT_APPLICATION);
	}
}

/* Of a unified kernel image only a name that is one says nothing, and of a command line only a
 * separator does. */
static void short_contents_are_no_names_and_no_separators(void **state)
{
	static const struct {
		uint32_t pcr;
		struct bytes measured;
		const char *data;
		enum component_kind kind; /* COMPONENT_KINDS: none */
	} rows[] = {
		{11, {(const uint8_t *)".cmdline", 9}, ".cmdline", COMPONENT_KINDS},
		{11, {(const uint8_t *)"init=/bin/sh", 13}, "init=/bin/sh", COMPONENT_KERNEL_SECTION},
		{11, {(const uint8_t *)"init=/bin/sh", 13}, ".cmdline", COMPONENT_KERNEL_SECTION},
		{12, {(const uint8_t *)"s\0\0", 4}, "s\0\0", COMPONENT_COMMAND_LINE},
		{12, {(const uint8_t *)"\0\0\0", 4}, "\0\0\0", COMPONENT_KINDS},
		{9, {(const uint8_t *)"evil", 4}, "evil", COMPONENT_BOOT_FILE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();

		put_measured(&log, rows[i].pcr, EV_IPL, rows[i].measured,
			(struct bytes){(const uint8_t *)rows[i].data,
				rows[i].pcr == 11 ? strlen(rows[i].data) + 1 : rows[i].measured.len});
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, rows[i].kind != COMPONENT_KINDS);
		if (found.count)
			assert_int_equal(found.items[0].kind, rows[i].kind);
	}
}

/* BootOrder 0001 0000 is measured as the four bytes of a separator that tells of an error. */
static void a_boot_order_is_no_separator(void **state)
{
	auto_cleanup(buf) struct buf log = empty_log();
	auto_cleanup(buf) struct buf data = variable_data(uefi_global_variable_guid, "BootOrder",
		(struct bytes){(const uint8_t *)"\1\0\0", 4});
	auto_cleanup(components) struct components found = components_empty();

	(void)state;
	put_measured(&log, 1, EV_EFI_VARIABLE_BOOT, (struct bytes){(const uint8_t *)"\1\0\0", 4},
		buf_bytes(&data));
	found = read_components(buf_bytes(&log), ALL_PCRS);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, COMPONENT_BOOT_ORDER);
}

/* Who says other text than was measured hides a command line. */
static void text_that_was_not_measured_is_not_believed(void **state)
{
	auto_cleanup(buf) struct buf log = empty_log();
	auto_cleanup(components) struct components found = components_empty();

	(void)state;
	put_measured(&log, 8, EV_IPL, TEXT("/vmlinuz init=/bin/sh"),
		TEXT("kernel_cmdline: /vmlinuz quiet"));
	put_measured(&log, 8, EV_IPL, TEXT("initrd /evil"), TEXT("grub_cmd: initrd /good"));
	put_measured(&log, 8, EV_IPL, TEXT("linux /evil"), TEXT("grub_cmd: linux /good"));
	found = read_components(buf_bytes(&log), ALL_PCRS);
	assert_int_equal(found.count, 3);
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(found.items[i].kind, COMPONENT_COMMAND_LINE);
		assert_string_equal(found.items[i].name, "what the log does not tell");
		assert_false(found.items[i].is_bound);
	}
}

/* The word in front of the text was not measured; no command starts like a kernel's path. */
static void a_command_line_is_one_whatever_the_log_calls_it(void **state)
{
	static const struct {
		const char *text;
		enum component_kind kind;
	} texts[] = {
		{"/vmlinuz init=/bin/sh", COMPONENT_COMMAND_LINE},
		{"(hd0,gpt2)/vmlinuz init=/bin/sh", COMPONENT_COMMAND_LINE},
		{"\"/a b/vmlinuz\" init=/bin/sh", COMPONENT_COMMAND_LINE},
		{"set timeout=5", COMPONENT_BOOT_COMMANDS},
		{"[ -f (hd0)/grubenv ]", COMPONENT_BOOT_COMMANDS},
		{"initrd /initrd.img", COMPONENT_INITRD_LIST},
		{"initrdefi /initrd.img", COMPONENT_INITRD_LIST},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(texts); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();
		struct bytes text = bytes_of_text(texts[i / 2].text);
		char data[64];

		(void)text_format(data, sizeof(data), "grub_cmd: %s", texts[i / 2].text);
		text.len += i % 2; /* RHEL 8's GRUB measures the NUL at the end too */
		put_measured(&log, 8, EV_IPL, text,
			(struct bytes){(const uint8_t *)data, strlen(data) + 1});
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.items[0].kind, texts[i / 2].kind);
	}
}

/* Each line is measured, in this order; what comes out may not depend on the word in front, which
 * was not. */
static void a_loaders_arguments_are_a_command_line(void **state)
{
	static const struct {
		const char *lines[3];
		const char *expected; /* kinds and names */
	} rows[] = {
		{{"linux /vmlinuz ro", "/vmlinuz ro"}, "commandLine ro;"},
		{{"linux /vmlinuz init=/bin/sh"}, "commandLine init=/bin/sh;"},
		{{"linux 2048+20000 init=/bin/sh", "2048+20000 init=/bin/sh"},
			"commandLine init=/bin/sh;"},
		{{"2048+20000 init=/bin/sh"}, "commandLine init=/bin/sh;"},
		{{"linuxefi vmlinuz init=/bin/sh", "vmlinuz init=/bin/sh"},
			"commandLine init=/bin/sh;"},
		{{"linux16 /vmlinuz a=b c", "/vmlinuz \"a=b c\""}, "commandLine \"a=b c\";"},
		{{"linux /vmlinuz a=b c", "/vmlinuz a=b"}, "commandLine a=b c;commandLine a=b;"},
		{{"linux /vmlinuz", "/vmlinuz"}, "commandLine ;"},
		{{"linux /old ro", "linux /vmlinuz rw", "/vmlinuz rw"},
			"commandLine ro;commandLine rw;"},
		{{"module 1+2 init=/bin/sh", "1+2 init=/bin/sh"},
			"commandLine init=/bin/sh;bootCommands 1 commands;"},
		{{"multiboot /xen.gz", "module /vmlinuz quiet"},
			"commandLine ;commandLine quiet;bootCommands 2 commands;"},
		{{"normal_exit", "vmlinuz init=/bin/sh"},
			"commandLine what GRUB's rescue prompt was told;bootCommands 1 commands;"},
		{{"chainloader /EFI/x.efi", "boot"}, "bootCommands 2 commands;"},
	};
	static const char *const words[] = {
		"grub_cmd: ", "kernel_cmdline: ", "grub_kernel_cmdline ", "x ", ""};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(words); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();
		char told[512] = "", data[128];

		for (size_t k = 0; k < 3 && rows[i / COUNT(words)].lines[k]; k++) {
			const char *line = rows[i / COUNT(words)].lines[k];

			(void)text_format(data, sizeof(data), "%s%s", words[i % COUNT(words)], line);
			put_measured(&log, 8, EV_IPL, TEXT(line),
				(struct bytes){(const uint8_t *)data, strlen(data) + 1});
		}
		found = read_components(buf_bytes(&log), ALL_PCRS);
		for (size_t k = 0; k < found.count; k++) {
			size_t len = strlen(told);

			(void)text_format(told + len, sizeof(told) - len, "%s %s;",
				component_kind_name(found.items[k].kind), found.items[k].name);
		}
		assert_string_equal(told, rows[i / COUNT(words)].expected);
	}
}

/* More than are paired count all the same. */
static void many_loaders_hide_nothing(void **state)
{
	auto_cleanup(buf) struct buf log = empty_log();
	auto_cleanup(components) struct components found = components_empty();
	char line[64], data[80];

	(void)state;
	for (int i = 0; i < 40; i++) {
		(void)text_format(line, sizeof(line), "linux /vmlinuz n=%d", i);
		(void)text_format(data, sizeof(data), "grub_cmd: %s", line);
		put_measured(&log, 8, EV_IPL, TEXT(line), TEXT(data));
	}
	put_measured(&log, 8, EV_IPL, TEXT("linux 1+1 init=/bin/sh"),
		TEXT("grub_cmd: linux 1+1 init=/bin/sh"));
	found = read_components(buf_bytes(&log), ALL_PCRS);
	assert_int_equal(found.count, COMPONENTS_PER_KIND);
	assert_int_equal(found.items[COMPONENTS_PER_KIND - 1].folded, 41 - COMPONENTS_PER_KIND + 1);
}

/* Behind PCR 6's separator anybody measures what he likes. */
static void a_vm_id_is_what_the_firmware_measured(void **state)
{
	auto_cleanup(buf) struct buf log = empty_log();
	auto_cleanup(components) struct components found = components_empty();
	static const char zero[4];
	static const char first[] = "UUID: 11111111-2222-3333-4444-555555555555";
	static const char second[] = "UUID: 99999999-2222-3333-4444-555555555555";

	(void)state;
	put_measured(&log, 6, EV_COMPACT_HASH, TEXT(first), TEXT(first));
	put_measured(&log, 6, EV_SEPARATOR, (struct bytes){(const uint8_t *)zero, sizeof(zero)},
		(struct bytes){(const uint8_t *)zero, sizeof(zero)});
	put_measured(&log, 6, EV_COMPACT_HASH, TEXT(second), TEXT(second));
	found = read_components(buf_bytes(&log), ALL_PCRS);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.items[0].kind, COMPONENT_VM_ID);
	assert_int_equal(found.items[1].kind, COMPONENT_FIRMWARE_CONFIG);
}

/* Of one initrd the kernel measures what GRUB measured, of several all at once. */
static void what_the_kernel_got_is_told_if_it_is_no_single_file(void **state)
{
	static const uint8_t tag[] = "\xec\x22\x3b\x8f\x0d\0\0\0Linux initrd";
	const struct bytes loaded[] = {TEXT("an initrd"), TEXT("two of them")};

	(void)state;
	for (size_t i = 0; i < COUNT(loaded); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();

		put_measured(&log, 8, EV_IPL, TEXT("initrd /initrd.img"),
			TEXT("grub_cmd: initrd /initrd.img"));
		put_measured(&log, 9, EV_IPL, TEXT("an initrd"), TEXT("/initrd.img"));
		put_measured(&log, 9, EV_EVENT_TAG, loaded[i], (struct bytes){tag, sizeof(tag)});
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, 2 + i);
		assert_non_null(components_find(&found, COMPONENT_INITRD));
		assert_int_equal(components_find(&found, COMPONENT_LOADED_INITRD) != NULL, i);
	}
}

/* ASCII as UTF-16. */
static struct bytes wide(const char *text, bool has_end, uint8_t ret[128])
{
	size_t len = strlen(text);

	memset(ret, 0, 128);
	for (size_t i = 0; i < len; i++)
		ret[2 * i] = (uint8_t)text[i];
	return (struct bytes){ret, 2 * (len + (has_end ? 1 : 0))};
}

static void what_grub_gave_its_kernel_is_known(void **state)
{
	static const uint8_t tag[] = "\xed\x22\x3b\x8f\x1a\0\0\0LOADED_IMAGE::LoadOptions";
	static const struct {
		const char *received;
		bool has_end, is_given;
	} rows[] = {
		{"BOOT_IMAGE=(hd1,gpt2)/vmlinuz root=x ro", false, true},
		{"BOOT_IMAGE=(hd1,gpt2)/vmlinuz root=x ro", true, true},
		{"BOOT_IMAGE=(hd0,gpt2)/vmlinuz root=x ro", false, false},
		{"BOOT_IMAGE=(hd1,gpt2)/vmlinuz root=x ro init=/bin/sh", false, false},
		{"(hd1,gpt2)/vmlinuz root=x ro", false, false},
		{"BOOT_IMAGE=(hd1,gpt2)/old root=x rw", false, false},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();
		bool is_measured = i % 2 == 0;
		uint8_t received[128];

		put_measured(&log, 8, EV_IPL, TEXT("(hd1,gpt2)/old root=x rw"),
			TEXT("kernel_cmdline: (hd1,gpt2)/old root=x rw"));
		put_measured(&log, 8, EV_IPL,
			is_measured ? TEXT("(hd1,gpt2)/vmlinuz root=x ro") : TEXT("other words"),
			TEXT("kernel_cmdline: (hd1,gpt2)/vmlinuz root=x ro"));
		put_measured(&log, 9, EV_EVENT_TAG,
			wide(rows[i / 2].received, rows[i / 2].has_end, received),
			(struct bytes){tag, sizeof(tag)});
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, 3);
		assert_int_equal(found.items[2].kind, COMPONENT_COMMAND_LINE);
		if (is_measured)
			assert_int_equal(found.items[2].is_from_grub, rows[i / 2].is_given);
	}
}

/* Of shim's variables only the value is measured: what comes as a second 01 is another one. */
static void a_value_that_comes_twice_is_two_variables(void **state)
{
	static const char *const names[] = {"MokListTrusted", "MokDBState", "MokPolicy"};

	(void)state;
	for (size_t count = 1; count <= COUNT(names); count++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();

		for (size_t i = 0; i < count; i++)
			put_measured(&log, 14, EV_IPL, TEXT("\1"), bytes_of_text(names[i]));
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.count, count);
		assert_string_not_equal(found.items[0].name, count > 1 ? found.items[1].name : "");
	}
}

/* A boot option without a program ran nothing before the one that did. */
static void only_a_program_returns(void **state)
{
	static const char call[] = "Calling EFI Application from Boot Option";
	static const char back[] = "Returning from EFI Application from Boot Option";

	(void)state;
	for (size_t programs = 0; programs < 2; programs++) {
		auto_cleanup(buf) struct buf log = empty_log();
		auto_cleanup(components) struct components found = components_empty();

		put_measured(&log, 4, EV_EFI_ACTION, TEXT(call), TEXT(call));
		if (programs)
			put_measured(&log, 4, EV_EFI_ACTION, TEXT("a program"), TEXT(call));
		put_measured(&log, 4, EV_EFI_ACTION, TEXT(back), TEXT(back));
		put_measured(&log, 4, EV_EFI_BOOT_SERVICES_APPLICATION, TEXT("kernel"), TEXT(""));
		found = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(found.has_returned, programs);
	}
}

static void the_command_line_is_without_the_kernels_path(void **state)
{
	auto_cleanup(buf) struct buf old = empty_log();
	auto_cleanup(buf) struct buf new = empty_log();
	auto_cleanup(components) struct components before = components_empty();
	auto_cleanup(components) struct components after = components_empty();

	(void)state;
	put_measured(&old, 8, EV_IPL, TEXT("/vmlinuz-1 root=x ro"),
		TEXT("kernel_cmdline: /vmlinuz-1 root=x ro"));
	put_measured(&new, 8, EV_IPL, TEXT("/vmlinuz-2 root=x ro"),
		TEXT("kernel_cmdline: /vmlinuz-2 root=x ro\0"));
	before = read_components(buf_bytes(&old), ALL_PCRS);
	after = read_components(buf_bytes(&new), ALL_PCRS);
	assert_int_equal(before.count, 1);
	assert_string_equal(before.items[0].name, "root=x ro");
	assert_true(components_have(&after, &before.items[0]));
}

static void put_hash_list(struct buf *ret, const uint8_t *fills, size_t count)
{
	static const uint8_t owner[UEFI_GUID_SIZE];

	put(ret, uefi_cert_sha256_guid, UEFI_GUID_SIZE);
	put_number(ret, 28 + 48 * count, 4);
	put_number(ret, 0, 4);
	put_number(ret, 48, 4);
	for (size_t i = 0; i < count; i++) {
		put(ret, owner, sizeof(owner));
		put_repeated(ret, fills[i], 32);
	}
}

static struct components components_of_key_list(const char *name, const uint8_t *fills, size_t count)
{
	auto_cleanup(buf) struct buf log = empty_log();
	auto_cleanup(buf) struct buf list = buf_with_max(1 << 20);
	auto_cleanup(buf) struct buf data = {0};

	put_hash_list(&list, fills, count);
	data = variable_data(uefi_image_security_guid, name, buf_bytes(&list));
	put_measured(&log, 7, EV_EFI_VARIABLE_DRIVER_CONFIG, buf_bytes(&data), buf_bytes(&data));
	return read_components(buf_bytes(&log), ALL_PCRS);
}

static void the_order_of_keys_says_nothing(void **state)
{
	static const uint8_t one[] = {3, 1, 2}, other[] = {1, 2, 3, 2}, less[] = {1, 2};
	static const char *const names[] = {"db", "dbx"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		auto_cleanup(components) struct components a =
			components_of_key_list(names[i], one, 3);
		auto_cleanup(components) struct components b =
			components_of_key_list(names[i], other, 4);
		auto_cleanup(components) struct components c =
			components_of_key_list(names[i], less, 2);

		assert_int_equal(a.count, b.count);
		for (size_t k = 0; k < a.count; k++)
			assert_true(components_have(&b, &a.items[k]));
		assert_true(bytes_equal(buf_bytes(&a.revoked), buf_bytes(&b.revoked)));
		assert_true(c.count < a.count || !components_have(&c, &a.items[0]));
	}
}

/* A machine full of option ROMs, or a log made to be large: the list stays short, and nothing in it
 * goes unnoticed. */
static void too_many_of_a_kind_are_folded(void **state)
{
	struct components folded[2];

	(void)state;
	for (uint32_t which = 0; which < 2; which++) {
		auto_cleanup(buf) struct buf log = empty_log();

		for (uint32_t i = 0; i < 5000; i++) {
			uint32_t rom = 1000 + (i == 4321 ? i + 10000 * which : i);

			put_measured(&log, 2, EV_EFI_BOOT_SERVICES_DRIVER,
				(struct bytes){(const uint8_t *)&rom, sizeof(rom)}, TEXT(""));
		}
		folded[which] = read_components(buf_bytes(&log), ALL_PCRS);
		assert_int_equal(folded[which].count, COMPONENTS_PER_KIND);
		assert_int_equal(folded[which].items[COMPONENTS_PER_KIND - 1].folded,
			5000 - COMPONENTS_PER_KIND + 1);
		assert_string_equal(folded[which].items[COMPONENTS_PER_KIND - 1].name, "4977 more");
	}
	assert_false(components_have(&folded[0], &folded[1].items[COMPONENTS_PER_KIND - 1]));
	components_done(&folded[0]);
	components_done(&folded[1]);
}

/* What the readers of a log find together. */
struct reading {
	struct components components;
	struct secureboot facts;
	struct authorities authorities;
};

static int read_all(struct bytes bytes, struct reading *ret, struct err *err)
{
	struct eventlog log;

	*ret = (struct reading){.components = components_empty()};
	if (eventlog_open(bytes, &log, err) < 0 || replay_check_data(&log, ALL_PCRS, err) < 0 ||
		secureboot_read(&log, &ret->facts, err) < 0 ||
		authority_read(&log, &ret->authorities, err) < 0)
		return -1;
	return components_read(&log, ALL_PCRS, &ret->components, err);
}

static bool is_same_list(const struct secureboot_keys *a, const struct secureboot_keys *b)
{
	for (size_t i = 0; i < a->cert_count && i < b->cert_count; i++)
		if (strcmp(a->certs[i].subject, b->certs[i].subject) != 0)
			return false;
	return a->cert_count == b->cert_count && a->hash_count == b->hash_count &&
	       memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

static bool are_same_facts(const struct secureboot *a, const struct secureboot *b)
{
	for (size_t i = 0; i < UEFI_KEYS; i++)
		if (!is_same_list(&a->keys[i], &b->keys[i]))
			return false;
	return a->is_enabled == b->is_enabled && a->authority_count == b->authority_count &&
	       a->has_sbat == b->has_sbat && strcmp(a->sbat.date, b->sbat.date) == 0 &&
	       a->is_firmware_debug == b->is_firmware_debug &&
	       a->is_shim_lenient == b->is_shim_lenient &&
	       a->has_unbound_event == b->has_unbound_event && strcmp(a->vm_id, b->vm_id) == 0;
}

static bool are_same_authorities(const struct authorities *a, const struct authorities *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (memcmp(a->items[i].sha256, b->items[i].sha256, CRYPTO_SHA256_SIZE) != 0 ||
			strcmp(a->items[i].subject, b->items[i].subject) != 0 ||
			strcmp(a->items[i].program, b->items[i].program) != 0)
			return false;
	return a->count == b->count;
}

static bool is_same_boot(const struct reading *a, const struct reading *b)
{
	for (size_t i = 0; i < a->components.count; i++)
		if (!components_have(&b->components, &a->components.items[i]))
			return false;
	return a->components.count == b->components.count && are_same_facts(&a->facts, &b->facts) &&
	       are_same_authorities(&a->authorities, &b->authorities);
}

/* Each event with each type: the log is refused, or it tells of the same boot. */
static void no_type_makes_another_boot(void **state)
{
	static const uint32_t types[] = {EV_POST_CODE, EV_SEPARATOR, EV_ACTION, EV_EVENT_TAG,
		EV_S_CRTM_CONTENTS, EV_S_CRTM_VERSION, EV_COMPACT_HASH, EV_IPL,
		EV_EFI_VARIABLE_DRIVER_CONFIG, EV_EFI_VARIABLE_BOOT, EV_EFI_BOOT_SERVICES_APPLICATION,
		EV_EFI_BOOT_SERVICES_DRIVER, EV_EFI_GPT_EVENT, EV_EFI_ACTION,
		EV_EFI_PLATFORM_FIRMWARE_BLOB, EV_EFI_HANDOFF_TABLES, EV_EFI_VARIABLE_BOOT2,
		EV_EFI_GPT_EVENT2, EV_EFI_VARIABLE_AUTHORITY, EV_EFI_SPDM_DEVICE_POLICY, 0x12345678};
	auto_cleanup(buf) struct buf bytes = recorded_file("secureboot-on", "eventlog.bin");
	static struct reading whole, found; /* large */
	struct event event;
	struct eventlog_walk walk;
	struct eventlog log;
	struct err err;
	size_t same = 0;

	(void)state;
	check_ok(read_all(buf_bytes(&bytes), &whole, &err), &err);
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	walk = eventlog_walk(&log);
	while (event_next(&log, &walk, &event)) {
		for (size_t i = 0; i < COUNT(types); i++) {
			memcpy(bytes.data + event.offset + sizeof(uint32_t), &types[i],
				sizeof(uint32_t));
			if (read_all(buf_bytes(&bytes), &found, &err) == 0) {
				if (!is_same_boot(&whole, &found))
					fail_msg("event %u with type 0x%08x makes another boot",
						event.number, types[i]);
				same++;
			}
			components_done(&found.components);
		}
		memcpy(bytes.data + event.offset + sizeof(uint32_t), &event.type, sizeof(uint32_t));
	}
	components_done(&whole.components);
	assert_true(same > 700); /* of 903 */
}

static void try_allocations(struct bytes bytes)
{
	static struct reading whole, found; /* large */
	bool has_failed = true;
	struct err err;
	long good = 0;

	check_ok(read_all(bytes, &whole, &err), &err);
	for (; has_failed; good++) {
		int status;

		err = (struct err){0};
		scarce_after(good);
		status = read_all(bytes, &found, &err);
		has_failed = scarce_end();
		assert_true(status == 0 ? is_same_boot(&whole, &found) : err.code == ERR_NO_MEMORY);
		for (size_t i = 0; status == 0 && i < whole.components.count; i++)
			assert_string_equal(
				found.components.items[i].name, whole.components.items[i].name);
		components_done(&found.components);
	}
	components_done(&whole.components);
	assert_true(good > 100);
}

/* Each allocation fails once: never another boot than with all of them. */
static void lack_of_memory_makes_no_other_boot(void **state)
{
	(void)state;
	if (!SCARCE)
		skip();
	else {
		auto_cleanup(buf) struct buf bytes = recorded_file("secureboot-on", "eventlog.bin");

		try_allocations(buf_bytes(&bytes));
	}
}

static void a_log_without_sha256_is_refused(void **state)
{
	static const struct logmaker_bank sha1[] = {{EVENTLOG_SHA1, 20}};
	auto_cleanup(buf) struct buf bytes = buf_with_max(4096);
	struct components found;
	struct eventlog log;
	struct err err;

	(void)state;
	put_header(&bytes, sha1, 1);
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	check_err(components_read(&log, ALL_PCRS, &found, &err), &err, ERR_EVENT_LOG_MALFORMED);
}

static void kinds_have_names_and_back(void **state)
{
	enum component_kind kind;

	(void)state;
	for (int i = 0; i < COMPONENT_KINDS; i++) {
		assert_true(
			component_kind_of_name(component_kind_name((enum component_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(component_kind_of_name("", &kind));
	assert_false(component_kind_of_name("Kernel", &kind));
}

static void people_see_titles_and_files(void **state)
{
	static const struct {
		enum component_kind kind;
		const char *name, *title, *file;
	} rows[] = {
		{COMPONENT_APPLICATION, "\\EFI\\ubuntu\\shimx64.efi", "shim", "shimx64.efi"},
		{COMPONENT_APPLICATION, "\\EFI\\BOOT\\grubx64.efi", "grub", "grubx64.efi"},
		{COMPONENT_APPLICATION, "\\EFI\\BOOT\\BOOTX64.EFI", "boot loader", "BOOTX64.EFI"},
		{COMPONENT_APPLICATION, "", "boot application", ""},
		{COMPONENT_KERNEL, "(hd0,gpt2)/boot/vmlinuz-6.1.0-56", "kernel", "vmlinuz-6.1.0-56"},
		{COMPONENT_INITRD, "/", "initrd", "/"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct component component = {.kind = rows[i].kind};

		(void)snprintf(component.name, sizeof(component.name), "%s", rows[i].name);
		assert_string_equal(component_title(&component), rows[i].title);
		assert_string_equal(component_file(&component), rows[i].file);
	}
}

/* Two boots are compared by the same facts, whether one is read from the log or from the file. */
static void a_stored_name_gives_what_the_log_gave(void **state)
{
	static const char *const records[] = {
		"secureboot-on", "secureboot-off", "foreign-keys", "other-cmdline"};
	size_t labels = 0, levels = 0, moks = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		auto_cleanup(components) struct components found = read_record(records[i], ALL_PCRS);

		for (size_t k = 0; k < found.count; k++) {
			const struct component *read = &found.items[k];
			struct component stored = *read;

			memset(stored.label, 0, sizeof(stored.label));
			stored.facts = (union component_facts){0};
			component_stored_read(&stored);
			assert_true(is_same_component(&stored, read));
			labels += read->label[0] != 0;
			levels += read->kind == COMPONENT_SBAT && read->facts.sbat.is_whole;
			moks += read->kind == COMPONENT_MOK && read->facts.mok != EVENT_MOK_NONE;
		}
	}
	assert_true(labels && levels && moks);
}

static void a_stored_name_that_is_none_gives_nothing(void **state)
{
	static const struct {
		enum component_kind kind;
		const char *name, *label;
	} rows[] = {
		{COMPONENT_DB, "C=US, O=VMware\\, Inc., L=Palo Alto", "VMware, Inc."},
		{COMPONENT_DB, "C=US", ""},
		{COMPONENT_DB, "hash 0123456789abcdef...", ""},
		{COMPONENT_BOOT_ORDER, "BootOrder 0001 0000", "0001 0000"},
		{COMPONENT_BOOT_ORDER, "BootOrder = 000001", ""},
		{COMPONENT_BOOT_OPTION, "Boot0001 \"a title\" PciRoot(0x0)", "Boot0001 \"a title\""},
		{COMPONENT_BOOT_OPTION, "Boot0001, empty", ""},
		{COMPONENT_BOOT_FILE, "CN=no certificate", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct component component = {.kind = rows[i].kind};

		(void)snprintf(component.name, sizeof(component.name), "%s", rows[i].name);
		component_stored_read(&component);
		assert_string_equal(component.label, rows[i].label);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_boot_is_told_by_component),
		cmocka_unit_test(only_believed_pcrs_are_read),
		cmocka_unit_test(recorded_boots_differ_in_what_they_were_made_with),
		cmocka_unit_test(a_program_is_one_whatever_its_event_calls_itself),
		cmocka_unit_test(bytes_that_fit_their_digest_are_a_program_all_the_same),
		cmocka_unit_test(short_contents_are_no_names_and_no_separators),
		cmocka_unit_test(a_boot_order_is_no_separator),
		cmocka_unit_test(text_that_was_not_measured_is_not_believed),
		cmocka_unit_test(a_loaders_arguments_are_a_command_line),
		cmocka_unit_test(many_loaders_hide_nothing),
		cmocka_unit_test(a_command_line_is_one_whatever_the_log_calls_it),
		cmocka_unit_test(a_vm_id_is_what_the_firmware_measured),
		cmocka_unit_test(what_the_kernel_got_is_told_if_it_is_no_single_file),
		cmocka_unit_test(what_grub_gave_its_kernel_is_known),
		cmocka_unit_test(a_value_that_comes_twice_is_two_variables),
		cmocka_unit_test(only_a_program_returns),
		cmocka_unit_test(the_command_line_is_without_the_kernels_path),
		cmocka_unit_test(the_order_of_keys_says_nothing),
		cmocka_unit_test(too_many_of_a_kind_are_folded),
		cmocka_unit_test(no_type_makes_another_boot),
		cmocka_unit_test(lack_of_memory_makes_no_other_boot),
		cmocka_unit_test(a_log_without_sha256_is_refused),
		cmocka_unit_test(kinds_have_names_and_back),
		cmocka_unit_test(people_see_titles_and_files),
		cmocka_unit_test(a_stored_name_gives_what_the_log_gave),
		cmocka_unit_test(a_stored_name_that_is_none_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
