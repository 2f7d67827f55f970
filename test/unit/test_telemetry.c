#include "check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "../support/folder.h"
#include "agent/telemetry.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/json.h"

#define NOW_NS 1769860800123456789LL /* 2026-01-31T12:00:00Z */

struct folders {
	char path[FOLDER_SIZE];
	int log_fd, events_fd;
};

static int setup(void **state)
{
	struct folders *folders = calloc(1, sizeof(*folders));
	struct err err;

	assert_non_null(folders);
	folder_make(folders->path);
	check_ok(dir_open(folders->path, &folders->log_fd, &err), &err);
	check_ok(dir_make(folders->log_fd, "events", 0700, &folders->events_fd, &err), &err);
	*state = folders;
	return 0;
}

static int teardown(void **state)
{
	struct folders *folders = *state;

	(void)close(folders->log_fd);
	(void)close(folders->events_fd);
	folder_remove(folders->path);
	free(folders);
	return 0;
}

static struct telemetry_event healthy(void)
{
	return (struct telemetry_event){.now_ns = NOW_NS,
		.pid = 4711,
		.level = LOG_LEVEL_INFO,
		.version = "1.2.3.4",
		.task = "Attestation",
		.operation = "7",
		.message = "Attestation: Healthy, 1.234 s"};
}

/* Entries of a folder but "." and ".."; the last one's name. */
static int count_entries(int dir_fd, char ret_name[256])
{
	DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int count = 0;

	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		(void)snprintf(ret_name, 256, "%s", entry->d_name);
	}
	(void)closedir(dir);
	return count;
}

static size_t count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((uint8_t)*text & 0xC0) != 0x80;
	return count;
}

static void check_timestamp(const char *time)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";

	assert_int_equal(strlen(time), sizeof(form) - 1);
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		assert_true(form[i] == '0' ? time[i] >= '0' && time[i] <= '9' : time[i] == form[i]);
}

/* As the agent does: UTF-8, JSON, all eight members, each of them text, Message not empty, the two
 * limits. */
static json *parse_as_the_agent(struct bytes text)
{
	static const char *const names[] = {"Version", "Timestamp", "TaskName", "EventLevel",
		"Message", "EventPid", "EventTid", "OperationId"};
	json *event = NULL;
	size_t sum = 0;
	struct err err;

	assert_true(text_is_utf8(text));
	check_ok(json_parse(text, &event, &err), &err);
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = json_text(json_get(event, names[i]));

		if (!value)
			fail_msg("'%s' is not text", names[i]);
		sum += count_characters(value);
	}
	assert_true(sum <= 6144);
	check_timestamp(json_text(json_get(event, "Timestamp")));
	assert_in_range(count_characters(json_text(json_get(event, "Message"))), 1, 3072);
	return event;
}

static json *format(const struct telemetry_event *event)
{
	auto_cleanup(buf) struct buf text = buf_with_max(TELEMETRY_MAX_BYTES);
	struct err err;

	check_ok(telemetry_format(event, &text, &err), &err);
	return parse_as_the_agent(buf_bytes(&text));
}

static void check_text(const json *event, const char *name, const char *expected)
{
	assert_string_equal(json_text(json_get(event, name)), expected);
}

static void an_event_reads_back_as_the_agent_reads_it(void **state)
{
	struct folders *folders = *state;
	auto_cleanup(buf) struct buf text = buf_with_max(TELEMETRY_MAX_BYTES);
	auto_cleanup(json) json *event = NULL;
	struct telemetry_event healthy_event = healthy();
	char name[256];
	struct err err;

	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &healthy_event, &err), &err);
	assert_int_equal(count_entries(folders->events_fd, name), 1);
	assert_string_equal(name, "1769860800123456789.json");
	check_ok(file_read(folders->events_fd, name, FILE_NO_LINKS, &text, &err), &err);
	event = parse_as_the_agent(buf_bytes(&text));
	assert_int_equal(json_count(event), 8);
	check_text(event, "Version", "1.2.3.4");
	check_text(event, "Timestamp", "2026-01-31T12:00:00.123456Z");
	check_text(event, "TaskName", "Attestation");
	check_text(event, "EventLevel", "Informational");
	check_text(event, "Message", "Attestation: Healthy, 1.234 s");
	check_text(event, "EventPid", "4711");
	check_text(event, "EventTid", "4711");
	check_text(event, "OperationId", "7");
	assert_int_equal(count_entries(folders->log_fd, name), 1); /* events: no draft is left */
	assert_string_equal(name, "events");
}

static void levels_are_the_agent_s_words(void **state)
{
	static const struct {
		enum log_level level;
		const char *word;
	} rows[] = {{LOG_LEVEL_ERROR, "Error"}, {LOG_LEVEL_WARNING, "Warning"},
		{LOG_LEVEL_NOTICE, "Informational"}, {LOG_LEVEL_INFO, "Informational"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct telemetry_event event = healthy();
		auto_cleanup(json) json *read = NULL;

		event.level = rows[i].level;
		read = format(&event);
		check_text(read, "EventLevel", rows[i].word);
	}
}

static void names_sort_by_time_whatever_the_clock_says(void **state)
{
	static const struct {
		int64_t now_ns;
		const char *name, *timestamp;
	} rows[] = {
		{0, "0000000000000000000.json", "1970-01-01T00:00:00.000000Z"},
		{-1, "0000000000000000000.json", "1970-01-01T00:00:00.000000Z"},
		{999999999, "0000000000999999999.json", "1970-01-01T00:00:00.999999Z"},
		{INT64_MAX - 1000, "9223372036854774807.json", "2262-04-11T23:47:16.854774Z"},
	};
	struct folders *folders = *state;
	char name[256];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct telemetry_event event = healthy();
		auto_cleanup(json) json *read = NULL;
		struct err err;

		event.now_ns = rows[i].now_ns;
		check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
		assert_int_equal(count_entries(folders->events_fd, name), 1);
		assert_string_equal(name, rows[i].name);
		assert_int_equal(unlinkat(folders->events_fd, name, 0), 0);
		read = format(&event);
		check_text(read, "Timestamp", rows[i].timestamp);
	}
}

static void two_events_of_one_moment_are_two_files(void **state)
{
	struct folders *folders = *state;
	struct telemetry_event event = healthy();
	char name[256];
	struct err err;

	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
	assert_int_equal(count_entries(folders->events_fd, name), 2);
	assert_true(file_exists(folders->events_fd, "1769860800123456790.json"));
}

/* All that could make the agent drop an event, or the upload of all events fail. */
static void hostile_texts_become_valid_ones(void **state)
{
	static const char *const texts[] = {
		"",
		"\xFF\xFE",
		"cut \xE2\x82",
		"surrogate \xED\xA0\x80",
		"overlong \xC0\xAF",
		"\"},{\"Version\":1",
		"control \x01\x1B[31m\x7F\xC2\x80\r\n\t",
		"\\u0000 \\",
		"\xF0\x9F\x92\xA5 \xE2\x82\xAC",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct telemetry_event event = healthy();
		auto_cleanup(json) json *read = NULL;

		event.version = event.task = event.operation = event.message = texts[i];
		read = format(&event);
		assert_int_equal(json_count(read), 8);
	}
}

static void long_texts_are_cut_to_the_agent_s_limits(void **state)
{
	static const char *const characters[] = {
		"x", "\"", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x92\xA5"};
	char text[12001];

	(void)state;
	for (size_t i = 0; i < COUNT(characters); i++) {
		struct telemetry_event event = healthy();
		auto_cleanup(json) json *read = NULL;
		size_t width = strlen(characters[i]);

		for (size_t k = 0; k < 12000; k++)
			text[k] = characters[i][k % width];
		text[12000] = '\0';
		event.version = event.task = event.operation = event.message = text;
		read = format(&event);
		assert_null(strchr(json_text(json_get(read, "Message")), '?'));
		assert_in_range(strlen(json_text(json_get(read, "Message"))), 3069, 3072);
	}
}

static void nothing_piles_up_when_nobody_collects(void **state)
{
	struct folders *folders = *state;
	struct telemetry_event event = healthy();
	char name[256];
	struct err err;

	for (int i = 0; i < TELEMETRY_MAX_FILES + 5; i++) {
		check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
		event.now_ns++;
	}
	assert_int_equal(count_entries(folders->events_fd, name), TELEMETRY_MAX_FILES);
	assert_int_equal(count_entries(folders->log_fd, name), 1);
	/* one is collected: room for one more */
	assert_int_equal(unlinkat(folders->events_fd, "1769860800123456789.json", 0), 0);
	event.now_ns = NOW_NS + 1000;
	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
	assert_true(file_exists(folders->events_fd, "1769860800123457789.json"));
}

static void a_full_megabyte_is_enough_too(void **state)
{
	struct folders *folders = *state;
	struct telemetry_event event = healthy();
	char path[FOLDER_SIZE + 64], name[256];
	struct err err;

	folder_write(folders->path, "events/1.json", "", 0);
	(void)snprintf(path, sizeof(path), "%s/events/1.json", folders->path);
	assert_int_equal(truncate(path, TELEMETRY_MAX_TOTAL - 10), 0);
	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
	assert_int_equal(count_entries(folders->events_fd, name), 1);
	assert_int_equal(truncate(path, TELEMETRY_MAX_TOTAL - 1000), 0);
	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
	assert_int_equal(count_entries(folders->events_fd, name), 2);
}

static void a_killed_writer_s_draft_goes_away(void **state)
{
	struct folders *folders = *state;
	struct telemetry_event event = healthy();
	char name[256];
	struct err err;

	folder_write(folders->path, ".event.Attestation", "half", 4);
	/* no process has a number above PID_MAX_LIMIT */
	folder_write(folders->path, "..event.Attestation.4194305.tmp", "half", 4);
	check_ok(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err);
	assert_int_equal(count_entries(folders->log_fd, name), 1);
	assert_int_equal(count_entries(folders->events_fd, name), 1);
}

static void an_events_folder_that_vanished_is_an_error_without_leftovers(void **state)
{
	struct folders *folders = *state;
	struct telemetry_event event = healthy();
	char name[256];
	struct err err;

	assert_int_equal(unlinkat(folders->log_fd, "events", AT_REMOVEDIR), 0);
	check_err(telemetry_write(folders->log_fd, folders->events_fd, &event, &err), &err, ERR_IO);
	assert_int_equal(count_entries(folders->log_fd, name), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_event_reads_back_as_the_agent_reads_it, setup, teardown),
		cmocka_unit_test(levels_are_the_agent_s_words),
		cmocka_unit_test_setup_teardown(
			names_sort_by_time_whatever_the_clock_says, setup, teardown),
		cmocka_unit_test_setup_teardown(
			two_events_of_one_moment_are_two_files, setup, teardown),
		cmocka_unit_test(hostile_texts_become_valid_ones),
		cmocka_unit_test(long_texts_are_cut_to_the_agent_s_limits),
		cmocka_unit_test_setup_teardown(
			nothing_piles_up_when_nobody_collects, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_megabyte_is_enough_too, setup, teardown),
		cmocka_unit_test_setup_teardown(a_killed_writer_s_draft_goes_away, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_events_folder_that_vanished_is_an_error_without_leftovers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
