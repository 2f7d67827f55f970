#include "check.h"
#include "setup/systemd.h"

static const struct systemd_unit values = {.program = "/opt/a/monitor",
	.home = "/var/lib/waagent/a",
	.root = "/",
	.status = "/var/lib/a b%c\"d\\e",
	.log = "/var/log/azure/a",
	.events = "/var/log/azure/a/events"};

static void marks_become_quoted_values(void **state)
{
	static const struct {
		const char *template, *text;
	} rows[] = {
		{"", ""},
		{"no marks: @system-service { }", "no marks: @system-service { }"},
		{"ExecStart={{PROGRAM}} --root {{ROOT}}\n",
			"ExecStart=\"/opt/a/monitor\" --root \"/\"\n"},
		{"-{{STATUS}}", "-\"/var/lib/a b%%c\\\"d\\\\e\""},
		{"--clean-up {{HOME}}", "--clean-up \"/var/lib/waagent/a\""},
		{"{{LOG}}{{EVENTS}}", "\"/var/log/azure/a\"\"/var/log/azure/a/events\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(256);
		struct err err;

		check_ok(systemd_format_unit(TEXT(rows[i].template), &values, &text, &err), &err);
		if (!bytes_equal(buf_bytes(&text), TEXT(rows[i].text)))
			fail_msg("%s -> %s", rows[i].template, text.data);
	}
}

static void unknown_marks_are_refused(void **state)
{
	static const char *const bad[] = {
		"{{OTHER}}", "{{", "{{PROGRAM", "{{PROGRAM}", "{{}}", "{{PROGRAM }}"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(256);
		struct err err;

		check_err(systemd_format_unit(TEXT(bad[i]), &values, &text, &err), &err, ERR_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_become_quoted_values),
		cmocka_unit_test(unknown_marks_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
