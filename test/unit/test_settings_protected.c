/* Protected settings: which member counts, whose key opens them, and that nothing of them comes out
 * with an error. */
#include "check.h"
#include "../support/kinds.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "agent/settings_protected.h"
#include "base/codec.h"
#include "edge/cms.h"
#include "../support/folder.h"

/* ---- two sources ---- */

#define MEMBER(name, value) "\"" name "\":" value
#define AS_WRITTEN(public, protected, thumbprint)                                                  \
	"{\"runtimeSettings\":[{\"handlerSettings\":{" MEMBER(                                     \
		"publicSettings", public) "," MEMBER("protectedSettings",                          \
		protected) "," MEMBER("protectedSettingsCertThumbprint", thumbprint) "}}]}"
#define NESTED(endpoint)                                                                           \
	"{\"AttestationConfig\":{\"MaaSettings\":{\"maaEndpoint\":\"" endpoint "\"}}}"

static void a_protected_member_wins_over_the_public_one(void **state)
{
	static const struct {
		const char *text, *protected_text, *endpoint, *ca_file;
	} rows[] = {
		{AS_WRITTEN(NESTED("https://public"), "null", "null"), "", "https://public", ""},
		{AS_WRITTEN(NESTED("https://public"), "null", "null"), "{}", "https://public", ""},
		{AS_WRITTEN("null", "null", "null"), NESTED("https://hidden"), "https://hidden", ""},
		{"", NESTED("https://hidden"), "https://hidden", ""},
		{AS_WRITTEN(NESTED("https://public"), "null", "null"), NESTED("https://hidden"),
			"https://hidden", ""},
		/* the same member at another place, in other letters */
		{AS_WRITTEN(NESTED("https://public"), "null", "null"),
			"{\"MAAENDPOINT\":\"https://hidden\"}", "https://hidden", ""},
		{AS_WRITTEN("{\"caFile\":\"/public\"}", "null", "null"), NESTED("https://hidden"),
			"https://hidden", "/public"},
		/* nothing given is no answer */
		{AS_WRITTEN(NESTED("https://public"), "null", "null"), NESTED(""), "https://public",
			""},
		{AS_WRITTEN(NESTED("https://public"), "null", "null"),
			"{\"AttestationConfig\":null}", "https://public", ""},
		{AS_WRITTEN(NESTED("https://public"), "null", "null"),
			"{\"settings\":{\"caFile\":\"/hidden\"}}", "https://public", "/hidden"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings found;
		struct err err;

		if (settings_parse_both(
			    TEXT(rows[i].text), TEXT(rows[i].protected_text), &found, &err) < 0)
			fail_msg("row %zu: %s", i, err.msg);
		assert_string_equal(found.endpoint, rows[i].endpoint);
		assert_string_equal(found.ca_file, rows[i].ca_file);
		assert_int_equal(found.warning_count, 0);
	}
	judged_print(12, (struct judged){.good = COUNT(rows)});
}

static void unusable_protected_text_is_refused_without_repeating_it(void **state)
{
	static const char *const rows[] = {"hush", "[\"hush\"]", "\"hush\"",
		"{\"hush\":1,\"hush\":2}", "{\"hush\":", "{} hush"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings found;
		struct err err;

		check_err(settings_parse_both(TEXT(""), TEXT(rows[i]), &found, &err), &err,
			ERR_PROTECTED_SETTINGS);
		assert_null(strstr(err.msg, "hush"));
	}
	judged_print(12, (struct judged){.attacks = COUNT(rows)});
}

#define UPPER "0123456789ABCDEF0123456789ABCDEF01234567"

static void only_a_thumbprint_becomes_a_file_name(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
	} rows[] = {
		{AS_WRITTEN("null", "\"AAEC\"", "\"" UPPER "\""), true},
		{AS_WRITTEN("null", "\"AAEC\"", "\"0123456789abcdef0123456789abcdef01234567\""), true},
		{AS_WRITTEN("null", "\"AAEC\"", "null"), false},
		{AS_WRITTEN("null", "\"AAEC\"", "\"\""), false},
		{AS_WRITTEN("null", "\"AAEC\"", "12"), false},
		{AS_WRITTEN("null", "\"AAEC\"", "\"" UPPER "0\""), false},
		{AS_WRITTEN("null", "\"AAEC\"", "\"../456789ABCDEF0123456789ABCDEF01234567\""), false},
		{AS_WRITTEN("null", "\"AAEC\"", "\"0123456789ABCDEF/123456789ABCDEF01234567\""),
			false},
		{AS_WRITTEN("null", "{}", "\"" UPPER "\""), false},
		{AS_WRITTEN("null", "\"no base64\"", "\"" UPPER "\""), false},
	};
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf message = buf_with_max(100);
		char thumbprint[SETTINGS_THUMBPRINT_SIZE];
		struct err err = {0};
		bool is_good =
			settings_find_protected(TEXT(rows[i].text), &message, thumbprint, &err) == 0;

		if (is_good != rows[i].is_good)
			fail_msg("row %zu: %s", i, err.msg);
		if (!is_good)
			assert_int_equal(err.code, ERR_PROTECTED_SETTINGS);
		else
			assert_string_equal(thumbprint, UPPER);
		assert_int_equal(message.len, is_good ? 3 : 0);
		judged_add(&judged, is_good);
	}
	judged_print(12, judged);
}

/* ---- the agent's folder ---- */

static char folder[FOLDER_SIZE];

static int make_lib(void **state)
{
	const char *make[] = {"test/support/make_cms", folder, NULL};
	char path[FOLDER_SIZE + 64];

	(void)state;
	folder_make(folder);
	folder_run(make);
	(void)snprintf(path, sizeof(path), "%s/package", folder);
	return mkdir(path, 0700);
}

static int remove_lib(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void install(const char *name, const char *as)
{
	static uint8_t bytes[8192];
	size_t len = folder_read(folder, name, bytes, sizeof(bytes));

	assert_true(len > 0);
	folder_write(folder, as, bytes, len);
}

static int parse(
	const char *message_name, const char *config_folder, struct settings *ret, struct err *err)
{
	static uint8_t message[8192];
	auto_cleanup(fd) int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_cleanup(buf) struct buf text = buf_with_max(SETTINGS_MAX_BYTES);
	char path[FOLDER_SIZE + 64];

	(void)snprintf(path, sizeof(path), "%s%s", folder, config_folder);
	check_ok(buf_append_text(&text,
			 "{\"runtimeSettings\":[{\"handlerSettings\":{\"protectedSettingsCertThumbprint\":\"" UPPER
			 "\",\"protectedSettings\":\"",
			 err),
		err);
	check_ok(base64_encode((struct bytes){message,
				       folder_read(folder, message_name, message, sizeof(message))},
			 BASE64_STANDARD, &text, err),
		err);
	check_ok(buf_append_text(&text, "\"}}]}", err), err);
	return settings_protected_parse(root_fd, path, buf_bytes(&text), ret, err);
}

static void settings_are_opened_with_the_vms_certificate(void **state)
{
	struct settings found;
	struct err err;

	(void)state;
	install("mine.crt", UPPER ".crt");
	install("mine.prv", UPPER ".prv");
	assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
	check_ok(parse("des3.der", "/package/config", &found, &err), &err);
	assert_string_equal(found.endpoint, "https://attest.example");
	assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
	check_ok(parse("aes256.der", "/package/config", &found, &err), &err);
	assert_string_equal(found.endpoint, "https://attest.example");
}

static void what_cannot_be_opened_has_one_code_and_a_reason(void **state)
{
	static const struct {
		const char *message, *crt, *prv, *config, *reason;
	} rows[] = {
		{"des3.der", "mine.crt", NULL, "/package/config", UPPER ".prv"},
		{"des3.der", NULL, "mine.prv", "/package/config", UPPER ".crt"},
		{"des3.der", "mine.crt", "mine.prv", "/config", UPPER ".crt"},
		{"des3.der", "mine.crt", "other.prv", "/package/config", "not the certificate's"},
		{"for-other.der", "mine.crt", "mine.prv", "/package/config", "another certificate"},
		{"des3.der", "plain", "mine.prv", "/package/config", "certificate cannot be read"},
		{"plain", "mine.crt", "mine.prv", "/package/config", "Not a CMS message"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *clean[] = {"find", folder, "-name", UPPER "*", "-delete", NULL};
		struct settings found;
		struct err err;

		folder_run(clean);
		if (rows[i].crt)
			install(rows[i].crt, UPPER ".crt");
		if (rows[i].prv)
			install(rows[i].prv, UPPER ".prv");
		check_err(parse(rows[i].message, rows[i].config, &found, &err), &err,
			ERR_PROTECTED_SETTINGS);
		if (!strstr(err.msg, rows[i].reason))
			fail_msg("row %zu: '%s' does not say '%s'", i, err.msg, rows[i].reason);
	}
	judged_print(12, (struct judged){.attacks = COUNT(rows)});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_protected_member_wins_over_the_public_one),
		cmocka_unit_test(unusable_protected_text_is_refused_without_repeating_it),
		cmocka_unit_test(only_a_thumbprint_becomes_a_file_name),
		cmocka_unit_test(settings_are_opened_with_the_vms_certificate),
		cmocka_unit_test(what_cannot_be_opened_has_one_code_and_a_reason),
	};

	return cmocka_run_group_tests(tests, make_lib, remove_lib);
}
