#include "check.h"
#include <sys/stat.h>
#include "../support/root.h"
#include "disk/bootfiles.h"

static void look(const struct root *root, const struct bootfiles *known, int64_t now_s,
	struct bootfiles *ret)
{
	struct err err;

	check_ok(bootfiles_look(root->fd, known, now_s, ret, &err), &err);
}

static void boot_files_are_found_where_distributions_keep_them(void **state)
{
	static const char *const found_paths[] = {
		"boot/vmlinuz-6.1.0-56-amd64",
		"boot/initrd.img-6.1.0-56-amd64",
		"boot/grub/grub.cfg",
		"boot/grub/x86_64-efi/command.lst",
		"boot/efi/EFI/debian/shimx64.efi",
		"boot/loader/entries/0123-5.14.0.conf",
		"efi/EFI/Linux/arch.efi",
		"lib/modules/6.1/vmlinuz",
		"usr/boot/vmlinuz-a",
		"usr/lib/efi/shim/15.8/EFI/fedora/shimx64.efi",
		"usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
		"usr/lib/modules/5.14.0/vmlinuz",
		"usr/lib/ostree-boot/efi/EFI/BOOT/BOOTX64.EFI",
		"usr/lib/shim/shimx64.efi.signed",
		"usr/lib/systemd/boot/efi/systemd-bootx64.efi",
		"usr/share/efi/x86_64/shim.efi",
		"usr/share/grub2/x86_64-efi/grub.efi",
		"usr/share/grub/unicode.pf2",
	};
	static const char *const other_paths[] = {
		"boot/grub/x86_64-efi/normal.mod",
		"usr/lib/grub/x86_64-efi/monolithic/grubx64.efi",
		"usr/lib/modules/5.14.0/kernel/fs.ko",
		"usr/share/grub/themes/x.png",
		"etc/passwd",
		"vmlinuz",
	};
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(found_paths); i++)
		root_write(&root, found_paths[i], TEXT(found_paths[i]));
	for (size_t i = 0; i < COUNT(other_paths); i++)
		root_write(&root, other_paths[i], TEXT("x"));
	look(&root, &(struct bootfiles){0}, 1000, &files);
	assert_int_equal(files.gap.code, ERR_OK);
	for (size_t i = 0; i < COUNT(found_paths); i++) {
		const struct bootfile *file = bootfiles_find(&files, found_paths[i]);
		uint8_t expected[CRYPTO_SHA256_SIZE];

		if (!file)
			fail_msg("%s was not found", found_paths[i]);
		crypto_sha256(TEXT(found_paths[i]), expected);
		assert_memory_equal(file->digest.sha256, expected, sizeof(expected));
		assert_int_equal(file->size, strlen(found_paths[i]));
		assert_int_equal(file->seen_s, 1000);
		assert_true(file->is_new);
	}
	assert_int_equal(files.count, COUNT(found_paths));
}

static void links_are_not_followed(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(root) struct root outside = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};

	(void)state;
	root_write(&outside, "vmlinuz", TEXT("outside"));
	root_write(&root, "boot/vmlinuz-1", TEXT("inside"));
	assert_int_equal(symlinkat("vmlinuz-1", root.fd, "boot/vmlinuz"), 0);
	assert_int_equal(symlinkat(outside.path, root.fd, "boot/outside"), 0);
	assert_int_equal(symlinkat(outside.path, root.fd, "efi"), 0);
	assert_int_equal(mkfifoat(root.fd, "boot/pipe", 0600), 0);
	look(&root, &(struct bootfiles){0}, 1, &files);
	assert_int_equal(files.gap.code, ERR_OK);
	assert_int_equal(files.count, 1);
	assert_string_equal(files.files[0].path, "boot/vmlinuz-1");
}

static void what_holds_still_is_not_read_again(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles first = {0};
	auto_cleanup(bootfiles) struct bootfiles second = {0};
	auto_cleanup(bootfiles) struct bootfiles third = {0};

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	root_write(&root, "boot/initrd.img-1", TEXT("initrd"));
	look(&root, &(struct bootfiles){0}, 100, &first);
	assert_int_equal(first.bytes_read, 12);
	assert_true(first.has_changed);
	look(&root, &first, 200, &second);
	assert_int_equal(second.bytes_read, 0);
	assert_false(second.has_changed);
	assert_int_equal(second.count, 2);
	assert_memory_equal(second.files, first.files, 2 * sizeof(first.files[0]));

	root_write(&root, "boot/initrd.img-1", TEXT("INITRD")); /* as long as before */
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel")); /* written again, the same */
	root_write(&root, "boot/vmlinuz-2", TEXT("another"));
	first.files[1].is_new = false;
	look(&root, &first, 300, &third);
	assert_int_equal(third.bytes_read, 19);
	assert_int_equal(bootfiles_find(&third, "boot/initrd.img-1")->seen_s, 300);
	assert_int_equal(bootfiles_find(&third, "boot/vmlinuz-2")->seen_s, 300);
	assert_int_equal(bootfiles_find(&third, "boot/vmlinuz-1")->seen_s, 100);
	assert_false(bootfiles_find(&third, "boot/vmlinuz-1")->is_new);
}

static void a_file_that_went_is_forgotten(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles first = {0};
	auto_cleanup(bootfiles) struct bootfiles second = {0};

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	root_write(&root, "boot/vmlinuz-2", TEXT("kernel"));
	look(&root, &(struct bootfiles){0}, 100, &first);
	assert_int_equal(unlinkat(root.fd, "boot/vmlinuz-1", 0), 0);
	look(&root, &first, 200, &second);
	assert_int_equal(second.count, 1);
	assert_true(second.has_changed);
}

static void limits_are_told(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	char path[64];

	(void)state;
	for (size_t i = 0; i < BOOTWALK_MAX_FILES + 10; i++) {
		(void)snprintf(path, sizeof(path), "boot/many/%zu", i);
		root_write(&root, path, TEXT(""));
	}
	root_write(&root, "usr/lib/shim/shimx64.efi.signed", TEXT("shim"));
	look(&root, &(struct bootfiles){0}, 1, &files);
	assert_int_equal(files.gap.code, ERR_IO);
	assert_int_equal(
		strncmp(files.gap.msg, "There are more than 400 files where boot files live", 51), 0);
	assert_int_equal(files.count, BOOTWALK_MAX_FILES);
	assert_non_null(bootfiles_find(&files, "usr/lib/shim/shimx64.efi.signed"));
}

static void names_that_cannot_be_remembered_are_told(void **state)
{
	static const char *const names[] = {"boot/a\"b", "boot/a\\b", "boot/a\xff"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		auto_cleanup(root) struct root root = root_make();
		auto_cleanup(bootfiles) struct bootfiles files = {0};

		root_write(&root, names[i], TEXT("x"));
		look(&root, &(struct bootfiles){0}, 1, &files);
		assert_int_equal(files.count, 0);
		assert_int_equal(files.gap.code, ERR_IO);
		assert_non_null(
			strstr(files.gap.msg, "its name is no clean UTF-8, or holds a quote"));
	}
}

static void a_file_that_changed_meanwhile_is_not_opened(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	auto_cleanup(fd) int fd = -1;
	struct err err;

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	look(&root, &(struct bootfiles){0}, 1, &files);
	check_ok(bootfiles_open(root.fd, &files.files[0], &fd, &err), &err);
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	fd_cleanup(&fd);
	fd = -1;
	check_err(bootfiles_open(root.fd, &files.files[0], &fd, &err), &err, ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_files_are_found_where_distributions_keep_them),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(what_holds_still_is_not_read_again),
		cmocka_unit_test(a_file_that_went_is_forgotten),
		cmocka_unit_test(limits_are_told),
		cmocka_unit_test(names_that_cannot_be_remembered_are_told),
		cmocka_unit_test(a_file_that_changed_meanwhile_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
