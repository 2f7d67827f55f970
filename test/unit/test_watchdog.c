#include "check.h"
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "../support/folder.h"
#include "base/clock.h"
#include "base/file.h"
#include "service/hang.h"

#define ENDED 7

static void end(void *context)
{
	(void)context;
	_exit(ENDED);
}

static void end_late(void *context)
{
	(void)context;
	_exit(ENDED + 1);
}

static int wait_for(pid_t child)
{
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* It never ends by itself, and no signal ends it. */
static _Noreturn void hang_for_ever(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		(void)pause();
}

static void work_that_does_not_end_is_ended(void **state)
{
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct watchdog *watchdog;
		struct err err;

		if (watchdog_arm(1, &(struct watchdog_acts){.late = end}, &watchdog, &err) == 0)
			hang_for_ever();
		_exit(1);
	}
	assert_int_equal(wait_for(child), ENDED);
}

/* SIGTERM ends the work while a watchdog waits for it, and stays for later if none does. */
static void work_that_runs_is_stopped(void **state)
{
	const struct watchdog_acts acts = {.late = end_late, .stop = end};
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct watchdog *watchdog;
		sigset_t sigterm;
		struct err err;

		(void)sigemptyset(&sigterm);
		(void)sigaddset(&sigterm, SIGTERM);
		(void)sigprocmask(SIG_BLOCK, &sigterm, NULL);
		if (watchdog_arm(60, &acts, &watchdog, &err) < 0)
			_exit(1);
		watchdog_disarm(watchdog);
		(void)kill(getpid(), SIGTERM);
		if (watchdog_arm(60, &acts, &watchdog, &err) == 0)
			hang_for_ever();
		_exit(1);
	}
	assert_int_equal(wait_for(child), ENDED);
}

/* As before exec: a signal to this thread would end the process. */
static void count_unblocked(void *context)
{
	sigset_t usr1;

	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	(void)pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	(void)sched_yield();
	++*(int *)context;
}

/* Whichever is first, each SIGTERM stops once: it is met by the watchdog, or stays for later. */
static void a_stop_as_the_work_ends_is_not_lost(void **state)
{
	int stops = 0, pending = 0;
	const struct watchdog_acts acts = {end_late, NULL, count_unblocked, &stops};
	sigset_t sigterm;

	(void)state;
	(void)sigemptyset(&sigterm);
	(void)sigaddset(&sigterm, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &sigterm, NULL);
	for (int i = 1; i <= 2000; i++) {
		struct watchdog *watchdog;
		struct err err;

		check_ok(watchdog_arm(60, &acts, &watchdog, &err), &err);
		for (int yields = i % 8; yields > 0; yields--)
			(void)sched_yield();
		(void)kill(getpid(), SIGTERM);
		watchdog_disarm(watchdog);
		if (sigtimedwait(&sigterm, NULL, &(struct timespec){0}) == SIGTERM)
			pending++;
		assert_int_equal(stops + pending, i);
	}
	assert_true(stops > 0);
	(void)sigprocmask(SIG_UNBLOCK, &sigterm, NULL);
}

static size_t threads_of_this_process(void)
{
	struct stat info;

	assert_int_equal(stat("/proc/self/task", &info), 0);
	return info.st_nlink - 2; /* a folder each */
}

static void work_that_ends_leaves_nothing_behind(void **state)
{
	const struct watchdog_acts acts = {.late = end, .stop = end};
	size_t before = threads_of_this_process();

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct watchdog *watchdog;
		struct err err;

		check_ok(watchdog_arm(3600, &acts, &watchdog, &err), &err);
		assert_int_equal(threads_of_this_process(), before + 1);
		watchdog_disarm(watchdog);
	}
	assert_int_equal(threads_of_this_process(), before);
	watchdog_disarm(NULL);
}

static int watch(struct hang *hang, int root, const struct record *service, uint32_t limit_s,
	struct err *err)
{
	return hang_watch(&(struct hang_inputs){.root_fd = root,
				  .service = service,
				  .now_s = 1000000,
				  .limit_s = limit_s,
				  .acts.late = end},
		hang, err);
}

static void a_hung_round_leaves_an_error_and_no_old_success(void **state)
{
	struct record service = {.environment = {.status_folder = "/status", .sequence = 3}};
	struct status status;
	auto_cleanup(fd) int root = -1, folder = -1;
	char path[FOLDER_SIZE];
	int64_t written_s;
	struct err err;
	pid_t child;

	status_init("Enable", STATUS_SUCCESS, &status);
	(void)state;
	folder_make(path);
	check_ok(dir_open(path, &root, &err), &err);
	check_ok(dir_make(root, "status", 0700, &folder, &err), &err);
	check_ok(status_write(folder, 3, &status, clock_now_s(), &err), &err);
	child = fork();
	if (child == 0) {
		struct hang hang;

		if (watch(&hang, root, &service, 1, &err) == 0)
			hang_for_ever();
		_exit(1);
	}
	assert_int_equal(wait_for(child), ENDED);
	check_ok(status_read(folder, 3, &status, &written_s, &err), &err);
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, ERR_HUNG);
	assert_non_null(
		strstr(status.message, "began at 1970-01-12T13:46:40Z did not end within 1 s"));
	assert_string_equal(status.items[0].name, STATUS_HEALTH_ITEM);
	assert_int_equal(status.items[0].state, STATUS_WARNING);
	folder_remove(path);
}

static void a_round_in_time_writes_nothing(void **state)
{
	struct record service = {.environment = {.status_folder = "/status"}};
	auto_cleanup(fd) int root = -1, folder = -1;
	struct hang hang = {.folder_fd = -1};
	char path[FOLDER_SIZE];
	struct err err;

	(void)state;
	folder_make(path);
	check_ok(dir_open(path, &root, &err), &err);
	check_err(watch(&hang, root, &service, 1, &err), &err, ERR_IO);
	hang_done(&hang);
	check_ok(dir_make(root, "status", 0700, &folder, &err), &err);
	check_ok(watch(&hang, root, &service, 3600, &err), &err);
	hang_done(&hang);
	hang_done(&hang);
	assert_false(file_exists(folder, "0.status"));
	folder_remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_that_does_not_end_is_ended),
		cmocka_unit_test(work_that_runs_is_stopped),
		cmocka_unit_test(a_stop_as_the_work_ends_is_not_lost),
		cmocka_unit_test(work_that_ends_leaves_nothing_behind),
		cmocka_unit_test(a_hung_round_leaves_an_error_and_no_old_success),
		cmocka_unit_test(a_round_in_time_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
