#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../support/root.h"
#include "disk/next_boot.h"

#define DB "sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"

/* One round of the service in a boot. */
static void look(const struct root *root, const char *boot_id, int64_t now_s, struct next_boot *ret)
{
	struct err err;

	check_ok(next_boot_run(&(struct next_boot_round){.root_fd = root->fd,
				       .state_fd = root->fd,
				       .boot_id = boot_id,
				       .now_s = now_s},
			 ret, &err),
		&err);
}

static void what_was_seen_before_the_restart_is_remembered(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot first = {0};
	auto_cleanup(next_boot) struct next_boot second = {0};
	auto_cleanup(next_boot) struct next_boot third = {0};
	const struct bootfile *file;

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	root_write(&root, DB, TEXT("\7\0\0\0db"));
	look(&root, "boot-1", 100, &first);
	assert_true(first.files.files[0].is_new);
	assert_true(first.variables[UEFI_DB].is_new);
	assert_int_equal(first.variables[UEFI_DB].seen_s, 100);

	root_write(&root, "boot/vmlinuz-2", TEXT("new kernel"));
	look(&root, "boot-1", 200, &second);
	assert_true(bootfiles_find(&second.files, "boot/vmlinuz-1")->is_new);

	root_write(&root, "boot/initrd.img-2", TEXT("initrd"));
	look(&root, "boot-2", 300, &third);
	file = bootfiles_find(&third.files, "boot/vmlinuz-2");
	assert_false(file->is_new);
	assert_int_equal(file->seen_s, 200);
	assert_int_equal(third.files.bytes_read, 6);
	assert_true(bootfiles_find(&third.files, "boot/initrd.img-2")->is_new);
	assert_false(third.variables[UEFI_DB].is_new);
	assert_int_equal(third.variables[UEFI_DB].seen_s, 100);
}

/* update-initramfs at boot: the look that finds the change is the first one of the new boot. */
static void a_file_that_is_rewritten_early_in_the_boot_is_remembered(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot before = {0};
	auto_cleanup(next_boot) struct next_boot first = {0};
	auto_cleanup(next_boot) struct next_boot second = {0};
	auto_cleanup(next_boot) struct next_boot after = {0};
	uint8_t booted[CRYPTO_SHA256_SIZE];

	(void)state;
	crypto_sha256(TEXT("booted initrd"), booted);
	root_write(&root, "boot/initrd.img-1", TEXT("booted initrd"));
	root_write(&root, "boot/deleted", TEXT("another"));
	look(&root, "boot-1", 100, &before);
	assert_int_equal(before.replaced.count, 0);
	root_write(&root, "boot/initrd.img-1", TEXT("rebuilt"));
	assert_int_equal(unlinkat(root.fd, "boot/deleted", 0), 0);
	look(&root, "boot-2", 200, &first);
	root_write(&root, "boot/initrd.img-1", TEXT("and again")); /* nothing booted the second */
	look(&root, "boot-2", 300, &second);
	assert_int_equal(second.replaced.count, 2);
	assert_string_equal(second.replaced.files[1].path, "boot/initrd.img-1");
	assert_memory_equal(second.replaced.files[1].digest.sha256, booted, sizeof(booted));
	assert_int_equal(second.replaced.files[1].seen_s, 100);
	look(&root, "boot-3", 400, &after);
	assert_int_equal(after.replaced.count, 0);
}

static void a_variable_counts_by_its_contents(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot first = {0};
	auto_cleanup(next_boot) struct next_boot second = {0};
	auto_cleanup(next_boot) struct next_boot third = {0};
	uint8_t expected[CRYPTO_SHA256_SIZE];

	(void)state;
	root_write(&root, DB, TEXT("\7\0\0\0db")); /* the literal ends at its first 0: a cut
						      variable */
	look(&root, "boot-1", 100, &first);
	crypto_sha256(TEXT(""), expected);
	assert_memory_equal(first.variables[UEFI_DBX].sha256, expected, sizeof(expected));
	root_write(&root, DB, (struct bytes){(const uint8_t *)"\7\0\0\0db", 6});
	look(&root, "boot-1", 200, &second);
	crypto_sha256(TEXT("db"), expected);
	assert_memory_equal(second.variables[UEFI_DB].sha256, expected, sizeof(expected));
	assert_int_equal(second.variables[UEFI_DB].seen_s, 200);
	root_write(&root, DB, (struct bytes){(const uint8_t *)"\x27\0\0\0db", 6}); /* other
										      attributes */
	look(&root, "boot-2", 300, &third);
	assert_int_equal(third.variables[UEFI_DB].seen_s, 200);
	assert_false(third.variables[UEFI_DB].is_new);
}

static void an_observer_writes_nothing(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot pending = {0};
	struct err err;

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	check_ok(next_boot_run(&(struct next_boot_round){.root_fd = root.fd,
				       .state_fd = root.fd,
				       .boot_id = "boot-1",
				       .now_s = 1,
				       .is_observer = true},
			 &pending, &err),
		&err);
	assert_int_equal(pending.files.count, 1);
	assert_false(file_exists(root.fd, NEXT_BOOT_FILE));
}

/* E.g. on a full disk, on which a kernel may be half written. */
static void what_cannot_be_saved_is_seen_nevertheless(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot pending = {0};
	auto_cleanup(next_boot) struct next_boot unseen = {0};
	auto_cleanup(fd) int gone = -1;
	struct err err;
	struct next_boot_round round = {.root_fd = root.fd, .boot_id = "boot-1", .now_s = 1};

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	check_ok(dir_make(root.fd, "gone", 0700, &gone, &err), &err);
	assert_int_equal(unlinkat(root.fd, "gone", AT_REMOVEDIR), 0);
	round.state_fd = gone;
	check_err(next_boot_run(&round, &pending, &err), &err, ERR_IO);
	assert_true(pending.is_seen);
	assert_int_equal(pending.files.count, 1);

	assert_int_equal(mkdirat(root.fd, NEXT_BOOT_FILE, 0700), 0);
	round.state_fd = root.fd;
	check_err(next_boot_run(&round, &unseen, &err), &err, ERR_STATE_UNREADABLE);
	assert_false(unseen.is_seen);
}

static void a_look_without_change_writes_nothing(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot pending = {0};
	bool has_changed;
	struct err err;

	(void)state;
	root_write(&root, "boot/vmlinuz-1", TEXT("kernel"));
	check_ok(next_boot_look(root.fd, 1, &pending, &has_changed, &err), &err);
	assert_true(has_changed);
	check_ok(next_boot_look(root.fd, 2, &pending, &has_changed, &err), &err);
	assert_false(has_changed);
}

static void a_damaged_file_is_set_aside(void **state)
{
	static const char *const rows[] = {
		"",
		"{}",
		"{\"version\": 1}",
		"{\"version\": 1, \"bootId\": \"x\", \"variables\": {}, \"files\": 1}",
		"{\"version\": 1, \"bootId\": \"x\", \"variables\": {}, \"files\": [{}]}",
		"{\"version\": 1, \"bootId\": \"x\", \"files\": [], \"variables\": {\"db\": {\"seenAt\": -1}}}",
		"{\"version\": 1, \"bootId\": \"0123456789012345678901234567890123456789\", \"variables\": {}, \"files\": []}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(root) struct root root = root_make();
		auto_cleanup(next_boot) struct next_boot pending = {0};
		struct next_boot_round round = {
			.root_fd = root.fd, .state_fd = root.fd, .boot_id = "boot-1"};
		bool is_next;
		struct err err;

		root_write(&root, NEXT_BOOT_FILE, TEXT(rows[i]));
		round.is_observer = true;
		check_ok(next_boot_load(&round, &pending, &is_next, &err), &err);
		assert_true(file_exists(root.fd, NEXT_BOOT_FILE));
		round.is_observer = false;
		check_ok(next_boot_load(&round, &pending, &is_next, &err), &err);
		assert_int_equal(pending.files.count, 0);
		if (file_exists(root.fd, NEXT_BOOT_FILE) ||
			!file_exists(root.fd, NEXT_BOOT_FILE ".broken"))
			fail_msg("row %zu is still there", i);
	}
}

/* Of as many files as a look finds, with paths as long as they may be. */
static void all_that_a_look_finds_fits(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(next_boot) struct next_boot pending = {0};
	auto_cleanup(next_boot) struct next_boot again = {0};
	const struct next_boot_round round = {.root_fd = root.fd, .state_fd = root.fd, .boot_id = ""};
	char path[BOOTWALK_PATH_SIZE];
	bool is_next;
	struct err err;

	(void)state;
	pending.files.files = calloc(BOOTWALK_MAX_FILES, sizeof(struct bootfile));
	assert_non_null(pending.files.files);
	memset(path, 'p', sizeof(path) - 1);
	for (size_t i = 0; i < BOOTWALK_MAX_FILES; i++) {
		struct bootfile *file = &pending.files.files[pending.files.count++];

		(void)snprintf(path + 100, sizeof(path) - 100, "%06zu", i);
		memset(path + 106, 'p', sizeof(path) - 107);
		path[sizeof(path) - 1] = '\0';
		memcpy(file->path, path, sizeof(path));
		file->size = BOOTFILES_MAX_FILE_BYTES;
		file->digest.is_program = true;
		file->written_s = file->changed_s = file->seen_s = 4000000000;
	}
	check_ok(next_boot_save(root.fd, &pending, &err), &err);
	check_ok(next_boot_load(&round, &again, &is_next, &err), &err);
	assert_int_equal(again.files.count, BOOTWALK_MAX_FILES);
	assert_memory_equal(again.files.files, pending.files.files,
		BOOTWALK_MAX_FILES * sizeof(struct bootfile));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen_before_the_restart_is_remembered),
		cmocka_unit_test(a_file_that_is_rewritten_early_in_the_boot_is_remembered),
		cmocka_unit_test(a_variable_counts_by_its_contents),
		cmocka_unit_test(an_observer_writes_nothing),
		cmocka_unit_test(what_cannot_be_saved_is_seen_nevertheless),
		cmocka_unit_test(a_look_without_change_writes_nothing),
		cmocka_unit_test(a_damaged_file_is_set_aside),
		cmocka_unit_test(all_that_a_look_finds_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
