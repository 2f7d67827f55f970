#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include "../support/root.h"
#include "disk/dpkg.h"
#include "disk/packages.h"
#include "disk/rpm.h"

#define SHIM "usr/lib/shim/shimx64.efi.signed"
#define MD5  "2a9a4f7ea5e2dfbbf9efbd7ce6bd0a40" /* of nothing here */

static struct bootfile find(const struct root *root, const char *path)
{
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	const struct bootfile *file;
	struct err err;

	check_ok(bootfiles_look(root->fd, &(struct bootfiles){0}, 1, &files, &err), &err);
	file = bootfiles_find(&files, path);
	assert_non_null(file);
	return *file;
}

static struct package_answer ask(const struct root *root, const char *path)
{
	struct bootfile file = find(root, path);
	struct package_answer answer;
	struct err err;

	check_ok(packages_ask(root->fd, &file, &answer, &err), &err);
	return answer;
}

static void a_path_is_the_same_before_and_after_the_merge_of_usr(void **state)
{
	static const struct {
		const char *recorded, *path;
		bool same;
	} rows[] = {
		{"lib/modules/6/vmlinuz", "usr/lib/modules/6/vmlinuz", true},
		{"/lib/modules/6/vmlinuz", "usr/lib/modules/6/vmlinuz", true},
		{"usr/lib/modules/6/vmlinuz", "lib/modules/6/vmlinuz", true},
		{"usr/share/efi/x", "share/efi/x", false},
		{"boot/vmlinuz", "boot/vmlinuz", true},
		{"boot/vmlinuz", "boot/vmlinuz-1", false},
		{"", "boot/vmlinuz", false},
		/* where rpm-ostree and bootupd move what packages install to the EFI system
		   partition */
		{"/boot/efi/EFI/fedora/shimx64.efi",
			"usr/lib/bootupd/updates/EFI/fedora/shimx64.efi", true},
		{"/boot/efi/EFI/fedora/shimx64.efi",
			"usr/lib/ostree-boot/efi/EFI/fedora/shimx64.efi", true},
		{"/boot/efi/EFI/fedora/grubx64.efi",
			"usr/lib/bootupd/updates/EFI/fedora/shimx64.efi", false},
		{"/boot/efi/EFI/fedora/shimx64.efi", "usr/lib/bootupd/EFI/fedora/shimx64.efi", false},
		{"/boot/efi/EFI/fedora/shimx64.efi", "usr/lib/bootupd/updates/", false},
		{"/boot/efi/EFI/fedora/shimx64.efi",
			"usr/lib/efi/shim/15.8-3/EFI/fedora/shimx64.efi", true},
		{"/boot/efi/EFI/fedora/shimx64.efi", "usr/lib/efi/shim/EFI/fedora/shimx64.efi", false},
		{"/boot/efi/EFI/x", "usr/lib/efi/EFI/x", false},
		{"/boot/efi/", "usr/lib/efi/a/b/", true},
		{"/boot/efi/", "usr/lib/efi/a/b", false},
		{"/boot/efi/", "usr/lib/bootupd/updates/", true},
		{"/boot/shimx64.efi", "usr/lib/bootupd/updates/shimx64.efi", false},
		{"", "usr/lib/bootupd/updates/x", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (package_path_is(TEXT(rows[i].recorded), rows[i].path) != rows[i].same)
			fail_msg("row %zu", i);
}

static void dpkgs_digests_are_read(void **state)
{
	static const char good[] = MD5 "  usr/lib/shim/shimx64.efi.signed";
	static const char *const bad[] = {"", "\n\n", MD5, MD5 "  ",
		MD5 " usr/lib/shim/shimx64.efi.signed", "zz9a4f7ea5e2dfbbf9efbd7ce6bd0a40  " SHIM,
		"2a9a4f7e  " SHIM, MD5 "  " SHIM "x"};
	uint8_t md5[CRYPTO_MD5_SIZE];

	(void)state;
	assert_true(dpkg_find_digest(TEXT(good), SHIM, md5));
	assert_int_equal(md5[0], 0x2a);
	assert_true(dpkg_find_digest(TEXT(MD5 "  other\n" MD5 "  " SHIM "\n"), SHIM, md5));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (dpkg_find_digest(TEXT(bad[i]), SHIM, md5))
			fail_msg("row %zu", i);
}

static void dpkgs_status_is_read(void **state)
{
	static const char status[] =
		"Package: shim\nStatus: deinstall ok config-files\nVersion: 1\n\n"
		"Package: libc6\nStatus: install ok installed\nArchitecture: i386\n"
		"Version: 2.36-1\n\nPackage: libc6\nStatus: install ok half-configured\n"
		"Architecture: amd64\nVersion: 2.36-2\nDescription: x\n Version: 9\n\n"
		"Package: held\nStatus: hold ok installed\nVersion: 3";
	static const struct {
		const char *package, *version;
		bool is_settled;
	} rows[] = {{"libc6:amd64", "2.36-2", false}, {"libc6:i386", "2.36-1", true},
		{"shim", "1", false}, {"held", "3", true}};
	char version[PACKAGE_VERSION_SIZE];
	bool is_settled;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(dpkg_find_version(TEXT(status), rows[i].package, version, &is_settled));
		assert_string_equal(version, rows[i].version);
		assert_int_equal(is_settled, rows[i].is_settled);
	}
	assert_false(dpkg_find_version(TEXT(status), "libc", version, &is_settled));
	assert_false(dpkg_find_version(TEXT(""), "libc", version, &is_settled));
}

/* MD5 of "shim"; printf %s shim | md5sum */
#define MD5_SHIM "eee669251e18f9cce7bc7ae5d82b6a84"

static void write_dpkg(const struct root *root, const char *status)
{
	root_write(root, "var/lib/dpkg/status", TEXT(status));
	root_write(root, "var/lib/dpkg/info/shim-signed:amd64.list", TEXT("/.\n"));
	root_write(root, "var/lib/dpkg/info/other.md5sums", TEXT(MD5 "  usr/share/doc\n"));
	root_write(
		root, "var/lib/dpkg/info/shim-signed:amd64.md5sums", TEXT(MD5_SHIM "  " SHIM "\n"));
}

/* google-cloud-cli's list has 5 MB; lines lie across the pieces in which it is read, and the last
 * one has no end. */
static void a_long_list_of_dpkgs_is_read_to_its_end(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	auto_cleanup(buf) struct buf text = buf_with_max(8u << 20);
	static const char line[] = MD5 "  usr/lib/google-cloud-sdk/lib/surface/some/command.py\n";
	struct package_answer answer = {0};
	struct err err;

	(void)state;
	while (text.len < 5u << 20)
		check_ok(buf_append(&text, line, sizeof(line) - 1, &err), &err);
	check_ok(buf_append(&text, MD5_SHIM "  " SHIM, sizeof(MD5_SHIM "  " SHIM) - 1, &err), &err);
	write_dpkg(&root, "Package: large\nStatus: install ok installed\n");
	assert_int_equal(unlinkat(root.fd, "var/lib/dpkg/info/shim-signed:amd64.md5sums", 0), 0);
	root_write(&root, "var/lib/dpkg/info/large.md5sums", buf_bytes(&text));
	root_write(&root, SHIM, TEXT("shim"));
	check_ok(bootfiles_look(root.fd, &(struct bootfiles){0}, 1, &files, &err), &err);
	check_ok(packages_ask(root.fd, bootfiles_find(&files, SHIM), &answer, &err), &err);
	assert_int_equal(answer.word, PACKAGE_SAME);
	assert_string_equal(answer.package, "large");
	root_write(&root, "var/lib/dpkg/info/large.md5sums", (struct bytes){text.data, text.len - 1});
	answer = (struct package_answer){0};
	check_ok(packages_ask(root.fd, bootfiles_find(&files, SHIM), &answer, &err), &err);
	assert_int_equal(answer.word, PACKAGE_SILENT);
}

static void dpkg_vouches_for_the_bytes_it_recorded(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	const struct timespec times[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
	struct package_answer answer;

	(void)state;
	write_dpkg(&root, "Package: shim-signed\nStatus: install ok installed\nArchitecture: amd64\n"
			  "Version: 1.51+16.1\n");
	assert_int_equal(utimensat(root.fd, "var/lib/dpkg/info/shim-signed:amd64.list", times,
				 AT_SYMLINK_NOFOLLOW),
		0);
	root_write(&root, SHIM, TEXT("shim"));
	answer = ask(&root, SHIM);
	assert_int_equal(answer.word, PACKAGE_SAME);
	assert_string_equal(answer.package, "shim-signed:amd64");
	assert_string_equal(answer.version, "1.51+16.1");
	assert_true(answer.is_settled);
	assert_int_equal(answer.installed_s, 1700000000);

	root_write(&root, SHIM, TEXT("shiM"));
	answer = ask(&root, SHIM);
	assert_int_equal(answer.word, PACKAGE_DIFFERS);
	assert_string_equal(answer.package, "shim-signed:amd64");

	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	answer = ask(&root, "boot/vmlinuz-1");
	assert_int_equal(answer.word, PACKAGE_SILENT);
	assert_string_equal(answer.package, "");
}

static void an_upgrade_in_its_middle_is_told(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	struct package_answer answer;

	(void)state;
	write_dpkg(&root, "Package: shim-signed\nStatus: install ok unpacked\nArchitecture: amd64\n"
			  "Version: 1.51+16.1\n");
	root_write(&root, SHIM, TEXT("shim"));
	answer = ask(&root, SHIM);
	assert_int_equal(answer.word, PACKAGE_SAME);
	assert_false(answer.is_settled);
}

static void records_that_cannot_be_read_are_no_silence(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	struct package_answer answer;
	struct bootfile file;
	struct err err;

	(void)state;
	write_dpkg(&root, "");
	assert_int_equal(unlinkat(root.fd, "var/lib/dpkg/info/other.md5sums", 0), 0);
	assert_int_equal(mkdirat(root.fd, "var/lib/dpkg/info/other.md5sums", 0755), 0);
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	file = find(&root, "boot/vmlinuz-1");
	check_err(packages_ask(root.fd, &file, &answer, &err), &err, ERR_IO);
}

static void without_a_package_manager_nobody_vouches(void **state)
{
	auto_cleanup(root) struct root root = root_make();

	(void)state;
	root_write(&root, SHIM, TEXT("shim"));
	assert_int_equal(ask(&root, SHIM).word, PACKAGE_SILENT);
}

static void rpms_answer_is_read(void **state)
{
#define A32    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PKG    "P shim-x64 15.8-2.el9 1763632800\n"
#define KERNEL "usr/lib/modules/5/vmlinuz"
	static const struct {
		const char *text;
		enum package_word word;
	} rows[] = {
		{"", PACKAGE_SILENT},
		{PKG, PACKAGE_SILENT},
		{PKG "F " A32 A32 " /usr/lib/modules/5/vmlinuz\n", PACKAGE_SAME},
		{PKG "F " A32 A32 " /lib/modules/5/vmlinuz\n", PACKAGE_SAME},
		{PKG "F " A32 A32 " /lib/modules/5/vmlinuz", PACKAGE_SAME},
		{PKG "F " A32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb /lib/modules/5/vmlinuz\n",
			PACKAGE_DIFFERS},
		{PKG "F " A32 " /lib/modules/5/vmlinuz\n", PACKAGE_SAME}, /* an MD5 */
		{PKG "F bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb /lib/modules/5/vmlinuz\n", PACKAGE_DIFFERS},
		{PKG "F  /lib/modules/5/vmlinuz\n", PACKAGE_SILENT}, /* a %ghost file */
		{PKG "F " A32 A32 " /lib/modules/6/vmlinuz\n", PACKAGE_SILENT},
		{"F " A32 A32 " /lib/modules/5/vmlinuz\n", PACKAGE_SILENT}, /* of no package */
		{"file /boot/x is not owned by any package\n", PACKAGE_SILENT},
		{"P other 1-1 x\nF bb /lib/modules/5/vmlinuz\n" PKG "F " A32 A32
		 " /lib/modules/5/vmlinuz\n",
			PACKAGE_SAME},
	};
	uint8_t sha256[CRYPTO_SHA256_SIZE], md5[CRYPTO_MD5_SIZE];

	(void)state;
	memset(sha256, 0xAA, sizeof(sha256));
	memset(md5, 0xAA, sizeof(md5));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct package_answer answer = {0};

		rpm_read(TEXT(rows[i].text), KERNEL, sha256, md5, &answer);
		if (answer.word != rows[i].word)
			fail_msg("row %zu", i);
		if (answer.word != PACKAGE_SAME)
			continue;
		assert_string_equal(answer.package, "shim-x64");
		assert_string_equal(answer.version, "15.8-2.el9");
		assert_int_equal(answer.installed_s, 1763632800);
		assert_true(answer.is_settled);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_the_same_before_and_after_the_merge_of_usr),
		cmocka_unit_test(dpkgs_digests_are_read),
		cmocka_unit_test(dpkgs_status_is_read),
		cmocka_unit_test(a_long_list_of_dpkgs_is_read_to_its_end),
		cmocka_unit_test(dpkg_vouches_for_the_bytes_it_recorded),
		cmocka_unit_test(an_upgrade_in_its_middle_is_told),
		cmocka_unit_test(records_that_cannot_be_read_are_no_silence),
		cmocka_unit_test(without_a_package_manager_nobody_vouches),
		cmocka_unit_test(rpms_answer_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
