#include "check.h"
#include <fcntl.h>
#include <unistd.h>
#include "../support/root.h"
#include "disk/bootwatch.h"
#include "base/quiet.h"

static const struct quiet_times times = {.quiet_ms = 60, .rest_ms = 300};

static struct quiet watched(const struct root *root, int64_t now_ms)
{
	struct quiet quiet = {.times = times, .fd = -1, .looked_ms = now_ms};
	struct err err;

	check_ok(bootwatch_open(root->fd, &quiet.fd, &err), &err);
	return quiet;
}

static bool is_due(struct quiet *quiet, int64_t now_ms)
{
	struct err err;
	bool ret;

	check_ok(quiet_check(quiet, now_ms, &ret, &err), &err);
	return ret;
}

static struct root machine(void)
{
	struct root root = root_make();

	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	root_write(&root, "boot/grub/grub.cfg", TEXT("menu"));
	root_write(&root, "usr/lib/modules/1/vmlinuz", TEXT("kernel"));
	root_write(&root, "var/lib/dpkg/status", TEXT("packages"));
	root_write(&root, "var/lib/rpm/rpmdb.sqlite", TEXT("packages"));
	root_write(&root, "home/file", TEXT("anything"));
	return root;
}

static void changes_of_boot_files_and_packages_wake(void **state)
{
	static const struct {
		const char *path;
		bool wakes;
	} rows[] = {
		{"boot/vmlinuz-1", true},
		{"boot/initrd.img-2", true},
		{"boot/grub/grub.cfg", true},
		{"usr/lib/modules/2", true}, /* a folder of modules, with the kernel to come */
		{"usr/lib/modules/1/vmlinuz", true},
		{"var/lib/dpkg/status", true},
		{"var/lib/rpm/rpmdb.sqlite", true},
		{"home/file", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(root) struct root root = machine();
		struct quiet quiet = watched(&root, 0);
		auto_cleanup(fd) int fd = quiet.fd;

		assert_int_equal(quiet_left_ms(&quiet, 1000), -1); /* nothing wakes it at rest */
		assert_false(is_due(&quiet, 1000));
		root_write(&root, rows[i].path, TEXT("new"));
		assert_false(is_due(&quiet, 1000));
		if (quiet.is_changed != rows[i].wakes)
			fail_msg("%s", rows[i].path);
		assert_int_equal(is_due(&quiet, 1060), rows[i].wakes);
	}
}

static void reading_does_not_wake(void **state)
{
	auto_cleanup(root) struct root root = machine();
	struct quiet quiet = watched(&root, 0);
	auto_cleanup(fd) int fd = quiet.fd;
	auto_cleanup(fd) int kernel = openat(root.fd, "boot/vmlinuz-1", O_RDONLY);
	char byte;

	(void)state;
	assert_int_equal(read(kernel, &byte, 1), 1);
	fd_cleanup(&kernel);
	assert_false(is_due(&quiet, 1000));
	assert_false(quiet.is_changed);
}

static void a_look_is_due_when_changes_have_settled(void **state)
{
	auto_cleanup(root) struct root root = machine();
	struct quiet quiet = watched(&root, 0);
	auto_cleanup(fd) int fd = quiet.fd;

	(void)state;
	root_write(&root, "boot/vmlinuz-2", TEXT("new"));
	assert_int_equal(quiet_wait_fd(&quiet), quiet.fd);
	assert_false(is_due(&quiet, 1000));
	assert_int_equal(quiet_wait_fd(&quiet), -1); /* further files do not wake it */
	assert_int_equal(quiet_left_ms(&quiet, 1000), 60);
	root_write(&root, "boot/initrd.img-2", TEXT("new"));
	assert_false(is_due(&quiet, 1060));
	assert_int_equal(quiet_left_ms(&quiet, 1060), 60);
	assert_false(is_due(&quiet, 1119));
	assert_true(is_due(&quiet, 1120));
}

static void looks_are_neither_too_often_nor_put_off_for_ever(void **state)
{
	auto_cleanup(root) struct root root = machine();
	struct quiet quiet = watched(&root, 1000);
	auto_cleanup(fd) int fd = quiet.fd;

	(void)state;
	root_write(&root, "boot/vmlinuz-2", TEXT("new"));
	assert_false(is_due(&quiet, 1100));
	assert_int_equal(quiet_left_ms(&quiet, 1100), 200);
	assert_false(is_due(&quiet, 1299));
	assert_true(is_due(&quiet, 1300));
	quiet.looked_ms = 0;
	for (int64_t now_ms = 1300; now_ms < 1400; now_ms += 50) {
		root_write(&root, "boot/vmlinuz-2", TEXT("again"));
		assert_false(is_due(&quiet, now_ms));
	}
	root_write(&root, "boot/vmlinuz-2", TEXT("again"));
	assert_true(is_due(&quiet, 1400));
}

static void nothing_is_watched_without_a_descriptor(void **state)
{
	struct quiet quiet = {.times = times, .fd = -1};

	(void)state;
	assert_int_equal(quiet_wait_fd(&quiet), -1);
	assert_int_equal(quiet_left_ms(&quiet, 1000), -1);
	assert_false(is_due(&quiet, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_boot_files_and_packages_wake),
		cmocka_unit_test(reading_does_not_wake),
		cmocka_unit_test(a_look_is_due_when_changes_have_settled),
		cmocka_unit_test(looks_are_neither_too_often_nor_put_off_for_ever),
		cmocka_unit_test(nothing_is_watched_without_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
