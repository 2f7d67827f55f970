#include "check.h"
#include <stdio.h>
#include "appraise/rules.h"

static int parse(const char *text, struct rules *ret, struct err *err)
{
	auto_cleanup(json) json *object = NULL;

	check_ok(json_parse(TEXT(text), &object, err), err);
	return rules_parse(object, ret, err);
}

static void without_rules_the_defaults_hold(void **state)
{
	static const struct {
		enum rules_class class;
		enum rules_action action;
		enum err_code code;
	} rows[] = {
		{RULES_SECURE_BOOT_OFF, RULES_UNHEALTHY, ERR_DRIFT_SECURE_BOOT},
		{RULES_SECURE_BOOT_KEYS, RULES_UNHEALTHY, ERR_DRIFT_KEYS},
		{RULES_SECURE_BOOT_SETTINGS, RULES_UNHEALTHY, ERR_DRIFT_SETTINGS},
		{RULES_BOOT_APPLICATION, RULES_UNHEALTHY, ERR_DRIFT_APPLICATION},
		{RULES_KERNEL, RULES_UNHEALTHY, ERR_DRIFT_KERNEL},
		{RULES_INITRD, RULES_UNHEALTHY, ERR_DRIFT_INITRD},
		{RULES_COMMAND_LINE, RULES_UNHEALTHY, ERR_DRIFT_COMMAND_LINE},
		{RULES_DRIVER, RULES_UNHEALTHY, ERR_DRIFT_DRIVER},
		{RULES_BOOT_CONFIGURATION, RULES_NOTE, ERR_DRIFT_CONFIGURATION},
		{RULES_CERTIFICATES_RENEWED, RULES_NOTE, ERR_DRIFT_CERTIFICATES},
		{RULES_FIRMWARE, RULES_NOTE, ERR_DRIFT_FIRMWARE},
		{RULES_BOOT_ORDER, RULES_NOTE, ERR_DRIFT_BOOT_ORDER},
		{RULES_VM_IDENTITY, RULES_NOTE, ERR_DRIFT_VM_IDENTITY},
		{RULES_PARTITION_TABLE, RULES_IGNORE, ERR_DRIFT_PARTITIONS},
	};
	static const char *const nothing[] = {"{}", "null"};
	struct rules rules;
	struct err err;

	(void)state;
	assert_int_equal(COUNT(rows), RULES_CLASSES);
	check_ok(rules_parse(NULL, &rules, &err), &err);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(rules.action[rows[i].class], rows[i].action);
		assert_int_equal(rules_code(rows[i].class), rows[i].code);
	}
	for (size_t i = 0; i < COUNT(nothing); i++) {
		struct rules same = {0};

		check_ok(parse(nothing[i], &same, &err), &err);
		assert_memory_equal(&same, &rules, sizeof(rules));
	}
}

static void each_class_takes_each_action(void **state)
{
	struct rules rules;
	struct err err;
	char text[128];

	(void)state;
	for (int class = 0; class < RULES_CLASSES; class ++)
		for (int action = RULES_IGNORE; action <= RULES_UNHEALTHY; action++) {
			(void)snprintf(text, sizeof(text), "{\"%s\": \"%s\"}",
				rules_class_name((enum rules_class) class),
				rules_action_name((enum rules_action)action));
			check_ok(parse(text, &rules, &err), &err);
			assert_int_equal(rules.action[class], action);
		}
	check_ok(parse("{\"KERNELCHANGED\": \"NOTE\", \"initrdchanged\": \"Ignore\"}", &rules, &err),
		&err);
	assert_int_equal(rules.action[RULES_KERNEL], RULES_NOTE);
	assert_int_equal(rules.action[RULES_INITRD], RULES_IGNORE);
	assert_int_equal(rules.action[RULES_COMMAND_LINE], RULES_UNHEALTHY);
}

static void what_is_not_understood_is_an_error_that_says_what_is(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"[]", "Setting 'rules' is not an object."},
		{"\"note\"", "Setting 'rules' is not an object."},
		{"{\"kernel\": \"note\"}",
			"Setting 'rules' has no class 'kernel'. It has secureBootOff, secureBootKeysChanged, secureBootSettingsChanged, bootApplicationChanged, kernelChanged, initrdChanged, commandLineChanged, bootConfigurationChanged, secureBootCertificatesRenewed, firmwareChanged, driverChanged, bootOrderChanged, partitionTableChanged, vmIdentityChanged."},
		{"{\"kernelChanged\": \"warn\"}",
			"Setting 'rules.kernelChanged' is \"warn\": it takes \"unhealthy\", \"note\" or \"ignore\"."},
		{"{\"kernelChanged\": false}",
			"Setting 'rules.kernelChanged' is no text: it takes \"unhealthy\", \"note\" or \"ignore\"."},
		{"{\"kernelChanged\": null}",
			"Setting 'rules.kernelChanged' is no text: it takes \"unhealthy\", \"note\" or \"ignore\"."},
		{"{\"kernelChanged\": \"note\", \"KERNELCHANGED\": \"ignore\"}",
			"Setting 'rules.kernelChanged' stands twice."},
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rules rules = {.action = {RULES_NOTE}};

		check_err(parse(rows[i].text, &rules, &err), &err, ERR_RULES_INVALID);
		assert_string_equal(err.msg, rows[i].message);
		assert_int_equal(rules.action[0], RULES_NOTE);
	}
}

/* Codes are per class and are integrity's: verdict_of_err makes Unhealthy of them. */
static void each_class_has_a_code_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < RULES_CLASSES; i++) {
		enum err_code code = rules_code((enum rules_class)i);

		assert_int_equal(err_info(code)->kind, ERR_KIND_INTEGRITY);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(code, rules_code((enum rules_class)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_the_defaults_hold),
		cmocka_unit_test(each_class_takes_each_action),
		cmocka_unit_test(what_is_not_understood_is_an_error_that_says_what_is),
		cmocka_unit_test(each_class_has_a_code_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
