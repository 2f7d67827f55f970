#include "check.h"
#include <errno.h>
#include "../support/root.h"
#include "base/child.h"
#include "base/clock.h"

/* The result of `sh -c script`; ret_said has room for 64 KiB or less. */
static int run(const char *script, enum child_stream hears, int root_fd, struct buf *ret_said,
	int *ret_exit, struct err *err)
{
	char shell[] = "sh", option[] = "-c";
	auto_cleanup(free) char *text = strdup(script);
	char *const argv[] = {shell, option, text, NULL};
	const struct child child = {.path = "/bin/sh",
		.argv = argv,
		.root_fd = root_fd,
		.stream = hears,
		.timeout_ms = 60000};

	return child_run(&child, ret_said, ret_exit, err);
}

static void what_a_program_says_is_heard(void **state)
{
	static const struct {
		const char *script;
		enum child_stream hears;
		const char *said;
		int exit_code;
	} rows[] = {
		{"echo out; echo err >&2", CHILD_STDOUT, "out\n", 0},
		{"echo out; echo err >&2; exit 3", CHILD_STDERR, "err\n", 3},
		{"cat; kill -9 $$", CHILD_STDOUT, "", 128 + 9},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf said = buf_with_max(1000);
		int exit_code;
		struct err err;

		check_ok(run(rows[i].script, rows[i].hears, -1, &said, &exit_code, &err), &err);
		assert_true(bytes_equal(buf_bytes(&said), TEXT(rows[i].said)));
		assert_int_equal(exit_code, rows[i].exit_code);
	}
}

/* More than a pipe holds: the child is neither blocked nor told that the pipe is full. */
static void a_long_answer_is_heard_to_its_end(void **state)
{
	auto_cleanup(buf) struct buf all = buf_with_max(1 << 20);
	auto_cleanup(buf) struct buf start = buf_with_max(10);
	int exit_code;
	struct err err;

	(void)state;
	check_ok(run("head -c 300000 /dev/zero", CHILD_STDOUT, -1, &all, &exit_code, &err), &err);
	assert_int_equal(exit_code, 0);
	assert_int_equal(all.len, 300000);
	check_ok(run("head -c 300000 /dev/zero", CHILD_STDOUT, -1, &start, &exit_code, &err), &err);
	assert_int_equal(exit_code, 0);
	assert_int_equal(start.len, 10);
}

static void a_program_that_does_not_end_is_killed(void **state)
{
	auto_cleanup(buf) struct buf said = buf_with_max(1000);
	int64_t started_ms = clock_monotonic_ms();
	char sleep[] = "sleep", long_time[] = "60";
	char *const argv[] = {sleep, long_time, NULL};
	const struct child child = {.path = "/bin/sleep",
		.argv = argv,
		.root_fd = -1,
		.stream = CHILD_STDOUT,
		.timeout_ms = 200};
	int exit_code;
	struct err err;

	(void)state;
	check_err(child_run(&child, &said, &exit_code, &err), &err, ERR_SERVICE);
	assert_int_equal(err.native, ETIMEDOUT);
	assert_true(clock_monotonic_ms() - started_ms < 30000);
}

static void one_that_is_not_there_is_an_error(void **state)
{
	auto_cleanup(buf) struct buf said = buf_with_max(1000);
	char name[] = "no-such-program";
	char *const argv[] = {name, NULL};
	int exit_code;
	struct err err;

	(void)state;
	check_err(child_run(&(struct child){.path = "/nowhere/no-such-program",
				    .argv = argv,
				    .root_fd = -1,
				    .stream = CHILD_STDOUT,
				    .timeout_ms = 1000},
			  &said, &exit_code, &err),
		&err, ERR_SERVICE);
	assert_int_equal(err.native, ENOENT);
}

static void the_root_folder_is_handed_over(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(buf) struct buf said = buf_with_max(1000);
	int exit_code;
	struct err err;

	(void)state;
	root_write(&root, "etc/name", TEXT("vm"));
	check_ok(run("cat /proc/self/fd/3/etc/name", CHILD_STDOUT, root.fd, &said, &exit_code, &err),
		&err);
	assert_true(bytes_equal(buf_bytes(&said), TEXT("vm")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_program_says_is_heard),
		cmocka_unit_test(a_long_answer_is_heard_to_its_end),
		cmocka_unit_test(a_program_that_does_not_end_is_killed),
		cmocka_unit_test(one_that_is_not_there_is_an_error),
		cmocka_unit_test(the_root_folder_is_handed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
