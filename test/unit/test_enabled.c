#include "base/boot_id.h"
#include "check.h"
#include <stdio.h>
#include <sys/stat.h>
#include "../support/root.h"
#include "base/file.h"
#include "memory/enabled.h"

#define STATE "var/lib/guest-attestation"

static void what_was_enabled_is_found(void **state)
{
	const struct root *root = *state;
	struct record service = {.home = "/package",
		.environment = {.log_folder = "/log",
			.config_folder = "/config",
			.status_folder = "/status"},
		.program_version = "1.2.3.4"};
	struct record found;
	auto_cleanup(fd) int state_fd = -1;
	auto_cleanup(fd) int found_fd = -1;
	struct err err;

	check_err(enabled_find(root->fd, &found_fd, &found, &err), &err, ERR_NOT_ENABLED);
	check_ok(state_open_folder(root->fd, true, &state_fd, &err), &err);
	check_err(enabled_find(root->fd, &found_fd, &found, &err), &err, ERR_NOT_ENABLED);
	check_ok(record_save(state_fd, &service, &err), &err);
	check_ok(enabled_find(root->fd, &found_fd, &found, &err), &err);
	assert_true(record_equal(&service, &found));
	assert_true(found_fd >= 0);
}

/* An authority of a kind that is not known here beside a good one. */
static void an_authority_that_does_not_count_is_a_warning(void **state)
{
	const struct root *root = *state;
	const struct environment environment = {.config_folder = "/config", .sequence = 3};
	char good[FOLDER_SIZE + 16], odd[FOLDER_SIZE + 16], text[512];
	const char *makers[][12] = {
		{"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
			"/CN=Good", "-keyout", "/dev/null", "-out", good},
		{"/usr/bin/openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj",
			"/CN=Odd", "-keyout", "/dev/null", "-out", odd}};
	uint8_t pem[8192];
	struct settings settings;
	size_t len;
	struct err err;

	(void)snprintf(good, sizeof(good), "%s/good.pem", root->path);
	(void)snprintf(odd, sizeof(odd), "%s/odd.pem", root->path);
	for (size_t i = 0; i < COUNT(makers); i++) {
		const char *argv[13] = {NULL};

		memcpy(argv, makers[i], sizeof(makers[i]));
		folder_run(argv);
	}
	len = folder_read(root->path, "good.pem", pem, sizeof(pem));
	(void)snprintf(text, sizeof(text),
		"{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":{\"caFile\":\"%s\"}}}]}",
		good);
	root_write(root, "config/3.settings", TEXT(text));
	check_ok(enabled_read_settings(root->fd, &environment, &settings, &err), &err);
	assert_int_equal(settings.warning_count, 0);
	len += folder_read(root->path, "odd.pem", pem + len, sizeof(pem) - len);
	check_ok(file_write(root->fd, "good.pem", (struct bytes){pem, len}, 0600, &err), &err);
	check_ok(enabled_read_settings(root->fd, &environment, &settings, &err), &err);
	assert_int_equal(settings.warning_count, 1);
	print_message("%s\n", settings.warnings[0]);
	assert_non_null(strstr(settings.warnings[0], "Certificate 2 of CA file"));
	settings_done(&settings);
}

static void damaged_files_stay_where_they_are(void **state)
{
	const struct root *root = *state;
	auto_cleanup(fd) int state_fd = -1;
	auto_cleanup(fd) int found_fd = -1;
	struct record service;
	struct history history;
	struct err err;

	root_write(root, STATE "/service.json", TEXT("{\"version\":1,"));
	root_write(root, STATE "/history.json", TEXT("[]"));
	check_err(enabled_find(root->fd, &found_fd, &service, &err), &err, ERR_STATE_INVALID);
	check_ok(state_open_folder(root->fd, false, &state_fd, &err), &err);
	check_err(enabled_read_history(state_fd, &history, &err), &err, ERR_STATE_INVALID);
	assert_true(file_exists(state_fd, "service.json") && file_exists(state_fd, "history.json"));
	assert_false(file_exists(state_fd, "service.json.broken"));
	assert_false(file_exists(state_fd, "history.json.broken"));
	check_ok(file_remove(state_fd, "history.json", &err), &err);
	check_ok(enabled_read_history(state_fd, &history, &err), &err);
	assert_int_equal(history.healthy_s, 0);
}

static void settings_are_those_of_the_number(void **state)
{
	const struct root *root = *state;
	const struct environment environment = {.config_folder = "/config", .sequence = 2};
	struct settings settings;
	struct err err;

	check_err(enabled_read_settings(root->fd, &environment, &settings, &err), &err, ERR_IO);
	root_write(root, "config/1.settings", TEXT("{"));
	check_ok(enabled_read_settings(root->fd, &environment, &settings, &err), &err);
	assert_string_equal(settings.endpoint, "");
	root_write(root, "config/2.settings", TEXT("{\"maaEndpoint\":\"https://provider.example\"}"));
	check_ok(enabled_read_settings(root->fd, &environment, &settings, &err), &err);
	assert_string_equal(settings.endpoint, "https://provider.example");
	root_write(root, "config/2.settings", TEXT("{"));
	check_err(enabled_read_settings(root->fd, &environment, &settings, &err), &err,
		ERR_SETTINGS_INVALID);
}

static void a_boot_has_an_id(void **state)
{
	const struct root *root = *state;
	char id[BOOT_ID_SIZE];

	boot_id_read(root->fd, id);
	assert_string_equal(id, "");
	root_write(root, "proc/sys/kernel/random/boot_id",
		TEXT("3e1a0f4c-0c7e-4ab3-9a44-9f1a8f3f2b11\n"));
	boot_id_read(root->fd, id);
	assert_string_equal(id, "3e1a0f4c-0c7e-4ab3-9a44-9f1a8f3f2b11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rooted(what_was_enabled_is_found),
		rooted(an_authority_that_does_not_count_is_a_warning),
		rooted(damaged_files_stay_where_they_are),
		rooted(settings_are_those_of_the_number),
		rooted(a_boot_has_an_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
