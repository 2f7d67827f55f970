/* Every file of test/data/settings leads to what its expected.json says. */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include "agent/settings.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/json.h"

#define FOLDER   "test/data/settings"
#define MAX      (1u << 20)
#define AT_LEAST 45

static struct {
	int folder;
	json *expected;
} corpus = {.folder = -1};

/* NULL: it is no text, and compared below. */
static const char *found_text(const struct settings *found, enum setting setting)
{
	switch (setting) {
	case SETTING_MAA_ENDPOINT:
		return found->endpoint;
	case SETTING_FALLBACK_ENDPOINT:
		return found->fallback_endpoint;
	case SETTING_CA_FILE:
		return found->ca_file;
	case SETTING_EXTRA_CA_FILE:
		return found->extra_ca_file;
	case SETTING_PROXY:
		return found->proxy.url;
	case SETTING_PROXY_USER:
		return found->proxy.user;
	case SETTING_PROXY_PASSWORD:
		return found->proxy.password;
	case SETTING_NO_PROXY:
		return found->proxy.no_proxy;
	case SETTING_ALERT_WEBHOOK:
		return found->alert_webhook;
	case SETTING_ALERT_SECRET:
		return found->alert_secret;
	case SETTING_SUPPRESS:
		return found->suppress.reason;
	case SETTING_REGION_FALLBACK:
	case SETTING_DISABLE_ALERTS:
	case SETTING_REPORTING_FREQUENCY:
	case SETTING_SECURE_BOOT_2023:
	case SETTING_LATCH:
	case SETTING_RULES:
		return NULL;
	}
	return NULL;
}

/* An expectation that nothing compares would be met by anything. */
static void check_names(const char *name, const json *expected)
{
	static const char *const others[] = {
		"periodS", "proxyIsNone", "warnings", "error", "never", "schema"};

	json_each (member, expected) {
		bool is_known = false;

		for (enum setting setting = 0; settings_name(setting); setting++)
			is_known |= strcmp(json_name(member), settings_name(setting)) == 0;
		for (size_t i = 0; i < COUNT(others); i++)
			is_known |= strcmp(json_name(member), others[i]) == 0;
		if (!is_known)
			fail_msg("%s: nothing compares '%s'", name, json_name(member));
	}
}

static const char *text_of(const json *expected, const char *name, const char *otherwise)
{
	const json *value = json_get(expected, name);

	return value ? json_text(value) : otherwise;
}

static void check_values(const char *name, const json *expected, const struct settings *found)
{
	int64_t period_s = 4 * 3600;
	struct err ignored;

	(void)!json_get_int(expected, "periodS", &period_s, &ignored);
	for (enum setting setting = 0; settings_name(setting); setting++) {
		const char *text = found_text(found, setting);

		if (text && strcmp(text, text_of(expected, settings_name(setting), "")) != 0)
			fail_msg("%s: %s is '%s'", name, settings_name(setting), text);
	}
	if (found->period_s != period_s ||
		found->alerts_disabled != json_true(json_get(expected, "disableAlerts")) ||
		found->proxy.is_none != json_true(json_get(expected, "proxyIsNone")) ||
		(found->region_fallback == REGION_FALLBACK_NEAREST) !=
			(strcmp(text_of(expected, "regionFallback", "fail"), "nearest") == 0) ||
		strcmp(text_of(expected, "latch", "warn"), latch_names[found->latch]) != 0 ||
		strcmp(text_of(expected, "secureBoot2023", "warn"),
			renewal_action_names[found->renewal]) != 0)
		fail_msg("%s: period %u, alerts off %d, no proxy %d, region fallback %d, certificates %s, latch %s",
			name, found->period_s, found->alerts_disabled, found->proxy.is_none,
			(int)found->region_fallback, renewal_action_names[found->renewal],
			latch_names[found->latch]);
}

static void check_rules(const char *name, const json *expected, const struct rules *found)
{
	const struct rules otherwise = rules_default();

	for (size_t i = 0; i < RULES_CLASSES; i++) {
		const char *wanted = text_of(expected, rules_class_name((enum rules_class)i),
			rules_action_name(otherwise.action[i]));

		if (strcmp(rules_action_name(found->action[i]), wanted) != 0)
			fail_msg("%s: %s is %s", name, rules_class_name((enum rules_class)i),
				rules_action_name(found->action[i]));
	}
}

static void check_warnings(const char *name, const json *expected, const struct settings *found)
{
	size_t at = 0;

	if (found->warning_count != json_count(expected))
		fail_msg("%s: %zu warnings, the first '%s'", name, found->warning_count,
			found->warnings[0]);
	json_each (warning, expected) {
		if ((at >= SETTINGS_MAX_WARNINGS) != json_is_null(warning))
			fail_msg("%s: warning %zu", name, at);
		if (json_is_string(warning) && !strstr(found->warnings[at], json_text(warning)))
			fail_msg("%s: warning '%s'", name, found->warnings[at]);
		at++;
	}
}

static void check_hushed(const char *name, const json *never, const char *text)
{
	json_each (part, never)
		if (strstr(text, json_text(part)))
			fail_msg("%s: '%s' repeats '%s'", name, text, json_text(part));
}

static void check_error(const char *name, const json *expected, const struct err *err)
{
	const char *says;
	int64_t code;
	struct err ignored;

	check_ok(json_get_int(expected, "code", &code, &ignored), &ignored);
	check_ok(json_get_text(expected, "says", &says, &ignored), &ignored);
	if ((int64_t)err->code != code || !strstr(err->msg, says))
		fail_msg("%s: %s: %s", name, err_info(err->code)->name, err->msg);
	assert_int_equal(err_info(err->code)->exit_code, 53);
}

static void read_part(const char *name, const char *suffix, struct buf *ret)
{
	char path[256];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s.%s", name, suffix);
	if (file_exists(corpus.folder, path))
		check_ok(file_read(corpus.folder, path, FILE_NO_LINKS, ret, &err), &err);
}

static void check_file(const char *name, const json *expected)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX);
	auto_cleanup(buf) struct buf hidden = buf_with_max(MAX);
	auto_cleanup(settings) struct settings found = {0};
	struct err err = {0};
	bool is_good;

	check_names(name, expected);
	read_part(name, "settings", &text);
	read_part(name, "protected", &hidden);
	is_good = settings_parse_both(buf_bytes(&text), buf_bytes(&hidden), &found, &err) == 0;
	if (is_good != !json_get(expected, "error"))
		fail_msg("%s: %s", name, is_good ? "accepted" : err.msg);
	check_hushed(name, json_get(expected, "never"), err.msg);
	if (!is_good) {
		check_error(name, json_get(expected, "error"), &err);
		return;
	}
	check_values(name, expected, &found);
	check_rules(name, json_get(expected, "rules"), &found.rules);
	check_warnings(name, json_get(expected, "warnings"), &found);
	for (size_t i = 0; i < found.warning_count && i < SETTINGS_MAX_WARNINGS; i++) {
		check_hushed(name, json_get(expected, "never"), found.warnings[i]);
		assert_true(text_is_utf8(TEXT(found.warnings[i])));
	}
}

static void each_file_leads_to_what_is_expected(void **state)
{
	(void)state;
	assert_true(json_count(corpus.expected) >= AT_LEAST);
	json_each (expected, corpus.expected)
		check_file(json_name(expected), expected);
}

static void no_file_is_without_an_expectation(void **state)
{
	DIR *folder = opendir(FOLDER);
	size_t found = 0;

	(void)state;
	assert_non_null(folder);
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char name[256];
		char *dot;

		(void)snprintf(name, sizeof(name), "%s", entry->d_name);
		dot = strrchr(name, '.');
		if (!dot || strcmp(dot, ".settings") != 0)
			continue;
		*dot = '\0';
		found++;
		if (!json_get(corpus.expected, name))
			fail_msg("%s: nothing is expected of it", name);
	}
	(void)closedir(folder);
	assert_int_equal(found, json_count(corpus.expected));
}

static void the_schema_knows_every_rule(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX);
	auto_cleanup(json) json *schema = NULL;
	const json *rules;
	struct err err;

	(void)state;
	check_ok(file_read(AT_FDCWD, "manifest/settings.schema.json", FILE_FOLLOW_LINKS, &text, &err),
		&err);
	check_ok(json_parse(buf_bytes(&text), &schema, &err), &err);
	rules = json_get(json_get(json_get(schema, "$defs"), "rules"), "properties");
	assert_int_equal(json_count(rules), RULES_CLASSES);
	for (size_t i = 0; i < RULES_CLASSES; i++)
		assert_non_null(json_get(rules, rules_class_name((enum rules_class)i)));
}

static int start(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX);
	struct err err;

	(void)state;
	check_ok(dir_open(FOLDER, &corpus.folder, &err), &err);
	check_ok(file_read(corpus.folder, "expected.json", FILE_NO_LINKS, &text, &err), &err);
	check_ok(json_parse(buf_bytes(&text), &corpus.expected, &err), &err);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	json_free(corpus.expected);
	return close(corpus.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_leads_to_what_is_expected),
		cmocka_unit_test(the_schema_knows_every_rule),
		cmocka_unit_test(no_file_is_without_an_expectation),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
