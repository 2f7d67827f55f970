#include "check.h"
#include "../support/kinds.h"
#include <fcntl.h>
#include <sys/stat.h>
#include "../support/root.h"
#include "base/clock.h"
#include "drift/explain.h"

#define RECORD "test/data/boot/secureboot-on/"
#define DB     "sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define DBX    "sys/firmware/efi/efivars/dbx-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define DAY_S  86400
#define NOV_20 1763596800 /* 2025-11-20, midnight */

/* A VM with what the service remembers of it. */
struct vm {
	struct root root;
	struct next_boot pending;
	const struct secureboot *secureboot;
};

static struct vm vm_make(void)
{
	return (struct vm){.root = root_make()};
}

static void vm_cleanup(struct vm *vm)
{
	next_boot_done(&vm->pending);
	root_cleanup(&vm->root);
}

static struct next_boot_round round_of(const struct vm *vm, const char *boot_id, int64_t now_s)
{
	return (struct next_boot_round){
		.root_fd = vm->root.fd, .state_fd = vm->root.fd, .boot_id = boot_id, .now_s = now_s};
}

/* A round of the service. */
static void look(struct vm *vm, const char *boot_id, int64_t now_s)
{
	const struct next_boot_round round = round_of(vm, boot_id, now_s);
	struct err err;

	next_boot_done(&vm->pending);
	check_ok(next_boot_run(&round, &vm->pending, &err), &err);
}

static int truncate_in(const struct root *root, const char *path, off_t size)
{
	auto_cleanup(fd) int fd = openat(root->fd, path, O_WRONLY | O_CLOEXEC);

	return ftruncate(fd, size);
}

static struct explanation explain_one(const struct vm *vm, const struct component *component)
{
	const struct explain_sources sources = {
		.round = round_of(vm, "", 0), .secureboot = vm->secureboot};
	struct explanation ret;
	struct err package_timeout = {0};

	explain_component(&sources, &vm->pending, component, &package_timeout, &ret);
	return ret;
}

static struct explanation explain(const struct vm *vm, enum component_kind kind, uint32_t pcr,
	const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	struct component component = {.kind = kind, .pcr = pcr};

	memcpy(component.sha256, sha256, CRYPTO_SHA256_SIZE);
	return explain_one(vm, &component);
}

/* As the log names the file. */
static struct explanation explain_named(
	const struct vm *vm, enum component_kind kind, const char *name, const char *contents)
{
	struct component component = {.kind = kind, .pcr = 9};

	(void)snprintf(component.name, sizeof(component.name), "%s", name);
	crypto_sha256(TEXT(contents), component.sha256);
	return explain_one(vm, &component);
}

static struct explanation explain_bytes(
	const struct vm *vm, enum component_kind kind, uint32_t pcr, const char *contents)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(TEXT(contents), digest);
	return explain(vm, kind, pcr, digest);
}

static void check_told(const struct explanation *found, enum explanation_how how, const char *text)
{
	assert_string_equal(found->text, text);
	assert_int_equal(found->how, how);
}

/* A dpkg database with one package that owns the file with these contents' MD5; written on
 * 2025-11-20. */
static void install(const struct vm *vm, const char *path, const char *md5_hex)
{
	const struct timespec times[2] = {{.tv_sec = NOV_20}, {.tv_sec = NOV_20}};
	char line[300];

	(void)snprintf(line, sizeof(line), "%s  %s\n", md5_hex, path);
	root_write(&vm->root, "var/lib/dpkg/info/linux-image-2.md5sums", TEXT(line));
	root_write(&vm->root, "var/lib/dpkg/info/linux-image-2.list", TEXT("/.\n"));
	root_write(&vm->root, "var/lib/dpkg/status",
		TEXT("Package: linux-image-2\nStatus: install ok installed\nVersion: 6.1.192-2\n"));
	assert_int_equal(utimensat(vm->root.fd, "var/lib/dpkg/info/linux-image-2.list", times, 0), 0);
}

#define MD5_KERNEL "50484c19f1afdaf3841a0d821ed393d2" /* printf kernel | md5sum */

static void a_package_is_the_best_reason(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	install(&vm, "boot/vmlinuz-2", MD5_KERNEL);
	root_write(&vm.root, "boot/vmlinuz-2", TEXT("kernel"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_KERNEL, 9, "kernel");
	check_told(&found, EXPLANATION_PACKAGE,
		"as installed by package linux-image-2 6.1.192-2 on 2025-11-20");
}

static void a_copy_of_a_packaged_file_is_as_good(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	install(&vm, "usr/lib/shim/shimx64.efi.signed", MD5_KERNEL);
	root_write(&vm.root, "usr/lib/shim/shimx64.efi.signed", TEXT("kernel"));
	root_write(&vm.root, "boot/efi/EFI/debian/shimx64.efi", TEXT("kernel"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	found = explain_bytes(&vm, COMPONENT_APPLICATION, 9, "kernel");
	assert_int_equal(found.how, EXPLANATION_PACKAGE);
}

static void what_a_package_disowns_stays_unexplained(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	install(&vm, "boot/vmlinuz-2", MD5_KERNEL);
	root_write(&vm.root, "boot/vmlinuz-2", TEXT("evil kernel"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_KERNEL, 9, "evil kernel");
	check_told(&found, EXPLANATION_NONE,
		"and /boot/vmlinuz-2 differs from what package linux-image-2 installed");
}

static void a_program_that_no_package_owns_stays_unexplained(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	install(&vm, "boot/vmlinuz-2", MD5_KERNEL);
	root_write(&vm.root, "boot/efi/EFI/BOOT/BOOTX64.EFI", TEXT("own"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_APPLICATION, 9, "own");
	check_told(&found, EXPLANATION_NONE, "and no package owns /boot/efi/EFI/BOOT/BOOTX64.EFI");
	found = explain_bytes(&vm, COMPONENT_APPLICATION, 9, "not on the disk");
	check_told(&found, EXPLANATION_NONE, "");
}

static void without_packages_a_program_must_have_been_there_before(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	root_write(&vm.root, "boot/flatcar/vmlinuz-b", TEXT("update"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	found = explain_bytes(&vm, COMPONENT_KERNEL, 9, "update");
	check_told(&found, EXPLANATION_NONE,
		"and /boot/flatcar/vmlinuz-b was not there before the restart");
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_KERNEL, 9, "update");
	check_told(&found, EXPLANATION_PENDING,
		"as /boot/flatcar/vmlinuz-b was before the restart, since 2025-11-21 at the latest");
}

static void packages_that_cannot_be_asked_leave_it_open(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	install(&vm, "boot/vmlinuz-2", MD5_KERNEL);
	assert_int_equal(unlinkat(vm.root.fd, "var/lib/dpkg/info/linux-image-2.md5sums", 0), 0);
	assert_int_equal(mkdirat(vm.root.fd, "var/lib/dpkg/info/linux-image-2.md5sums", 0755), 0);
	root_write(&vm.root, "boot/vmlinuz-2", TEXT("kernel"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_KERNEL, 9, "kernel");
	assert_int_equal(found.how, EXPLANATION_UNKNOWN);
	assert_non_null(strstr(found.text, "dpkg's records"));
}

/* Of what is not found a file that was not read may be the reason; what is found to differ stays
 * so. */
static void what_was_not_read_leaves_it_open(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;
	uint8_t digest[CRYPTO_SHA256_SIZE];

	(void)state;
	install(&vm, "boot/vmlinuz-2", MD5_KERNEL);
	root_write(&vm.root, "boot/vmlinuz-2", TEXT("evil kernel"));
	root_write(&vm.root, "boot/vmlinuz-3", TEXT("own kernel"));
	root_write(&vm.root, "boot/grub/grub.cfg", TEXT("linux /vmlinuz quiet\n"));
	root_write(&vm.root, "boot/large", TEXT("x"));
	assert_int_equal(truncate_in(&vm.root, "boot/large", BOOTFILES_MAX_FILE_BYTES + 1), 0);
	look(&vm, "boot-1", NOV_20);
	look(&vm, "boot-2", NOV_20);
	crypto_sha256(TEXT("quiet init=/bin/sh"), digest);
	for (size_t i = 0; i < 3; i++) {
		found = i == 0   ? explain_bytes(&vm, COMPONENT_INITRD, 9, "not found")
			: i == 1 ? explain_bytes(&vm, COMPONENT_KERNEL, 9, "own kernel")
				 : explain(&vm, COMPONENT_COMMAND_LINE, 8, digest);
		check_told(&found, EXPLANATION_UNKNOWN,
			"'/boot/large' was not read: it is larger than 512 MiB.");
	}
	found = explain_bytes(&vm, COMPONENT_KERNEL, 9, "evil kernel");
	assert_int_equal(found.how, EXPLANATION_NONE);
	crypto_sha256(TEXT("quiet"), digest);
	found = explain(&vm, COMPONENT_COMMAND_LINE, 8, digest);
	assert_int_equal(found.how, EXPLANATION_PENDING);
	assert_int_equal(unlinkat(vm.root.fd, "boot/large", 0), 0);
	assert_int_equal(truncate_in(&vm.root, "boot/grub/grub.cfg", 2 << 20), 0);
	look(&vm, "boot-2", NOV_20);
	crypto_sha256(TEXT("quiet init=/bin/sh"), digest);
	found = explain(&vm, COMPONENT_COMMAND_LINE, 8, digest);
	assert_int_equal(found.how, EXPLANATION_UNKNOWN);
	assert_int_equal(strncmp(found.text, "'/boot/grub/grub.cfg' was not read:", 35), 0);
}

/* The kernel's own word on when it started. */
static void start_at(const struct vm *vm, int64_t unix_s)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "cpu  1 2 3\nintr 5\nctxt 1\nbtime %lld\nprocesses 1\n",
		(long long)unix_s);
	root_write(&vm->root, "proc/stat", TEXT(text));
}

static void an_initrd_is_explained_by_the_file(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	const struct timespec times[2] = {{.tv_sec = NOV_20}, {.tv_sec = NOV_20}};
	int64_t now_s = clock_now_s();
	struct explanation found;

	(void)state;
	root_write(&vm.root, "boot/initrd.img-2", TEXT("initrd"));
	assert_int_equal(utimensat(vm.root.fd, "boot/initrd.img-2", times, 0), 0);
	look(&vm, "boot-1", NOV_20 + DAY_S);
	start_at(&vm, now_s + 60);
	found = explain_bytes(&vm, COMPONENT_INITRD, 9, "initrd");
	check_told(&found, EXPLANATION_FILE, "as now in /boot/initrd.img-2, written on 2025-11-20");
	start_at(&vm, now_s - 60); /* whatever the time of writing says */
	found = explain_bytes(&vm, COMPONENT_INITRD, 9, "initrd");
	check_told(&found, EXPLANATION_NONE, "and /boot/initrd.img-2 was changed since the restart");
	assert_int_equal(unlinkat(vm.root.fd, "proc/stat", 0), 0);
	found = explain_bytes(&vm, COMPONENT_INITRD, 9, "initrd");
	assert_int_equal(found.how, EXPLANATION_NONE);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_INITRD, 9, "initrd");
	check_told(&found, EXPLANATION_PENDING,
		"as /boot/initrd.img-2 was before the restart, since 2025-11-21 at the latest");
	found = explain_bytes(&vm, COMPONENT_INITRD, 9, "another");
	check_told(&found, EXPLANATION_NONE, "");
}

/* A font is what GRUB draws with, and an initrd is what the kernel runs, whatever the log calls
 * either. */
static void a_file_explains_only_the_role_it_is_measured_in(void **state)
{
	static const struct {
		const char *path;
		enum component_kind kind;
		const char *measured; /* the file's name in the log */
		bool is_explained;
	} rows[] = {
		{"boot/initrd.img-2", COMPONENT_INITRD, "/initrd.img-2", true},
		{"boot/initrd.img-2", COMPONENT_INITRD, "/boot/initrd", true}, /* a link */
		{"boot/initrd.img-2", COMPONENT_LOADED_INITRD, "", true},
		{"boot/initramfs-2.img", COMPONENT_INITRD, "/initramfs-2.img", true},
		{"boot/amd-ucode.img", COMPONENT_INITRD, "/amd-ucode.img", true},
		{"boot/early.cpio", COMPONENT_INITRD, "/early.cpio", true},
		{"boot/core.gz", COMPONENT_INITRD, "(hd0,gpt2)/boot/core.gz", true},
		{"boot/core.gz", COMPONENT_INITRD, "/other.gz", false},
		{"boot/core.gz", COMPONENT_LOADED_INITRD, "", false},
		{"boot/grub/fonts/unicode.pf2", COMPONENT_INITRD, "/initrd.img-2", false},
		{"boot/grub/fonts/unicode.pf2", COMPONENT_INITRD, "/grub/fonts/unicode.pf2", false},
		{"boot/grub/fonts/unicode.pf2", COMPONENT_LOADED_INITRD, "", false},
		{"boot/grub/fonts/unicode.pf2", COMPONENT_KERNEL, "/vmlinuz", false},
		{"boot/grub/fonts/unicode.pf2", COMPONENT_BOOT_FILE, "/grub/fonts/unicode.pf2", true},
		{"boot/grub/grub.cfg", COMPONENT_INITRD, "/grub/grub.cfg", false},
		{"boot/grub/grub.cfg", COMPONENT_BOOT_FILE, "(hd0,gpt1)/EFI/debian/grub.cfg", true},
		{"boot/grub/grubenv", COMPONENT_INITRD, "/initrd", false},
		{"boot/grub/locale/de.mo", COMPONENT_INITRD, "/initrd", false},
		{"boot/initrd.img-2", COMPONENT_KERNEL, "/vmlinuz", false},
		{"boot/initrd.img-2", COMPONENT_BOOT_FILE, "/grub/fonts/unicode.pf2", false},
		{"boot/initramfs-2kdump.img", COMPONENT_INITRD, "/initramfs-2kdump.img", false},
		{"boot/initrd-2-kdump", COMPONENT_INITRD, "/initrd-2", false},
		{"boot/initrd-2-kdump", COMPONENT_LOADED_INITRD, "", false},
		{"boot/vmlinuz-2", COMPONENT_KERNEL, "/vmlinuz", true},
		{"boot/vmlinuz-2", COMPONENT_INITRD, "/initrd.img-2", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(vm) struct vm vm = vm_make();
		struct explanation found;

		root_write(&vm.root, rows[i].path, TEXT("bytes"));
		look(&vm, "boot-1", NOV_20 + DAY_S);
		look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
		found = explain_named(&vm, rows[i].kind, rows[i].measured, "bytes");
		if ((found.how == EXPLANATION_PENDING) != rows[i].is_explained)
			fail_msg("row %zu: %s as %s: %s", i, rows[i].path, rows[i].measured,
				found.text);
	}
}

/* systemd-boot gives the kernel the initrds of an entry one behind the other. */
#define INITRD "boot/initrd.img-2"
#define FONT   "boot/grub/fonts/unicode.pf2"
#define KDUMP  "boot/initramfs-2kdump.img"
#define CONFIG "boot/grub/grub.cfg"
#define ENTRY  "boot/loader/entries/id-2.conf"
#define ENV    "boot/grub2/grubenv"

struct written {
	const char *path, *text; /* text NULL: deleted */
};

static void write_all(const struct vm *vm, const struct written files[2])
{
	for (size_t i = 0; i < 2 && files[i].path; i++)
		if (files[i].text)
			root_write(&vm->root, files[i].path, TEXT(files[i].text));
		else
			assert_int_equal(unlinkat(vm->root.fd, files[i].path, 0), 0);
}

/* All of `now` is written since the kernel started. */
static void what_was_there_before_the_restart_is_remembered(void **state)
{
	static const struct {
		const char *shown;
		struct written before[2], now[2];
		enum component_kind kind;
		const char *name, *bytes;
		bool is_explained;
	} rows[] = {
		{"still there", {{INITRD, "booted"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2",
			"booted", true},
		{"rebuilt", {{INITRD, "booted"}}, {{INITRD, "rebuilt"}}, COMPONENT_INITRD,
			"/initrd.img-2", "booted", true},
		{"rewritten alike", {{INITRD, "booted"}}, {{INITRD, "booted"}}, COMPONENT_INITRD,
			"/initrd.img-2", "booted", true},
		{"deleted", {{INITRD, "booted"}}, {{INITRD, NULL}}, COMPONENT_INITRD,
			"/initrd.img-2", "booted", true},
		{"renamed", {{INITRD, "booted"}}, {{INITRD, NULL}, {INITRD ".old", "booted"}},
			COMPONENT_INITRD, "/initrd.img-2", "booted", true},
		{"one of dracut", {{"boot/initramfs-2.img", "booted"}},
			{{"boot/initramfs-2.img", "rebuilt"}}, COMPONENT_INITRD,
			"(hd0,gpt2)/initramfs-2.img", "booted", true},
		{"microcode", {{"boot/ucode.img", "booted"}}, {{"boot/ucode.img", "newer"}},
			COMPONENT_INITRD, "/ucode.img", "booted", true},
		{"on the ESP", {{"boot/efi/d/2/initrd.img", "booted"}},
			{{"boot/efi/d/2/initrd.img", "rebuilt"}}, COMPONENT_LOADED_INITRD, "initrd",
			"booted", true},
		{"GRUB's script", {{CONFIG, "menu"}}, {{CONFIG, "another"}}, COMPONENT_BOOT_FILE,
			"(hd0,gpt2)/grub/grub.cfg", "menu", true},
		{"an entry", {{ENTRY, "linux /v"}}, {{ENTRY, NULL}}, COMPONENT_BOOT_FILE,
			"(hd0,gpt2)/loader/entries//id-2.conf", "linux /v", true},
		{"GRUB's environment", {{ENV, "saved_entry=1"}}, {{ENV, "saved_entry=2"}},
			COMPONENT_BOOT_FILE, "(hd0,gpt2)/grub2/grubenv", "saved_entry=1", true},
		{"a font", {{FONT, "glyphs"}}, {{FONT, "more"}}, COMPONENT_BOOT_FILE,
			"/grub/fonts/unicode.pf2", "glyphs", true},

		{"never there", {{INITRD, "booted"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2",
			"evil", false},
		{"put there since", {{INITRD, "booted"}}, {{INITRD, "evil"}}, COMPONENT_INITRD,
			"/initrd.img-2", "evil", false},
		{"put beside it since", {{INITRD, "booted"}}, {{"boot/initrd.img-3", "evil"}},
			COMPONENT_INITRD, "/initrd.img-2", "evil", false},
		{"a byte more", {{INITRD, "booted"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2",
			"booted ", false},
		{"a byte less", {{INITRD, "booted"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2",
			"boote", false},
		{"two joined", {{INITRD, "booted"}, {"boot/ucode.img", "code"}}, {{0}},
			COMPONENT_INITRD, "/initrd.img-2", "codebooted", false},
		{"two joined without an entry", {{INITRD, "booted"}, {"boot/ucode.img", "code"}},
			{{0}}, COMPONENT_LOADED_INITRD, "initrd", "codebooted", false},
		{"one of kdump", {{KDUMP, "crash"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2",
			"crash", false},
		{"one of kdump, deleted", {{KDUMP, "crash"}}, {{KDUMP, NULL}}, COMPONENT_INITRD,
			"/initrd.img-2", "crash", false},
		{"a font", {{FONT, "glyphs"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2", "glyphs",
			false},
		{"a font, deleted", {{FONT, "glyphs"}}, {{FONT, NULL}}, COMPONENT_INITRD,
			"/initrd.img-2", "glyphs", false},
		{"a font by its own name", {{FONT, "glyphs"}}, {{FONT, "more"}}, COMPONENT_INITRD,
			"/unicode.pf2", "glyphs", false},
		{"GRUB's script", {{CONFIG, "menu"}}, {{CONFIG, "another"}}, COMPONENT_INITRD,
			"/initrd.img-2", "menu", false},
		{"GRUB's environment", {{ENV, "saved"}}, {{ENV, "other"}}, COMPONENT_INITRD,
			"/grubenv", "saved", false},
		{"an entry", {{ENTRY, "linux /v"}}, {{0}}, COMPONENT_INITRD, "/initrd.img-2",
			"linux /v", false},
		{"an initrd called a font", {{INITRD, "booted"}}, {{INITRD, "rebuilt"}},
			COMPONENT_BOOT_FILE, "/grub/fonts/unicode.pf2", "booted", false},
		{"an initrd called GRUB's environment", {{INITRD, "booted"}}, {{0}},
			COMPONENT_BOOT_FILE, "/grub2/grubenv", "booted", false},
		{"a font by another name", {{FONT, "glyphs"}}, {{0}}, COMPONENT_BOOT_FILE,
			"/grub/grub.cfg", "glyphs", false},
		{"where no boot file lives", {{"home/initrd.img-2", "evil"}}, {{0}},
			COMPONENT_INITRD, "/initrd.img-2", "evil", false},
		{"a path that only ends so", {{"srv/boot/initrd.img-2", "evil"}}, {{0}},
			COMPONENT_INITRD, "/initrd.img-2", "evil", false},
		{"an initrd as a program", {{INITRD, "booted"}}, {{0}}, COMPONENT_APPLICATION,
			"/initrd.img-2", "booted", false},
		{"an initrd as a kernel", {{INITRD, "booted"}}, {{INITRD, NULL}}, COMPONENT_KERNEL,
			"/initrd.img-2", "booted", false},
	};
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(vm) struct vm vm = vm_make();
		struct component component = {.kind = rows[i].kind, .pcr = 9};
		struct explanation found;

		(void)snprintf(component.name, sizeof(component.name), "%s", rows[i].name);
		crypto_sha256(TEXT(rows[i].bytes), component.sha256);
		write_all(&vm, rows[i].before);
		look(&vm, "boot-1", NOV_20);
		start_at(&vm, clock_now_s() - 60);
		write_all(&vm, rows[i].now);
		look(&vm, "boot-2", NOV_20 + DAY_S);
		look(&vm, "boot-2", NOV_20 + DAY_S + 60);
		found = explain_one(&vm, &component);
		if ((found.how == EXPLANATION_PENDING) != rows[i].is_explained ||
			(found.how != EXPLANATION_PENDING && found.how != EXPLANATION_NONE))
			fail_msg("%s: %d %s", rows[i].shown, found.how, found.text);
		judged_add(&judged, rows[i].is_explained);
	}
	judged_print(5, judged);
}

static void initrds_of_an_entry_are_explained_together(void **state)
{
	static const struct {
		const char *joined;
		bool is_explained;
	} rows[] = {
		{"microcode initrd", true},
		{"initrd", true}, /* the one alone, as its file holds it */
		{"initrdmicrocode ", false},
		{"microcode initrdevil", false},
		{"microcode microcode initrd", false},
		{"microcode font", false},
	};
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	root_write(&vm.root, "efi/m/6/initrd-1", TEXT("microcode "));
	root_write(&vm.root, "efi/m/6/initrd-2", TEXT("initrd"));
	root_write(&vm.root, "efi/font.pf2", TEXT("font"));
	root_write(&vm.root, "efi/loader/entries/a.conf",
		TEXT("linux /m/6/linux\noptions quiet\ninitrd /m/6/initrd-1\ninitrd\t//m/6/initrd-2\n"));
	root_write(&vm.root, "efi/loader/entries/b.conf",
		TEXT("linux /m/6/linux\ninitrd /m/6/initrd-1\ninitrd /gone\n"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	for (size_t i = 0; i < COUNT(rows); i++) {
		found = explain_bytes(&vm, COMPONENT_LOADED_INITRD, 9, rows[i].joined);
		if ((found.how == EXPLANATION_PENDING) != rows[i].is_explained)
			fail_msg("row %zu: %s", i, found.text);
	}
	root_write(&vm.root, "efi/m/6/initrd-1", TEXT("m"));
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_LOADED_INITRD, 9, "minitrd");
	check_told(&found, EXPLANATION_NONE, "and /efi/m/6/initrd-1 was changed since the restart");
}

static void a_command_line_is_explained_by_the_boot_configuration(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;

	(void)state;
	root_write(
		&vm.root, "boot/grub/grub.cfg", TEXT("linux /vmlinuz ro  quiet\ninitrd /initrd\n"));
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain_bytes(&vm, COMPONENT_COMMAND_LINE, 8, "ro quiet");
	check_told(&found, EXPLANATION_PENDING,
		"as /boot/grub/grub.cfg was before the restart, since 2025-11-21 at the latest");
	found = explain_bytes(&vm, COMPONENT_INITRD_LIST, 8, "initrd /initrd");
	assert_int_equal(found.how, EXPLANATION_PENDING);
	found = explain_bytes(&vm, COMPONENT_COMMAND_LINE, 8, "ro quiet init=/bin/sh");
	check_told(&found, EXPLANATION_NONE, "");
}

/* By its words, not by its file's name; of a configuration that was rewritten only its digest is
 * known, which has no words. */
static void a_line_is_remembered_with_its_configuration(void **state)
{
	static const struct {
		const char *shown;
		struct written before[2], now[2];
		const char *line;
		bool is_explained;
	} rows[] = {
		{"still there", {{CONFIG, "linux /v ro quiet"}}, {{0}}, "ro quiet", true},
		{"rewritten alike", {{CONFIG, "linux /v ro quiet"}},
			{{CONFIG, "linux /v ro quiet"}}, "ro quiet", true},
		{"an entry blessed", {{"efi/loader/entries/a+2-1.conf", "options ro quiet"}},
			{{"efi/loader/entries/a+2-1.conf", NULL},
				{"efi/loader/entries/a.conf", "options ro quiet"}},
			"ro quiet", true},
		{"an entry of the other folder of ostree",
			{{"boot/loader.0/entries/a.conf", "options ro quiet"}},
			{{"boot/loader.0/entries/a.conf", NULL},
				{"boot/loader.1/entries/a.conf", "options ro quiet"}},
			"ro quiet", true},

		{"rewritten", {{CONFIG, "linux /v ro quiet"}}, {{CONFIG, "linux /v ro"}},
			"ro quiet", false},
		{"rewritten around it", {{CONFIG, "linux /v ro quiet"}},
			{{CONFIG, "linux /v ro quiet\nlinux /w ro"}}, "ro quiet", false},
		{"deleted", {{ENTRY, "options ro quiet"}}, {{ENTRY, NULL}}, "ro quiet", false},
		{"written since", {{ENTRY, "options ro"}}, {{ENTRY, "options ro quiet"}},
			"ro quiet", false},
		{"an entry beside it since", {{ENTRY, "options ro"}},
			{{"boot/loader/entries/b.conf", "options ro quiet"}}, "ro quiet", false},
		{"a word more since, renamed", {{"efi/loader/entries/a+1.conf", "options ro"}},
			{{"efi/loader/entries/a+1.conf", NULL},
				{"efi/loader/entries/a.conf", "options ro quiet"}},
			"ro quiet", false},
		{"no configuration before", {{"boot/notes.txt", "options ro quiet"}},
			{{"boot/notes.txt", NULL}, {ENTRY, "options ro quiet"}}, "ro quiet", false},
		{"an entry for recovery, renamed", {{"efi/loader/entries/a+2.conf", "options single"}},
			{{"efi/loader/entries/a+2.conf", NULL},
				{"efi/loader/entries/a.conf", "options single"}},
			"single", false},
	};
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(vm) struct vm vm = vm_make();
		struct explanation found;

		write_all(&vm, rows[i].before);
		look(&vm, "boot-1", NOV_20);
		start_at(&vm, clock_now_s() - 60);
		write_all(&vm, rows[i].now);
		look(&vm, "boot-2", NOV_20 + DAY_S);
		found = explain_bytes(&vm, COMPONENT_COMMAND_LINE, 8, rows[i].line);
		if ((found.how == EXPLANATION_PENDING) != rows[i].is_explained ||
			(found.how != EXPLANATION_PENDING && found.how != EXPLANATION_NONE))
			fail_msg("%s: %d %s", rows[i].shown, found.how, found.text);
		judged_add(&judged, rows[i].is_explained);
	}
	judged_print(5, judged);
}

static void firmware_measures_programs_by_what_they_do(void **state)
{
	uint8_t image[4096], signatures[CRYPTO_SHA256_SIZE];
	auto_cleanup(vm) struct vm vm = vm_make();
	size_t len = folder_read("test/fuzz/seeds/peimage", "pe32plus", image, sizeof(image));
	struct explanation found;

	(void)state;
	assert_int_equal(len, 0x690);
	root_write(&vm.root, "boot/vmlinuz-2", (struct bytes){image, len});
	look(&vm, "boot-1", NOV_20 + DAY_S);
	look(&vm, "boot-2", NOV_20 + 2 * DAY_S);
	found = explain(&vm, COMPONENT_KERNEL, 4, vm.pending.files.files[0].digest.program);
	assert_int_equal(found.how, EXPLANATION_PENDING);
	crypto_sha256((struct bytes){image, len}, signatures);
	/* of the whole file: not what PCR 4 gets */
	found = explain(&vm, COMPONENT_KERNEL, 4, signatures);
	assert_int_equal(found.how, EXPLANATION_NONE);
}

static void copy(const struct vm *vm, const char *from, const char *path, bool is_longer)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1 << 20);
	struct err err;

	check_ok(file_read(AT_FDCWD, from, FILE_FOLLOW_LINKS, &data, &err), &err);
	if (is_longer)
		check_ok(buf_append(&data, "x", 1, &err), &err);
	root_write(&vm->root, path, buf_bytes(&data));
}

static void a_variable_must_have_been_there_before(void **state)
{
	auto_cleanup(buf) struct buf log_bytes = buf_with_max(1 << 20);
	auto_cleanup(vm) struct vm vm = vm_make();
	struct explanation found;
	struct secureboot facts;
	struct eventlog log;
	struct err err;

	(void)state;
	check_ok(file_read(AT_FDCWD, RECORD "eventlog.bin", FILE_FOLLOW_LINKS, &log_bytes, &err),
		&err);
	check_ok(eventlog_open(buf_bytes(&log_bytes), &log, &err), &err);
	check_ok(secureboot_read(&log, &facts, &err), &err);
	vm.secureboot = &facts;
	copy(&vm, RECORD "efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f", DB, false);
	copy(&vm, RECORD "efivars/dbx-d719b2cb-3d3a-4596-a3bc-dad00e67656f", DBX, true);
	look(&vm, "boot-1", NOV_20);
	found = explain_bytes(&vm, COMPONENT_DB, 7, "any");
	check_told(&found, EXPLANATION_NONE, "");
	look(&vm, "boot-2", NOV_20 + DAY_S);
	found = explain_bytes(&vm, COMPONENT_DB, 7, "any");
	check_told(&found, EXPLANATION_PENDING,
		"as db was before the restart, since 2025-11-20 at the latest; it changes only by a signed update");
	found = explain_bytes(&vm, COMPONENT_DBX, 7, "any"); /* other contents than what was
								measured */
	check_told(&found, EXPLANATION_NONE, "");
	vm.secureboot = NULL;
	found = explain_bytes(&vm, COMPONENT_DB, 7, "any");
	check_told(&found, EXPLANATION_NONE, "");
}

static void what_no_disk_tells_stays_unexplained(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();

	(void)state;
	root_write(&vm.root, "boot/x", TEXT("x"));
	look(&vm, "boot-1", NOV_20);
	look(&vm, "boot-2", NOV_20);
	for (int kind = 0; kind < COMPONENT_KINDS; kind++) {
		struct explanation found =
			explain_named(&vm, (enum component_kind)kind, "(hd0,gpt2)/x", "x");
		bool is_file = kind == COMPONENT_APPLICATION || kind == COMPONENT_KERNEL ||
			       kind == COMPONENT_INITRD || kind == COMPONENT_LOADED_INITRD ||
			       kind == COMPONENT_BOOT_FILE;

		assert_int_equal(found.how, is_file ? EXPLANATION_PENDING : EXPLANATION_NONE);
	}
}

static void a_drift_is_explained_where_this_boot_has_something(void **state)
{
	auto_cleanup(vm) struct vm vm = vm_make();
	struct drift_difference differences[] = {
		{.change = DRIFT_CHANGED, .after = {.kind = COMPONENT_INITRD, .pcr = 9}},
		{.change = DRIFT_REMOVED, .before = {.kind = COMPONENT_INITRD, .pcr = 9}},
		{.change = DRIFT_ADDED,
			.after = {.kind = COMPONENT_INITRD, .pcr = 9},
			.explanation = {.how = EXPLANATION_FOLLOWS, .text = "kept"}},
	};
	struct drift drift = {.count = COUNT(differences), .differences = differences};
	struct explain_sources sources = {0};

	(void)state;
	root_write(&vm.root, "boot/initrd", TEXT("initrd"));
	look(&vm, "boot-1", NOV_20);
	for (size_t i = 0; i < COUNT(differences); i++) {
		crypto_sha256(TEXT("initrd"), differences[i].before.sha256);
		crypto_sha256(TEXT("initrd"), differences[i].after.sha256);
	}
	start_at(&vm, clock_now_s() + 60);
	sources.round = round_of(&vm, "boot-1", NOV_20);
	explain_drift(&sources, &drift);
	assert_int_equal(differences[0].explanation.how, EXPLANATION_FILE);
	assert_int_equal(differences[1].explanation.how, EXPLANATION_NONE);
	assert_string_equal(differences[2].explanation.text, "kept");
}

/* By the words on the disk, and by those of the accepted boot only if they were measured. */
static void an_entry_for_recovery_explains_nothing(void **state)
{
	static const struct {
		const char *before, *after, *measured;
		bool is_before_bound, is_explained;
	} rows[] = {
		{"ro", "ro quiet", "ro quiet", true, true},
		{"ro", "ro single", "ro single", true, false},
		{"ro", "what the log does not tell", "ro single", true, false},
		{"ro", "ro", "ro single", true, false},
		{"ro single", "ro single", "ro single", false, false},
		{"ro single quiet", "ro single", "ro single", true, true}, /* it was accepted */
		{"ro", "ro single", "ro quiet", true, true}, /* the log pretends to be worse */
	};
	auto_cleanup(vm) struct vm vm = vm_make();

	(void)state;
	root_write(&vm.root, "boot/grub/grub.cfg", TEXT("linux /v ro quiet\nlinux /v ro single\n"));
	look(&vm, "boot-1", NOV_20);
	start_at(&vm, clock_now_s() + 60);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct component line = {.kind = COMPONENT_COMMAND_LINE, .pcr = 12};
		struct drift_difference difference = {
			.change = DRIFT_CHANGED, .before = line, .after = line};
		struct drift drift = {.count = 1, .differences = &difference};
		const struct explain_sources sources = {.round = round_of(&vm, "boot-1", NOV_20)};

		strcpy(difference.before.name, rows[i].before);
		strcpy(difference.after.name, rows[i].after);
		difference.before.is_bound = rows[i].is_before_bound;
		crypto_sha256(TEXT(rows[i].measured), difference.after.sha256);
		explain_drift(&sources, &drift);
		if (drift_is_explained(&difference) != rows[i].is_explained)
			fail_msg("row %zu: %s", i, difference.explanation.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_is_the_best_reason),
		cmocka_unit_test(a_copy_of_a_packaged_file_is_as_good),
		cmocka_unit_test(what_a_package_disowns_stays_unexplained),
		cmocka_unit_test(a_program_that_no_package_owns_stays_unexplained),
		cmocka_unit_test(without_packages_a_program_must_have_been_there_before),
		cmocka_unit_test(packages_that_cannot_be_asked_leave_it_open),
		cmocka_unit_test(what_was_not_read_leaves_it_open),
		cmocka_unit_test(an_initrd_is_explained_by_the_file),
		cmocka_unit_test(a_file_explains_only_the_role_it_is_measured_in),
		cmocka_unit_test(what_was_there_before_the_restart_is_remembered),
		cmocka_unit_test(initrds_of_an_entry_are_explained_together),
		cmocka_unit_test(a_command_line_is_explained_by_the_boot_configuration),
		cmocka_unit_test(a_line_is_remembered_with_its_configuration),
		cmocka_unit_test(firmware_measures_programs_by_what_they_do),
		cmocka_unit_test(a_variable_must_have_been_there_before),
		cmocka_unit_test(what_no_disk_tells_stays_unexplained),
		cmocka_unit_test(a_drift_is_explained_where_this_boot_has_something),
		cmocka_unit_test(an_entry_for_recovery_explains_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
