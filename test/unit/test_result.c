#include "check.h"
#include <signal.h>
#include <sys/stat.h>
#include "../support/root.h"
#include "base/clock.h"
#include "base/file.h"
#include "memory/running.h"
#include "service/result.h"

#define BOOT     "3e1a0f4c-0c7e-4ab3-9a44-9f1a8f3f2b11"
#define EARLIER  "00000000-0000-4000-8000-000000000000"
#define PERIOD_S 3600

struct place {
	struct root root;
	int state_fd;
	struct record service;
	pid_t service_pid; /* 0: none */
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct err err;

	if (!place)
		return -1;
	*state = place;
	place->root = root_make();
	memcpy(place->service.environment.status_folder, "/status", 8);
	root_write(&place->root, "status/kept", TEXT(""));
	root_write(&place->root, "proc/sys/kernel/random/boot_id", TEXT(BOOT "\n"));
	return state_open_folder(place->root.fd, true, &place->state_fd, &err);
}

/* A process that holds the service's lock. */
static void start_service(struct place *place)
{
	int ends[2], lock;
	struct err err;
	char byte;

	assert_int_equal(pipe(ends), 0);
	place->service_pid = fork();
	if (place->service_pid == 0) {
		if (running_lock_pid(place->state_fd, false, &lock, &err) == 0 &&
			write(ends[1], "x", 1) == 1)
			(void)pause();
		_exit(1);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void stop_service(struct place *place)
{
	if (place->service_pid) {
		(void)kill(place->service_pid, SIGKILL);
		(void)waitpid(place->service_pid, NULL, 0);
	}
	place->service_pid = 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	stop_service(place);
	(void)close(place->state_fd);
	root_cleanup(&place->root);
	free(place);
	return 0;
}

#define BOOT_S     5000
#define LIFE_S     (2 * PERIOD_S)
#define LATEST_S   (PERIOD_S * 11 / 10 + RESULT_SLACK_S - 60)
#define TOO_LATE_S (PERIOD_S * 11 / 10 + RESULT_SLACK_S + 60)

static void report(
	const struct place *place, enum status_state integrity, const char *boot_id, int64_t life_s)
{
	struct status status;
	const struct moment asked = {
		.boot_id = boot_id, .time = {.wall_s = clock_now_s(), .boot_s = BOOT_S}};
	struct history history = {.healthy_s = 5, .round_boot_s = BOOT_S};
	auto_cleanup(fd) int folder = -1;
	struct err err;

	status_init("Enable", STATUS_SUCCESS, &status);
	memcpy(history.boot_id, boot_id, BOOT_ID_SIZE);
	history.proof = proof_of_token(&asked, asked.time.wall_s, asked.time.wall_s + life_s);
	status_add(&status, "Other", STATUS_ERROR, 1, "no matter");
	status_add(&status, "BootIntegrity", integrity, 0, "said");
	check_ok(environment_open_folder(place->root.fd, "/status", &folder, &err), &err);
	check_ok(status_write(folder, 0, &status, asked.time.wall_s, &err), &err);
	check_ok(history_save(place->state_fd, &history, &err), &err);
}

static void check_told(const struct err *doubt, const char *words)
{
	if (doubt->code != ERR_SERVICE || !strstr(doubt->msg, words))
		fail_msg("%s", doubt->msg);
}

/* wall_later_s: how long after the report it is read, by the wall clock and by the boot clock. */
static int read_result(const struct place *place, int64_t wall_later_s, int64_t boot_later_s,
	struct result *ret, struct err *err)
{
	return result_read(&(struct result_inputs){.root_fd = place->root.fd,
				   .state_fd = place->state_fd,
				   .service = &place->service,
				   .period_s = PERIOD_S,
				   .now = {clock_now_s() + wall_later_s, BOOT_S + boot_later_s}},
		ret, err);
}

static void a_result_counts_while_it_is_this_boots_and_fresh(void **state)
{
	static const struct {
		enum status_state integrity;
		const char *boot_id;
		bool is_running;
		int64_t wall_later_s, boot_later_s, life_s;
		enum health health;
		const char *doubt;
	} rows[] = {
		{STATUS_SUCCESS, BOOT, true, 0, 0, LIFE_S, HEALTH_HEALTHY, NULL},
		{STATUS_SUCCESS, BOOT, true, LATEST_S, LATEST_S, LIFE_S, HEALTH_HEALTHY, NULL},
		/* the clock was set back: the result is of the future */
		{STATUS_SUCCESS, BOOT, true, -1000, 10, LIFE_S, HEALTH_UNKNOWN, "still to come"},
		{STATUS_SUCCESS, BOOT, true, -60, 10, LIFE_S, HEALTH_UNKNOWN, "still to come"},
		{STATUS_ERROR, BOOT, true, -1000, 10, LIFE_S, HEALTH_UNHEALTHY, "still to come"},
		/* it was set back to a time that fits: the boot clock went on */
		{STATUS_SUCCESS, BOOT, true, 10, TOO_LATE_S, LIFE_S, HEALTH_UNKNOWN, "is missing"},
		{STATUS_SUCCESS, BOOT, true, 10, 100, 100, HEALTH_UNKNOWN, "proof of this boot ended"},
		{STATUS_SUCCESS, BOOT, true, 110, 10, 100, HEALTH_UNKNOWN, "proof of this boot ended"},
		{STATUS_WARNING, BOOT, true, 0, 0, LIFE_S, HEALTH_UNKNOWN, NULL},
		{STATUS_WARNING, BOOT, true, 10, 100, 100, HEALTH_UNKNOWN, NULL},
		{STATUS_ERROR, BOOT, true, 0, 0, LIFE_S, HEALTH_UNHEALTHY, NULL},
		{STATUS_SUCCESS, "", true, 0, 0, LIFE_S, HEALTH_UNKNOWN, "no proof of this boot"},
		{STATUS_SUCCESS, EARLIER, true, 0, 0, LIFE_S, HEALTH_UNKNOWN, "earlier boot"},
		{STATUS_ERROR, EARLIER, true, 0, 0, LIFE_S, HEALTH_UNKNOWN, "earlier boot"},
		{STATUS_SUCCESS, BOOT, false, 0, 0, LIFE_S, HEALTH_UNKNOWN, "does not run"},
		{STATUS_ERROR, BOOT, false, 0, 0, LIFE_S, HEALTH_UNHEALTHY, "does not run"},
		{STATUS_SUCCESS, BOOT, true, TOO_LATE_S, TOO_LATE_S, LIFE_S, HEALTH_UNKNOWN,
			"is missing"},
		/* the service runs, and its time has not passed */
		{STATUS_SUCCESS, BOOT, true, TOO_LATE_S, 10, LIFE_S, HEALTH_UNKNOWN, "set forward"},
		{STATUS_ERROR, BOOT, true, TOO_LATE_S, TOO_LATE_S, LIFE_S, HEALTH_UNHEALTHY,
			"is missing"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct result result;
		char boot_id[BOOT_ID_SIZE] = "";
		struct err err;

		memcpy(boot_id, rows[i].boot_id, strlen(rows[i].boot_id));
		report(place, rows[i].integrity, boot_id, rows[i].life_s);
		stop_service(place);
		if (rows[i].is_running)
			start_service(place);
		check_ok(read_result(place, rows[i].wall_later_s, rows[i].boot_later_s, &result, &err),
			&err);
		if (result.health != rows[i].health || !rows[i].doubt != !result.doubt.code ||
			(rows[i].doubt && !strstr(result.doubt.msg, rows[i].doubt)))
			fail_msg("row %zu: %s, %s", i, health_name(result.health), result.doubt.msg);
		assert_int_equal(result.history.healthy_s, 5);
	}
}

static void a_boot_whose_first_result_is_awaited_is_no_trouble(void **state)
{
	struct place *place = *state;
	struct status status;
	struct result result;
	auto_cleanup(fd) int folder = -1;
	struct err err;

	report(place, STATUS_SUCCESS, EARLIER, LIFE_S);
	status_init("Enable", STATUS_TRANSITIONING, &status);
	/* of the earlier boot, in which the service was stopped */
	status_add(&status, "BootIntegrity", STATUS_ERROR, 0, "said");
	check_ok(environment_open_folder(place->root.fd, "/status", &folder, &err), &err);
	check_ok(status_write(folder, 0, &status, clock_now_s(), &err), &err);
	start_service(place);
	check_ok(read_result(place, 0, 0, &result, &err), &err);
	assert_int_equal(result.health, HEALTH_UNKNOWN);
	assert_int_equal(result.doubt.code, ERR_OK);
	/* unless it does not come */
	check_ok(read_result(place, TOO_LATE_S, TOO_LATE_S, &result, &err), &err);
	check_told(&result.doubt, "is missing");
	stop_service(place);
	check_ok(read_result(place, 0, 0, &result, &err), &err);
	check_told(&result.doubt, "earlier boot");
}

static void what_is_missing_or_damaged_is_an_error(void **state)
{
	struct place *place = *state;
	struct result result;
	struct err err;

	start_service(place);
	check_err(read_result(place, 0, 0, &result, &err), &err, ERR_SERVICE);
	root_write(&place->root, "status/0.status", TEXT("[{"));
	check_err(read_result(place, 0, 0, &result, &err), &err, ERR_STATE_INVALID);
	report(place, STATUS_SUCCESS, BOOT, LIFE_S);
	root_write(&place->root, STATE_FOLDER "/history.json", TEXT("{}"));
	check_err(read_result(place, 0, 0, &result, &err), &err, ERR_STATE_INVALID);
	memcpy(place->service.environment.status_folder, "/absent", 8);
	check_err(read_result(place, 0, 0, &result, &err), &err, ERR_IO);
}

static void the_service_is_known_with_its_start(void **state)
{
	struct place *place = *state;
	int64_t started_s = 1;
	pid_t pid = 1;
	struct err err;

	check_ok(enabled_find_process(place->state_fd, &pid, &started_s, &err), &err);
	assert_int_equal(pid, 0);
	assert_int_equal(started_s, 0);
	start_service(place);
	check_ok(enabled_find_process(place->state_fd, &pid, &started_s, &err), &err);
	assert_int_equal(pid, place->service_pid);
	assert_in_range(started_s, clock_now_s() - 60, clock_now_s());
}

#define placed(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		placed(a_result_counts_while_it_is_this_boots_and_fresh),
		placed(a_boot_whose_first_result_is_awaited_is_no_trouble),
		placed(what_is_missing_or_damaged_is_an_error),
		placed(the_service_is_known_with_its_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
