#include "check.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../support/root.h"
#include "base/clock.h"
#include "memory/running.h"
#include "setup/control.h"
#include "setup/process.h"
#include "setup/systemd.h"

/* A machine with systemd and the service's unit, whose systemctl hangs. */
static void write_machine(const struct root *root)
{
	static const char hanging[] = "#!/bin/sh\nexec sleep 60\n";

	root_write(root, "run/systemd/system/any", TEXT(""));
	root_write(root, SYSTEMD_UNIT_FOLDER "/" SYSTEMD_UNIT_NAME, TEXT(""));
	root_write(root, "usr/bin/systemctl", TEXT(hanging));
	assert_int_equal(fchmodat(root->fd, "usr/bin/systemctl", 0700, 0), 0);
}

static void a_systemctl_that_hangs_uses_up_its_time_once(void **state)
{
	const struct root *root = *state;
	int left_ms = 300;
	const struct control control = {.root = root->path,
		.root_fd = root->fd,
		.state_fd = root->fd,
		.systemctl_left_ms = &left_ms};
	int64_t started_ms = clock_monotonic_ms();
	bool is_running;
	struct err err;

	write_machine(root);
	check_err(control_find_running(&control, &is_running, &err), &err, ERR_SERVICE);
	assert_true(left_ms <= 0);
	check_err(control_find_running(&control, &is_running, &err), &err, ERR_SERVICE);
	assert_non_null(strstr(err.msg, "No time is left"));
	/* a service that systemd just started would not hold the lock yet */
	check_err(control_stop(&control, &err), &err, ERR_SERVICE);
	assert_in_range(clock_monotonic_ms() - started_ms, 300, 5000);
}

/* Takes the service's lock in a process of its own and keeps it until it is killed. */
static pid_t run_service(const struct root *root)
{
	pid_t child = fork(), found = 0;
	struct err err;
	int fd;

	if (child == 0) {
		if (running_lock_pid(root->fd, false, &fd, &err) == 0)
			(void)pause();
		_exit(1);
	}
	while (found != child && waitpid(child, NULL, WNOHANG) == 0)
		check_ok(running_find_pid(root->fd, &found, &err), &err);
	assert_int_equal(found, child);
	return child;
}

static void who_holds_the_lock_runs(void **state)
{
	const struct root *root = *state;
	int left_ms = 60000;
	const struct control control = {.root = root->path,
		.root_fd = root->fd,
		.state_fd = root->fd,
		.systemctl_left_ms = &left_ms};
	pid_t service = run_service(root);
	bool is_running = false;
	struct err err;

	write_machine(root);
	check_ok(control_find_running(&control, &is_running, &err), &err);
	assert_true(is_running);
	assert_int_equal(left_ms, 60000);
	assert_int_equal(kill(service, SIGKILL), 0);
	assert_int_equal(waitpid(service, NULL, 0), service);
}

/* As when a program with threads executes another one: before Linux 5.11 it loses its locks. */
static void a_service_that_loses_its_lock_runs_until_it_ends(void **state)
{
	const struct root *root = *state;
	pid_t child = fork(), found = 0;
	sigset_t sigterm;
	struct err err;
	int fd, status = 0;

	(void)sigemptyset(&sigterm);
	(void)sigaddset(&sigterm, SIGTERM);
	if (child == 0) {
		(void)sigprocmask(SIG_BLOCK, &sigterm, NULL);
		if (running_lock_pid(root->fd, false, &fd, &err) < 0)
			_exit(1);
		(void)sigwait(&sigterm, &status);
		(void)close(fd);
		(void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
		_exit(7);
	}
	while (found != child && waitpid(child, NULL, WNOHANG) == 0)
		check_ok(running_find_pid(root->fd, &found, &err), &err);
	check_ok(process_stop(root->fd, &err), &err);
	assert_int_equal(waitpid(child, &status, WNOHANG), child);
	assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rooted(a_systemctl_that_hangs_uses_up_its_time_once),
		rooted(who_holds_the_lock_runs),
		rooted(a_service_that_loses_its_lock_runs_until_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
