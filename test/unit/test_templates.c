/* The templates that people paste say what the extension understands. (scripts/lint-manifest: all
 * others say the same.) */
#include "check.h"
#include <fcntl.h>
#include "agent/settings.h"
#include "base/file.h"
#include "edge/json.h"

#define MAX_TEMPLATE (1u << 16)
#define ENDPOINT     "https://provider.example:8443"

static const struct given {
	const char *parameter, *value;
} given[] = {
	{"[parameters('attestationEndpoint')]", ENDPOINT},
	{"[parameters('frequency')]", "2H"},
	{"[parameters('disableAlerts')]", "true"},
};

static const char *value_of(const char *text)
{
	for (size_t i = 0; i < COUNT(given); i++)
		if (strcmp(text, given[i].parameter) == 0)
			return given[i].value;
	return text;
}

/* A copy with parameters replaced, as the cloud does it. */
static void fill_in(const json *from, json *to)
{
	json_each (member, from) {
		if (json_is_object(member))
			fill_in(member, json_add_object(to, json_name(member)));
		else if (json_is_string(member))
			json_add_text(to, json_name(member), value_of(json_text(member)));
		else
			json_add_copy(to, json_name(member), member);
	}
}

static void settings_of(const char *path, struct settings *ret)
{
	auto_cleanup(buf) struct buf file = buf_with_max(MAX_TEMPLATE);
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_TEMPLATE);
	auto_cleanup(json) json *filled = json_new_object();
	auto_cleanup(json) json *template = NULL;
	const json *resources, *properties, *settings;
	struct err err;

	check_ok(file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &file, &err), &err);
	check_ok(json_parse(buf_bytes(&file), &template, &err), &err);
	check_ok(json_get_array(template, "resources", &resources, &err), &err);
	check_ok(json_get_object(json_at(resources, 0), "properties", &properties, &err), &err);
	check_ok(json_get_object(properties, "settings", &settings, &err), &err);
	fill_in(settings, filled);
	check_ok(json_print(filled, JSON_COMPACT, &text, &err), &err);
	check_ok(settings_parse(buf_bytes(&text), ret, &err), &err);
}

static void what_a_template_sets_is_what_the_extension_reads(void **state)
{
	static const char *const paths[] = {"manifest/arm/vm.json", "manifest/arm/vmss.json"};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct settings found;

		settings_of(paths[i], &found);
		assert_string_equal(found.endpoint, ENDPOINT);
		assert_int_equal(found.period_s, 2 * 3600);
		assert_true(found.alerts_disabled);
		assert_int_equal(found.warning_count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_template_sets_is_what_the_extension_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
