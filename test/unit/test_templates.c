/* The templates that people paste say what the extension understands. (scripts/lint-manifest: all
 * others say the same.) */
#include "check.h"
#include <fcntl.h>
#include "agent/settings.h"
#include "base/file.h"
#include "edge/json.h"

#define MAX_TEMPLATE (1u << 16)
/* The parameter as it is given, in a form that is an object even if it is empty. */
#define SETTINGS                                                                                   \
	"[union(createObject('AttestationConfig', createObject()), parameters('settings'))]"

static void what_a_template_sets_is_what_the_extension_reads(void **state)
{
	static const char *const paths[] = {"manifest/arm/vm.json", "manifest/arm/vmss.json"};
	struct settings found;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		auto_cleanup(buf) struct buf file = buf_with_max(MAX_TEMPLATE);
		auto_cleanup(json) json *template = NULL;
		const json *resources, *properties;
		const char *settings;

		check_ok(file_read(AT_FDCWD, paths[i], FILE_FOLLOW_LINKS, &file, &err), &err);
		check_ok(json_parse(buf_bytes(&file), &template, &err), &err);
		check_ok(json_get_array(template, "resources", &resources, &err), &err);
		check_ok(json_get_object(json_at(resources, 0), "properties", &properties, &err),
			&err);
		check_ok(json_get_text(properties, "settings", &settings, &err), &err);
		assert_string_equal(settings, SETTINGS);
	}
	check_ok(settings_parse(TEXT("{\"AttestationConfig\":{}}"), &found, &err), &err);
	assert_int_equal(found.warning_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_template_sets_is_what_the_extension_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
