#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include "../support/root.h"
#include "agent/precondition.h"
#include "base/file.h"
#include "base/tree.h"
#include "tpm/tpm.h"

#define EFIVARS     "sys/firmware/efi/efivars"
#define SECURE_BOOT EFIVARS "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY    "sys/kernel/security/tpm0"
#define EVENT_LOG   SECURITY "/binary_bios_measurements"

static const struct bytes secure_boot_on = {(const uint8_t *)"\6\0\0\0\1", 5};
static const struct bytes secure_boot_off = {(const uint8_t *)"\6\0\0\0\0", 5};

/* A machine that has everything. */
static int make_machine(void **state)
{
	const struct root *root;

	if (root_setup(state) < 0)
		return -1;
	root = *state;
	root_write(root, "dev/tpmrm0", TEXT(""));
	root_write(root, SECURE_BOOT, secure_boot_on);
	root_write(root, EVENT_LOG, TEXT("log"));
	return 0;
}

static void a_trusted_launch_machine_passes(void **state)
{
	const struct root *root = *state;
	struct err err;

	check_ok(precondition_check(root->fd, "", &err), &err);
	assert_string_equal(tpm_machine_tcti(root->fd), "device:/dev/tpmrm0");
	assert_int_equal(renameat(root->fd, "dev/tpmrm0", root->fd, "dev/tpm0"), 0);
	check_ok(precondition_check(root->fd, "", &err), &err);
	assert_string_equal(tpm_machine_tcti(root->fd), "device:/dev/tpm0"); /* what passes is what
										 is opened */
}

static void each_missing_part_has_its_own_code(void **state)
{
	static const struct {
		const char *removed;
		enum err_code code;
	} rows[] = {
		{"sys/kernel/security/tpm0", ERR_NO_EVENT_LOG},
		{"sys/kernel/security", ERR_NO_EVENT_LOG}, {"dev/tpmrm0", ERR_NO_VTPM},
		{"sys/firmware/efi", ERR_NO_UEFI}, /* each wins over those above */
	};
	const struct root *root = *state;
	struct err err;

	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(fd) int parent = -1;
		char path[64];
		char *slash;

		memcpy(path, rows[i].removed, strlen(rows[i].removed) + 1);
		slash = strrchr(path, '/');
		*slash = '\0';
		parent = openat(root->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		check_ok(tree_remove(parent, slash + 1, &err), &err);
		check_err(precondition_check(root->fd, "", &err), &err, rows[i].code);
	}
}

static void a_tcti_stands_for_the_device(void **state)
{
	const struct root *root = *state;
	struct err err;

	check_ok(file_remove(root->fd, "dev/tpmrm0", &err), &err);
	check_err(precondition_check(root->fd, "", &err), &err, ERR_NO_VTPM);
	check_ok(precondition_check(root->fd, "swtpm:path=/x", &err), &err);
}

static void secure_boot_is_off_only_if_the_variable_says_so(void **state)
{
	const struct root *root = *state;
	struct err err;

	root_write(root, SECURE_BOOT, secure_boot_off);
	check_err(precondition_check(root->fd, "", &err), &err, ERR_SECURE_BOOT_OFF);
	root_write(root, SECURE_BOOT, TEXT(""));
	check_ok(precondition_check(root->fd, "", &err), &err);
	root_write(root, SECURE_BOOT, TEXT("much longer than the variable"));
	check_ok(precondition_check(root->fd, "", &err), &err);
	check_ok(file_remove(root->fd, SECURE_BOOT, &err), &err);
	check_ok(precondition_check(root->fd, "", &err), &err);
}

static void a_log_must_be_there_and_hold_something(void **state)
{
	const struct root *root = *state;
	struct err err;

	root_write(root, EVENT_LOG, TEXT(""));
	check_err(precondition_check(root->fd, "", &err), &err, ERR_EVENT_LOG_EMPTY);
	/* a folder in its place opens and cannot be read: as a refused file does, also for root */
	check_ok(file_remove(root->fd, EVENT_LOG, &err), &err);
	assert_int_equal(mkdirat(root->fd, EVENT_LOG, 0755), 0);
	check_err(precondition_check(root->fd, "", &err), &err, ERR_EVENT_LOG_UNREADABLE);
	assert_true(err_info(err.code)->retry != ERR_RETRY_NEVER);
}

/* securityfs says size 0 for full files; so does /proc. */
static void a_file_of_size_zero_may_be_full(void **state)
{
	const struct root *root = *state;
	struct err err;

	check_ok(file_remove(root->fd, EVENT_LOG, &err), &err);
	assert_int_equal(symlinkat("/proc/version", root->fd, EVENT_LOG), 0);
	check_ok(precondition_check(root->fd, "", &err), &err);
}

/* A link to itself: nobody knows what is there. */
static void what_cannot_be_looked_at_is_not_absent(void **state)
{
	const struct root *root = *state;
	struct err err;

	assert_int_equal(renameat(root->fd, "sys/firmware/efi", root->fd, "sys/firmware/kept"), 0);
	assert_int_equal(symlinkat("efi", root->fd, "sys/firmware/efi"), 0);
	check_err(precondition_check(root->fd, "", &err), &err, ERR_IO);
	assert_true(err_info(err.code)->retry != ERR_RETRY_NEVER);
}

static void two_architectures_are_supported(void **state)
{
	struct err err;

	(void)state;
	check_ok(precondition_check_platform("x86_64", &err), &err);
	check_ok(precondition_check_platform("aarch64", &err), &err);
	check_err(precondition_check_platform("i686", &err), &err, ERR_PLATFORM);
	check_err(precondition_check_platform("", &err), &err, ERR_PLATFORM);
}

#define placed(test) cmocka_unit_test_setup_teardown(test, make_machine, root_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		placed(a_trusted_launch_machine_passes),
		placed(each_missing_part_has_its_own_code),
		placed(a_tcti_stands_for_the_device),
		placed(secure_boot_is_off_only_if_the_variable_says_so),
		placed(a_log_must_be_there_and_hold_something),
		placed(a_file_of_size_zero_may_be_full),
		placed(what_cannot_be_looked_at_is_not_absent),
		cmocka_unit_test(two_architectures_are_supported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
