#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "../support/root.h"
#include "memory/record.h"
#include "edge/state.h"
#include "base/file.h"
#include "edge/json.h"
#include "memory/running.h"

struct place {
	struct root root;
	int state_fd;
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct err err;

	if (!place)
		return -1;
	*state = place;
	place->root = root_make();
	return state_open_folder(place->root.fd, true, &place->state_fd, &err);
}

static int remove_place(void **state)
{
	struct place *place = *state;

	(void)close(place->state_fd);
	root_cleanup(&place->root);
	free(place);
	return 0;
}

static const struct record sample = {
	.home = "/var/lib/waagent/A-1.0.0.0",
	.environment = {.log_folder = "/var/log/azure/A",
		.config_folder = "/var/lib/waagent/A-1.0.0.0/config",
		.status_folder = "/var/lib/waagent/A-1.0.0.0/status",
		.sequence = 7},
	.tcti = "swtpm:path=/tmp/a b\"c",
	.metadata = "http://127.0.0.1:8080",
	.settings_mark = "0123456789abcdef",
	.program_version = "1.0.0.0",
	.enabled_at_s = 1769860800,
};

static void what_was_saved_is_loaded(void **state)
{
	const struct place *place = *state;
	struct record found;
	struct stat info;
	struct err err;

	assert_int_equal(record_load(place->state_fd, &found, &err), STATE_ABSENT);
	check_ok(record_save(place->state_fd, &sample, &err), &err);
	assert_int_equal(record_load(place->state_fd, &found, &err), STATE_LOADED);
	assert_true(record_equal(&found, &sample));
	assert_int_equal(found.enabled_at_s, sample.enabled_at_s);
	assert_int_equal(fstatat(place->state_fd, RECORD_FILE, &info, 0), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(fstat(place->state_fd, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
}

static void every_member_counts_for_equality(void **state)
{
	struct record other = sample;

	(void)state;
	other.enabled_at_s = 5;
	assert_true(record_equal(&sample, &other));
	other.environment.sequence = 8;
	assert_false(record_equal(&sample, &other));
	other = sample;
	other.environment.events_folder[0] = '/';
	assert_false(record_equal(&sample, &other));
	other = sample;
	other.settings_mark[0] = 'f';
	assert_false(record_equal(&sample, &other));
	other = sample;
	other.metadata[0] = '\0';
	assert_false(record_equal(&sample, &other));
	other = sample;
	other.tcti[0] = '\0';
	assert_false(record_equal(&sample, &other));
}

static void members_of_a_newer_version_survive(void **state)
{
	const struct place *place = *state;
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	auto_cleanup(json) json *document = NULL;
	struct record found;
	struct err err;

	check_ok(file_write(place->state_fd, RECORD_FILE,
			 TEXT("{\"version\":2,\"home\":\"/h\",\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"/s\",\"sequence\":1,\"enabledAt\":2,\"pace\":{\"fast\":[1,true]}}"),
			 0600, &err),
		&err);
	assert_int_equal(record_load(place->state_fd, &found, &err), STATE_LOADED);
	assert_string_equal(found.home, "/h");
	assert_string_equal(found.tcti, "");
	check_ok(record_save(place->state_fd, &sample, &err), &err);
	check_ok(record_save(place->state_fd, &sample, &err), &err);
	check_ok(file_read(place->state_fd, RECORD_FILE, FILE_NO_LINKS, &text, &err), &err);
	check_ok(json_parse(buf_bytes(&text), &document, &err), &err);
	assert_true(json_true(json_at(json_get(json_get(document, "pace"), "fast"), 1)));
	assert_string_equal(json_text(json_get(document, "home")), sample.home);
}

static void damaged_files_are_set_aside(void **state)
{
	static const char *const bad[] = {
		"",
		"{\"version\":1",
		"[]",
		"{}",
		"{\"version\":1,\"home\":\"h\",\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"/s\",\"sequence\":1,\"enabledAt\":2}",
		"{\"version\":1,\"home\":\"/h\",\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"/s\",\"sequence\":-1,\"enabledAt\":2}",
		"{\"version\":1,\"home\":\"/h\",\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"\",\"sequence\":1,\"enabledAt\":2}",
		"{\"version\":1,\"home\":\"/h\",\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"/s\",\"sequence\":1,\"enabledAt\":2,\"settingsMark\":\"0123456789abcdef0\"}",
	};
	const struct place *place = *state;
	struct record found;
	struct err err;

	for (size_t i = 0; i < COUNT(bad); i++) {
		check_ok(file_write(place->state_fd, RECORD_FILE, TEXT(bad[i]), 0600, &err), &err);
		assert_int_equal(record_take(place->state_fd, &found, &err), STATE_DAMAGED);
		assert_false(file_exists(place->state_fd, RECORD_FILE));
		assert_true(file_exists(place->state_fd, RECORD_FILE ".broken"));
	}
	check_ok(record_save(place->state_fd, &sample, &err), &err);
	assert_int_equal(record_load(place->state_fd, &found, &err), STATE_LOADED);
}

static pid_t pid_of(const struct place *place)
{
	pid_t pid = -1;
	struct err err;

	check_ok(running_find_pid(place->state_fd, &pid, &err), &err);
	return pid;
}

static void one_process_is_the_service(const struct place *place, bool is_ending)
{
	int ready[2], status, lock;
	char byte;
	pid_t child;
	struct err err;

	assert_int_equal(pid_of(place), 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		int fd;
		bool is_locked = running_lock_pid(place->state_fd, is_ending, &fd, &err) == 0;

		(void)!write(ready[1], is_locked ? "y" : "n", 1);
		(void)pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	assert_int_equal(pid_of(place), child);
	assert_int_equal(running_is_ending(place->state_fd), is_ending);
	check_err(running_lock_pid(place->state_fd, false, &lock, &err), &err, ERR_SERVICE);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(pid_of(place), 0);
	check_ok(running_lock_pid(place->state_fd, false, &lock, &err), &err);
	(void)close(lock);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void only_one_process_is_the_service(void **state)
{
	one_process_is_the_service(*state, false);
	one_process_is_the_service(*state, true);
}

static void a_lock_that_cannot_be_looked_at_is_no_answer(void **state)
{
	const struct place *place = *state;
	pid_t pid = 7;
	int fd;
	struct err err;

	(void)unlinkat(place->state_fd, RUNNING_PID_FILE, 0);
	assert_int_equal(mkdirat(place->state_fd, RUNNING_PID_FILE, 0700), 0);
	check_err(running_find_pid(place->state_fd, &pid, &err), &err, ERR_STATE_UNREADABLE);
	check_err(running_lock_pid(place->state_fd, false, &fd, &err), &err, ERR_STATE_UNREADABLE);
	assert_int_equal(pid, 7);
	assert_int_equal(unlinkat(place->state_fd, RUNNING_PID_FILE, AT_REMOVEDIR), 0);
}

static void the_service_knows_when_it_is_over(void **state)
{
	const struct place *place = *state;
	const struct record service = {.home = "/" STATE_FOLDER};
	int lock, lib;
	struct err err;

	check_ok(file_write(place->state_fd, "HandlerEnvironment.json", TEXT("[]"), 0600, &err),
		&err);
	check_ok(running_lock_pid(place->state_fd, false, &lock, &err), &err);
	assert_int_equal(running_find_end(place->root.fd, &service, lock), RUNNING_GOES_ON);
	/* it cannot be found out */
	assert_int_equal(running_find_end(-1, &service, lock), RUNNING_GOES_ON);
	check_ok(file_remove(place->state_fd, RUNNING_PID_FILE, &err), &err);
	assert_int_equal(running_find_end(place->root.fd, &service, lock), RUNNING_UNLOCKED);
	check_ok(file_write(place->state_fd, RUNNING_PID_FILE, TEXT("1"), 0600, &err), &err);
	assert_int_equal(running_find_end(place->root.fd, &service, lock), RUNNING_REPLACED);
	check_ok(file_remove(place->state_fd, "HandlerEnvironment.json", &err), &err);
	assert_int_equal(running_find_end(place->root.fd, &service, lock), RUNNING_REMOVED);
	check_ok(file_write(place->root.fd, "HandlerEnvironment.json", TEXT("[]"), 0600, &err), &err);
	check_ok(environment_open_folder(place->root.fd, "/var/lib", &lib, &err), &err);
	assert_int_equal(renameat(lib, "guest-attestation", lib, "elsewhere"), 0);
	assert_int_equal(running_find_end(place->root.fd, &(struct record){.home = ""}, lock),
		RUNNING_UNLOCKED);
	assert_int_equal(renameat(lib, "elsewhere", lib, "guest-attestation"), 0);
	check_ok(file_remove(place->root.fd, "HandlerEnvironment.json", &err), &err);
	(void)close(lib);
	(void)close(lock);
}

static void a_link_is_not_taken_for_the_state_folder(void **state)
{
	const struct place *place = *state;
	auto_cleanup(fd) int fd = -1;
	struct err err;

	assert_int_equal(unlinkat(place->root.fd, STATE_FOLDER, AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/tmp", place->root.fd, STATE_FOLDER), 0);
	check_err(state_open_folder(place->root.fd, true, &fd, &err), &err, ERR_IO);
	assert_int_equal(unlinkat(place->root.fd, STATE_FOLDER, 0), 0);
	check_err(state_open_folder(place->root.fd, false, &fd, &err), &err, ERR_IO);
	assert_int_equal(err.native, ENOENT);
	check_ok(state_open_folder(place->root.fd, true, &fd, &err), &err);
}

static void marks_tell_texts_apart(void **state)
{
	char mark[RECORD_MARK_SIZE];

	(void)state;
	record_mark(TEXT(""), mark);
	assert_string_equal(mark, "cbf29ce484222325");
	record_mark(TEXT("foobar"), mark); /* published FNV-1a value */
	assert_string_equal(mark, "85944171f73967e8");
}

/* An organisation's no_proxy may be long: what fits counts, and no half of a name. */
static void a_long_list_of_hosts_is_not_forgotten(void **state)
{
	char variable[16384] = "no_proxy=first.example";
	char *variables[] = {variable, (char[]){"https_proxy=http://10.0.0.4:3128"}, NULL};
	struct http_origin first = {.host = "first.example", .port = 443};
	struct record service = {0};

	(void)state;
	record_take_proxy(variables, &service);
	assert_string_equal(service.no_proxy, "first.example");
	assert_string_equal(service.proxy_variable, "https_proxy");
	while (strlen(variable) < sizeof(variable) / 2)
		strcat(variable, ",host.example");
	record_take_proxy(variables, &service);
	assert_true(proxy_is_bypassed(service.no_proxy, &first));
	assert_true(strlen(service.no_proxy) > PROXY_BYPASS_SIZE - 16 &&
		    strlen(service.no_proxy) < PROXY_BYPASS_SIZE);
	assert_string_equal(
		service.no_proxy + strlen(service.no_proxy) - strlen(".example"), ".example");
}

#define placed(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		placed(what_was_saved_is_loaded),
		cmocka_unit_test(every_member_counts_for_equality),
		placed(members_of_a_newer_version_survive),
		placed(damaged_files_are_set_aside),
		placed(only_one_process_is_the_service),
		placed(a_lock_that_cannot_be_looked_at_is_no_answer),
		placed(the_service_knows_when_it_is_over),
		placed(a_link_is_not_taken_for_the_state_folder),
		cmocka_unit_test(marks_tell_texts_apart),
		cmocka_unit_test(a_long_list_of_hosts_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
