#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "agent/environment.h"
#include "base/file.h"
#include "base/text.h"

#define FOLDERS                                                                                    \
	"\"logFolder\":\"/var/log/azure/A\",\"configFolder\":\"/var/lib/waagent/A-1/config\","     \
	"\"statusFolder\":\"/var/lib/waagent/A-1/status\""

static void the_agents_file_gives_the_folders(void **state)
{
	static const char text[] =
		"[{\"name\":\"A\",\"version\":1.0,\"handlerEnvironment\":{" FOLDERS
		",\"heartbeatFile\":\"/x\",\"eventsFolder\":\"/var/log/azure/A/events\",\"eventsFolder_preview\":\"/other\",\"unknown\":{}}}]";
	struct environment found;
	struct err err;

	(void)state;
	check_ok(environment_parse(TEXT(text), &found, &err), &err);
	assert_string_equal(found.log_folder, "/var/log/azure/A");
	assert_string_equal(found.config_folder, "/var/lib/waagent/A-1/config");
	assert_string_equal(found.status_folder, "/var/lib/waagent/A-1/status");
	assert_string_equal(found.events_folder, "/var/log/azure/A/events");
	assert_int_equal(found.sequence, 0);
}

static void the_events_folder_is_optional(void **state)
{
	struct environment found;
	struct err err;

	(void)state;
	check_ok(environment_parse(TEXT("[{\"handlerEnvironment\":{" FOLDERS "}}]"), &found, &err),
		&err);
	assert_string_equal(found.events_folder, "");
	check_ok(environment_parse(TEXT("{\"handlerEnvironment\":{" FOLDERS
					",\"eventsFolder_preview\":\"/p\"}}"),
			 &found, &err),
		&err);
	assert_string_equal(found.events_folder, "/p");
	check_ok(environment_parse(
			 TEXT("[{\"handlerEnvironment\":{" FOLDERS ",\"eventsFolder\":null}}]"),
			 &found, &err),
		&err);
	assert_string_equal(found.events_folder, "");
}

static void unusable_files_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"[",
		"[]",
		"null",
		"[null]",
		"[{}]",
		"[{\"handlerEnvironment\":[]}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\",\"configFolder\":\"/c\"}}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":7}}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"s\"}}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"\"}}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"/a/../b\"}}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\",\"configFolder\":\"/c\",\"statusFolder\":\"/a/..\"}}]",
		"[{\"handlerEnvironment\":{\"logFolder\":\"/l\\n\",\"configFolder\":\"/c\",\"statusFolder\":\"/s\"}}]",
	};
	struct environment found = {.sequence = 77};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_err(environment_parse(TEXT(bad[i]), &found, &err), &err,
			ERR_ENVIRONMENT_INVALID);
	assert_int_equal(found.sequence, 77);
}

static void environments_of_other_extensions_are_read(void **state)
{
	static const char *const files[] = {
		"applicationhealth/integration-test__env__Extension__HandlerEnvironment.json",
		"azure-linux-extensions/CustomScript__test__HandlerEnvironment.json",
		"azure-linux-extensions/script__HandlerEnvironment.json",
	};
	const char *vectors = getenv("VECTORS");
	auto_cleanup(fd) int fd = -1;
	char path[512];
	struct err err;

	(void)state;
	(void)text_format(
		path, sizeof(path), "%s/azure-ext", vectors ? vectors : "../shared/vectors");
	if (dir_open(path, &fd, &err) < 0) {
		print_message("SKIPPED: no folder %s\n", path);
		return;
	}
	for (size_t i = 0; i < COUNT(files); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(ENVIRONMENT_MAX_BYTES);
		struct environment found;

		check_ok(file_read(fd, files[i], FILE_NO_LINKS, &text, &err), &err);
		check_ok(environment_parse(buf_bytes(&text), &found, &err), &err);
		assert_non_null(strstr(found.config_folder, "/config"));
	}
}

static void write_at(int fd, const char *name, long seconds)
{
	const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
	struct err err;

	check_ok(file_write(fd, name, TEXT(""), 0600, &err), &err);
	assert_int_equal(utimensat(fd, name, times, 0), 0);
}

static void the_newest_settings_count_not_the_highest(void **state)
{
	char folder[] = "/tmp/environment.XXXXXX";
	static const char *const names[] = {"9.settings", "0.settings", "3.settings", "x.settings",
		"4294967296.settings", "5.settings.old", ".7.settings", "ext.8.settings"};
	auto_cleanup(fd) int fd = -1;
	uint32_t sequence = 42;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	check_ok(dir_open(folder, &fd, &err), &err);
	check_ok(environment_find_sequence(fd, NULL, &sequence, &err), &err);
	assert_int_equal(sequence, 0);
	for (size_t i = 0; i < COUNT(names); i++)
		write_at(fd, names[i], i < 3 ? 1000 + (long)i : 9000);
	check_ok(environment_find_sequence(fd, NULL, &sequence, &err), &err);
	assert_int_equal(sequence, 3);
	write_at(fd, "0.settings", 5000);
	check_ok(environment_find_sequence(fd, "", &sequence, &err), &err);
	assert_int_equal(sequence, 0);
	check_ok(environment_find_sequence(fd, "12", &sequence, &err), &err);
	assert_int_equal(sequence, 12);
	for (size_t i = 0; i < COUNT(names); i++)
		check_ok(file_remove(fd, names[i], &err), &err);
	assert_int_equal(rmdir(folder), 0);
}

static void the_variable_must_be_a_number(void **state)
{
	static const char *const bad[] = {
		"NOT_RUN", "None", "-1", "+1", " 1", "1 ", "0x1", "4294967296", "99999999999"};
	uint32_t sequence = 42;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_err(environment_find_sequence(-1, bad[i], &sequence, &err), &err,
			ERR_ENVIRONMENT_INVALID);
	assert_int_equal(sequence, 42);
	check_ok(environment_find_sequence(-1, "4294967295", &sequence, &err), &err);
	assert_int_equal(sequence, UINT32_MAX);
	check_err(environment_find_sequence(-1, NULL, &sequence, &err), &err, ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_agents_file_gives_the_folders),
		cmocka_unit_test(the_events_folder_is_optional),
		cmocka_unit_test(unusable_files_are_refused),
		cmocka_unit_test(environments_of_other_extensions_are_read),
		cmocka_unit_test(the_newest_settings_count_not_the_highest),
		cmocka_unit_test(the_variable_must_be_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
