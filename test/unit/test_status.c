#include "check.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include "agent/status.h"
#include "../support/root.h"
#include "base/text.h"
#include "edge/json.h"

/* The agent's own rules (parse_ext_status): exact words, lower-case members, name and message
 * everywhere. */
static void check_outcome(const json *outcome, const char *word, int64_t code, const char *message)
{
	const json *formatted = json_get(outcome, "formattedMessage");
	int64_t number;
	struct err err;

	assert_string_equal(json_text(json_get(outcome, "status")), word);
	check_ok(json_get_int(outcome, "code", &number, &err), &err);
	assert_int_equal(number, code);
	assert_string_equal(json_text(json_get(formatted, "lang")), "en-US");
	assert_string_equal(json_text(json_get(formatted, "message")), message);
}

static json *format(const struct status *status, struct buf *text)
{
	json *document;
	struct err err;

	check_ok(status_format(status, 1769860800, text, &err), &err);
	assert_true(text_is_utf8(buf_bytes(text)));
	check_ok(json_parse(buf_bytes(text), &document, &err), &err);
	return document;
}

static void a_status_reads_back_as_the_agent_reads_it(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATUS_MAX_BYTES);
	auto_cleanup(json) json *document = NULL;
	struct status status;
	const json *top;

	status_init("Enable", STATUS_SUCCESS, &status);
	(void)state;
	(void)text_format(status.message, sizeof(status.message), "Healthy.");
	status.applied_at_s = 1769860000;
	status_add(&status, "Secure/Boot", STATUS_WARNING, 203, "off \"now\"\n");
	status_add(&status, "Schedule", STATUS_TRANSITIONING, 0, "");
	document = format(&status, &text);
	assert_int_equal(json_count(document), 1);
	top = json_get(json_at(document, 0), "status");
	assert_string_equal(
		json_text(json_get(json_at(document, 0), "timestampUTC")), "2026-01-31T12:00:00Z");
	assert_string_equal(json_text(json_get(top, "operation")), "Enable");
	assert_string_equal(
		json_text(json_get(top, "configurationAppliedTime")), "2026-01-31T11:46:40Z");
	check_outcome(top, "success", 0, "Healthy.");
	assert_int_equal(json_count(json_get(top, "substatus")), 2);
	assert_string_equal(
		json_text(json_get(json_at(json_get(top, "substatus"), 0), "name")), "Secure-Boot");
	check_outcome(json_at(json_get(top, "substatus"), 0), "warning", 203, "off \"now\" ");
	check_outcome(json_at(json_get(top, "substatus"), 1), "transitioning", 0, "transitioning");
}

static void nothing_optional_is_left_empty(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATUS_MAX_BYTES);
	auto_cleanup(json) json *document = NULL;
	struct status status;
	const json *top;

	status_init("Enable", STATUS_TRANSITIONING, &status);
	(void)state;
	document = format(&status, &text);
	top = json_get(json_at(document, 0), "status");
	check_outcome(top, "transitioning", 0, "transitioning");
	assert_null(json_get(top, "substatus"));
	assert_null(json_get(top, "configurationAppliedTime"));
}

static void remote_text_turns_no_message_around(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATUS_MAX_BYTES);
	auto_cleanup(json) json *document = NULL;
	struct status status;

	status_init("Enable", STATUS_ERROR, &status);
	(void)state;
	(void)text_format(
		status.message, sizeof(status.message), "A page \"\u202eyhtlaeH\u202c\" answers.");
	document = format(&status, &text);
	check_outcome(json_get(json_at(document, 0), "status"), "error", 0,
		"A page \"<U+202E>yhtlaeH<U+202C>\" answers.");
}

static void an_error_tells_cause_name_and_remedy(void **state)
{
	struct status status;
	struct err err;

	(void)state;
	err_fill(&err, ERR_NO_UEFI, 0, "This VM was not started by UEFI.");
	status_of_err("Enable", &err, &status);
	assert_int_equal(status.state, STATUS_ERROR);
	assert_int_equal(status.code, 201);
	assert_memory_equal(status.message,
		"This VM was not started by UEFI (no-uefi). Use a generation 2 VM", 64);
}

/* Worst case of everything: every message full of characters that JSON doubles, or of bytes that
 * are no UTF-8. */
static void the_fullest_status_stays_small_and_valid(void **state)
{
	static const char fills[] = {'"', '\\', '\x01', '\xff', '\xe2', 'a'};

	(void)state;
	for (size_t i = 0; i < COUNT(fills); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(STATUS_MAX_BYTES);
		auto_cleanup(json) json *document = NULL;
		struct status status;
		char long_text[2 * STATUS_MESSAGE_SIZE];

		status_init("A long operation's name", STATUS_ERROR, &status);
		memset(long_text, fills[i], sizeof(long_text) - 1);
		long_text[sizeof(long_text) - 1] = '\0';
		memset(status.message, fills[i], sizeof(status.message)); /* not even terminated */
		memset(status.operation, fills[i], sizeof(status.operation));
		for (size_t k = 0; k < STATUS_MAX_ITEMS + 3; k++)
			status_add(&status, long_text, STATUS_ERROR, 999, long_text);
		assert_int_equal(status.item_count, STATUS_MAX_ITEMS);
		document = format(&status, &text);
		assert_int_equal(
			json_count(json_get(json_get(json_at(document, 0), "status"), "substatus")),
			STATUS_MAX_ITEMS);
	}
}

static void messages_are_cut_between_characters(void **state)
{
	struct status status;
	char text[2 * STATUS_MESSAGE_SIZE + 1];

	status_init("Enable", STATUS_ERROR, &status);
	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\u00e9", 3);
	status_add(&status, "A", STATUS_ERROR, 1, text);
	assert_true(text_is_utf8(TEXT(status.items[0].message)));
	assert_int_equal(strlen(status.items[0].message), STATUS_MESSAGE_SIZE - 2);
}

static void files_are_replaced_and_read(void **state)
{
	char folder[] = "/tmp/status.XXXXXX";
	auto_cleanup(fd) int fd = -1;
	struct status status;
	struct status_outcome found;
	struct stat info;
	struct err err;

	status_init("Enable", STATUS_TRANSITIONING, &status);
	(void)state;
	assert_non_null(mkdtemp(folder));
	check_ok(dir_open(folder, &fd, &err), &err);
	assert_int_equal(status_read_outcome(fd, 3, &found), -1);
	for (int i = STATUS_TRANSITIONING; i <= STATUS_ERROR; i++) {
		status.state = (enum status_state)i;
		status.code = 100 + i;
		check_ok(status_write(fd, 3, &status, 0, &err), &err);
		assert_int_equal(status_read_outcome(fd, 3, &found), 0);
		assert_int_equal(found.state, i);
		assert_int_equal(found.code, 100 + i);
		assert_false(found.is_agents);
	}
	assert_int_equal(fstatat(fd, "3.status", &info, 0), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	check_ok(file_write(fd, "3.status",
			 TEXT("[{\"status\":{\"status\":\"Success\",\"code\":0}}]"), 0600, &err),
		&err);
	assert_int_equal(status_read_outcome(fd, 3, &found), -1);
	check_ok(file_remove(fd, "3.status", &err), &err);
	check_err(status_write(-1, 3, &status, 0, &err), &err, ERR_IO);
	assert_int_equal(rmdir(folder), 0); /* nothing else was left behind */
}

static void what_was_written_is_read_again(void **state)
{
	char folder[] = "/tmp/status.XXXXXX";
	auto_cleanup(fd) int fd = -1;
	struct status status;
	struct status found;
	int64_t written_s = 0;
	struct err err;

	status_init("Enable", STATUS_ERROR, &status);
	(void)state;
	assert_non_null(mkdtemp(folder));
	check_ok(dir_open(folder, &fd, &err), &err);
	check_err(status_read(fd, 3, &found, &written_s, &err), &err, ERR_IO);
	assert_int_equal(err.native, ENOENT);
	status.code = 703;
	(void)text_format(status.message, sizeof(status.message), "Unhealthy.");
	status_add(&status, "BootIntegrity", STATUS_ERROR, 703, "PCR 4");
	status_add(&status, "Schedule", STATUS_SUCCESS, 0, "later");
	check_ok(status_write(fd, 3, &status, 0, &err), &err);
	check_ok(status_read(fd, 3, &found, &written_s, &err), &err);
	assert_true(written_s > 1769860800);
	assert_string_equal(found.operation, "Enable");
	assert_int_equal(found.state, STATUS_ERROR);
	assert_int_equal(found.code, 703);
	assert_string_equal(found.message, "Unhealthy.");
	assert_int_equal(found.item_count, 2);
	assert_string_equal(found.items[0].name, "BootIntegrity");
	assert_string_equal(found.items[0].message, "PCR 4");
	assert_int_equal(found.items[1].state, STATUS_SUCCESS);
	check_ok(file_remove(fd, "3.status", &err), &err);
	assert_int_equal(rmdir(folder), 0);
}

/* As WALinuxAgent 2.15 writes it: create_status_file and __handle_ext_disallowed_error. */
static void what_the_agent_writes_in_our_place_is_known(void **state)
{
	static const char text[] =
		"[{\"version\": 1.0, \"timestampUTC\": \"2026-11-30T04:00:00Z\", \"status\": {\"name\": "
		"\"Microsoft.Azure.Security.LinuxAttestation.GuestAttestation\", \"operation\": null, "
		"\"status\": \"error\", \"code\": 1009, \"formattedMessage\": {\"lang\": \"en-US\", "
		"\"message\": \"Extension will not be processed\"}}}]";
	struct root *root = *state;
	struct status_outcome outcome;
	struct status status;
	struct err err;

	root_write(root, "4.status", TEXT(text));
	assert_int_equal(status_read_outcome(root->fd, 4, &outcome), 0);
	assert_int_equal(outcome.code, 1009);
	assert_true(outcome.is_agents);
	check_ok(status_parse(TEXT(text), &status, &err), &err);
	assert_true(status.is_agents);
	assert_string_equal(status.operation, "");
	assert_string_equal(status.message, "Extension will not be processed");
	status_init("Enable", STATUS_ERROR, &status);
	check_ok(status_write(root->fd, 4, &status, 0, &err), &err);
	assert_int_equal(status_read_outcome(root->fd, 4, &outcome), 0);
	assert_false(outcome.is_agents);
}

static void a_damaged_status_is_refused(void **state)
{
	static const char good[] =
		"[{\"status\":{\"operation\":\"Enable\",\"status\":\"success\",\"code\":0,\"formattedMessage\":{\"message\":\"m\"}}}]";
	static const char *const wrong[][2] = {
		{"[{", "{{"},
		{"\"success\"", "\"Success\""},
		{"\"code\":0", "\"code\":-1"},
		{"\"code\":0", "\"code\":4294967296"},
		{"\"code\"", "\"cod\""},
		{"\"operation\"", "\"op\""},
		{"{\"message\":\"m\"}", "\"m\""},
		{"\"code\":0", "\"code\":0,\"substatus\":[{}]"},
		{"\"code\":0", "\"code\":0,\"substatus\":[{\"name\":\"n\"}]"},
	};
	struct status found;
	struct err err;

	(void)state;
	check_ok(status_parse(TEXT(good), &found, &err), &err);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *at = strstr(good, wrong[i][0]);
		char text[512];

		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, wrong[i][1],
			at + strlen(wrong[i][0]));
		check_err(status_parse(TEXT(text), &found, &err), &err, ERR_STATE_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_reads_back_as_the_agent_reads_it),
		cmocka_unit_test(nothing_optional_is_left_empty),
		cmocka_unit_test(remote_text_turns_no_message_around),
		cmocka_unit_test(an_error_tells_cause_name_and_remedy),
		cmocka_unit_test(the_fullest_status_stays_small_and_valid),
		cmocka_unit_test(messages_are_cut_between_characters),
		cmocka_unit_test(files_are_replaced_and_read),
		rooted(what_the_agent_writes_in_our_place_is_known),
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(a_damaged_status_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
