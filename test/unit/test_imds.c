/* Metadata from a real server, over real HTTP. */
#include "check.h"
#include "../support/kinds.h"
#include <fcntl.h>
#include "../support/folder.h"
#include "base/clock.h"
#include "base/file.h"
#include "maa/imds_cert.h"

static struct {
	char folder[FOLDER_SIZE];
	char url[64];
	pid_t pid;
	int to_server;
} server;

static void spawn(char *file, int in, int out)
{
	char *argv[] = {(char[]){"test/support/metadata_server"}, file, NULL};
	posix_spawn_file_actions_t actions;

	(void)posix_spawn_file_actions_init(&actions);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, in, 0), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, out, 1), 0);
	assert_int_equal(posix_spawn(&server.pid, argv[0], &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
}

static int start(void **state)
{
	char file[FOLDER_SIZE + 16];
	unsigned int port = 0;
	int in[2], out[2];
	FILE *lines;

	(void)state;
	folder_make(server.folder);
	(void)snprintf(file, sizeof(file), "%s/answer", server.folder);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	spawn(file, in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	server.to_server = in[1];
	lines = fdopen(out[0], "r");
	assert_non_null(lines);
	assert_int_equal(fscanf(lines, "port %u", &port), 1);
	(void)fclose(lines);
	(void)snprintf(server.url, sizeof(server.url), "http://127.0.0.1:%u", port);
	/* a proxy that the environment names must not be asked */
	return setenv("http_proxy", "http://127.0.0.1:1", 1) ||
	       setenv("all_proxy", "http://127.0.0.1:1", 1);
}

static int stop(void **state)
{
	(void)state;
	(void)close(server.to_server);
	(void)waitpid(server.pid, NULL, 0);
	folder_remove(server.folder);
	return 0;
}

static void answers(const char *text)
{
	folder_write(server.folder, "answer", text, strlen(text));
}

static void the_platforms_view_is_told_if_it_can_be_used(void **state)
{
	static const struct {
		const char *profile, *type, *secure_boot, *virtual_tpm;
	} rows[] = {
		{"{\"securityType\":\"TrustedLaunch\",\"secureBootEnabled\":\"true\",\"virtualTpmEnabled\":\"false\"}",
			"TrustedLaunch", "true", "false"},
		{"{\"secureBootEnabled\":true,\"virtualTpmEnabled\":false}", "", "true", "false"},
		{"{\"secureBootEnabled\":17,\"virtualTpmEnabled\":\"a long word\"}", "", "", ""},
		{"[]", "", "", ""},
		{"null", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct imds imds;
		char text[256];
		struct err err;

		(void)snprintf(text, sizeof(text), "{\"location\":\"x\",\"securityProfile\":%s}",
			rows[i].profile);
		check_ok(imds_parse(TEXT(text), &imds, &err), &err);
		assert_string_equal(imds.security_type, rows[i].type);
		assert_string_equal(imds.secure_boot, rows[i].secure_boot);
		assert_string_equal(imds.virtual_tpm, rows[i].virtual_tpm);
	}
}

static void the_vm_learns_where_it_is(void **state)
{
	struct imds imds;
	struct err err;

	(void)state;
	answers("200\n{\"location\":\"westeurope\",\"azEnvironment\":\"AzurePublicCloud\",\"vmId\":\"v\",\"resourceId\":\"/r\",\"tags\":[1,{}]}");
	check_ok(imds_ask(server.url, &imds, &err), &err);
	assert_string_equal(imds.location, "westeurope");
	assert_string_equal(imds.cloud, "AzurePublicCloud");
	assert_string_equal(imds.vm_id, "v");
	assert_string_equal(imds.resource_id, "/r");
	answers("200\n{\"location\":\"eastus\"}");
	check_ok(imds_ask(server.url, &imds, &err), &err);
	assert_string_equal(imds.cloud, "");
}

static void check_fails(const char *url, enum err_code code, const char *words)
{
	struct imds imds = {.location = "as before"};
	int64_t start_ms = clock_monotonic_ms();
	struct err err;

	check_err(imds_ask(url, &imds, &err), &err, code);
	print_message("%s\n", err.msg);
	assert_non_null(strstr(err.msg, words));
	assert_string_equal(imds.location, "as before");
	assert_true(clock_monotonic_ms() - start_ms < 7000);
}

static void bad_answers_have_their_codes(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
		const char *words;
	} rows[] = {
		{"429\n{}", ERR_METADATA_THROTTLED, "answered 429"},
		{"401\n", ERR_METADATA_REFUSED, "answered 401"},
		{"403\n{\"error\":\"no\"}", ERR_METADATA_REFUSED, "answered 403"},
		{"404\n", ERR_METADATA_FAILED, "answered 404."},
		{"410\n{\"error\":\"Gone\"}", ERR_METADATA_FAILED,
			"answered 410: it is being updated, and back within 70 s."},
		{"418\n", ERR_METADATA_INVALID, "answered 418"},
		{"500\n", ERR_METADATA_FAILED, "answered 500"},
		{"301\n{\"location\":\"eastus\"}", ERR_METADATA_FOREIGN, "answered 301"},
		{"200\n{}", ERR_METADATA_INVALID, "'location' is missing"},
		{"200\n<html>", ERR_METADATA_FOREIGN, "Metadata service: "},
		{"200\nhang", ERR_METADATA, "no answer after 5"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		answers(rows[i].answer);
		check_fails(server.url, rows[i].code, rows[i].words);
	}
	judged_print(15, (struct judged){.attacks = COUNT(rows)});
}

static void what_cannot_be_used_is_named(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "Metadata service: "},
		{"[]", "'location' is missing"},
		{"{}", "'location' is missing"},
		{"{\"location\":\"\"}", "'location' is missing"},
		{"{\"location\":7}", "'location' cannot be used"},
		{"{\"location\":null}", "'location' cannot be used"},
		{"{\"location\":\"e\",\"azEnvironment\":{}}", "'azEnvironment'"},
		{"{\"location\":\"e\xff\"}", "Metadata service: "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct imds imds = {.location = "as before"};
		struct err err;

		check_err(imds_parse(TEXT(rows[i].text), &imds, &err), &err, ERR_METADATA_INVALID);
		assert_non_null(strstr(err.msg, rows[i].words));
		assert_string_equal(imds.location, "as before");
	}
	judged_print(15, (struct judged){.attacks = COUNT(rows)});
}

/* What passes is asked once more: of `bad` one answer, then the good one. */
static void what_passes_is_asked_again(void **state)
{
	static const char *const bad[] = {
		"404\n", "410\n{\"error\":\"Gone\"}", "429\n", "503\n", "200\n{}"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct imds imds;
		char text[128];
		struct err err;

		(void)snprintf(
			text, sizeof(text), "%s\nthen\n200\n{\"location\":\"eastus\"}", bad[i]);
		answers(text);
		check_ok(imds_ask(server.url, &imds, &err), &err);
		assert_string_equal(imds.location, "eastus");
		answers(text);
		assert_int_equal(imds_ask_briefly(server.url, &imds, &err), -1);
	}
}

static void long_answers_are_refused(void **state)
{
	char *text = calloc(1, IMDS_MAX_BYTES + 64);

	(void)state;
	assert_non_null(text);
	memcpy(text, "200\n{\"location\":\"", 17);
	memset(text + 17, 'x', 64);
	memcpy(text + 17 + 64, "\"}", 2);
	answers(text);
	check_fails(server.url, ERR_METADATA_INVALID, "'location' cannot be used");
	memset(text + 4, ' ', IMDS_MAX_BYTES + 1);
	answers(text);
	check_fails(server.url, ERR_METADATA_INVALID, "more than 65536 bytes");
	free(text);
}

static void who_is_not_there_is_named(void **state)
{
	(void)state;
	check_fails("http://127.0.0.1:1", ERR_METADATA, "127.0.0.1:1");
}

/* Plain HTTP is for an address in digits alone. */
static void only_an_address_is_asked(void **state)
{
	static const char *const urls[] = {"http://localhost", "http://metadata.example",
		"https://127.0.0.1", "http://127.1", "http://127.0.0.1.nip.example", "http://",
		"127.0.0.1", "http://u@127.0.0.1", ""};

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++)
		check_fails(urls[i], ERR_ENDPOINT_INVALID, "Metadata service: ");
}

static void plain_addresses_are_understood(void **state)
{
	static const struct {
		const char *url, *host;
		uint16_t port;
	} rows[] = {
		{"http://169.254.169.254", "169.254.169.254", 80},
		{"HTTP://127.0.0.1:8080/x", "127.0.0.1", 8080},
		{"http://[FD00:EC2::0254]", "[fd00:ec2::254]", 80},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_origin origin;
		struct err err;

		check_ok(http_parse_plain_url(rows[i].url, &origin, NULL, &err), &err);
		assert_string_equal(origin.host, rows[i].host);
		assert_int_equal(origin.port, rows[i].port);
		check_err(http_parse_url(rows[i].url, &origin, NULL, &err), &err,
			ERR_ENDPOINT_INVALID);
	}
}

#define QUERY     "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define VM_ID     "9f2a6c1e-53b1-4d1c-8d6f-3f1f8a3b5c7d"
#define PEM(text) "-----BEGIN CERTIFICATE-----\\n" text "\\n-----END CERTIFICATE-----"

static const uint8_t random_bytes[UUID_BYTES];

static void a_new_certificate_comes_or_can_be_queried(void **state)
{
	static const struct {
		const char *answers;
		enum err_code code;
		const char *cert, *query;
	} rows[] = {
		{"200\n{\"AkCertPem\":\"" PEM("MIIB") "\",\"CertQueryId\":\"x\"}", ERR_OK,
			"\x30\x82\x01", ""},
		{"200\n{\"AkCertPem\":\"" PEM("MIIB") PEM("AAAA") "\"}", ERR_OK, "\x30\x82\x01", ""},
		{"200\n{\"AkCertPem\":\"\",\"CertQueryId\":\"" QUERY "\"}", ERR_OK, "", QUERY},
		{"200\n\nthen\n200\n" QUERY, ERR_OK, "", QUERY},
		{"200\n\nthen\n200\n\"" QUERY "\"\n", ERR_OK, "", QUERY},
		{"200\n\nthen\n200\n", ERR_METADATA_INVALID, "", ""},
		{"200\n\nthen\n200\n" QUERY QUERY, ERR_METADATA_INVALID, "", ""},
		{"200\n\nthen\n200\n1b4e28ba-2fa1-11d2-883f-0016d3cca4&7", ERR_METADATA_INVALID, "",
			""},
		{"200\n{}", ERR_METADATA_INVALID, "", ""},
		{"200\n[]", ERR_METADATA_INVALID, "", ""},
		{"200\nnothing", ERR_METADATA_INVALID, "", ""},
		{"200\n{\"AkCertPem\":17}", ERR_METADATA_INVALID, "", ""},
		{"200\n{\"AkCertPem\":\"none\"}", ERR_METADATA_INVALID, "", ""},
		{"200\n{\"AkCertPem\":\"" PEM("") "\"}", ERR_METADATA_INVALID, "", ""},
		{"200\n{\"AkCertPem\":\"" PEM("*") "\"}", ERR_METADATA_INVALID, "", ""},
		{"200\n{\"AkCertPem\":\"" PEM("MIIBMIIBMIIB") "\"}", ERR_METADATA_INVALID, "", ""},
		{"200\n<html>", ERR_METADATA_FOREIGN, "", ""},
		{"302\n", ERR_METADATA_FOREIGN, "", ""},
		{"404\n", ERR_METADATA_FAILED, "", ""},
		{"429\n", ERR_METADATA_THROTTLED, "", ""},
	};
	const struct imds_cert_call call = {server.url, VM_ID, random_bytes};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf cert = buf_with_max(8);
		char query[UUID_SIZE] = "";
		struct err err = {.code = ERR_OK};

		answers(rows[i].answers);
		if ((imds_cert_renew(&call, TEXT("old"), &cert, query, &err) < 0) !=
				(rows[i].code != ERR_OK) ||
			err.code != rows[i].code)
			fail_msg("row %zu: %d %s", i, err.code, err.msg);
		assert_true(bytes_equal(buf_bytes(&cert), bytes_of_text(rows[i].cert)));
		assert_string_equal(query, rows[i].query);
	}
}

static void a_certificate_is_queried_by_what_the_service_gave(void **state)
{
	const struct imds_cert_call call = {server.url, VM_ID, random_bytes};
	auto_cleanup(buf) struct buf cert = buf_with_max(8);
	struct err err;

	(void)state;
	answers("200\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
	check_ok(imds_cert_query(&call, QUERY, &cert, &err), &err);
	assert_true(bytes_equal(buf_bytes(&cert), TEXT("\x30\x82\x01")));
	check_err(imds_cert_query(&call, "a&b", &cert, &err), &err, ERR_INTERNAL);
	answers("200\n");
	check_err(imds_cert_query(&call, QUERY, &cert, &err), &err, ERR_METADATA_INVALID);
	answers("404\n");
	check_err(imds_cert_query(&call, QUERY, &cert, &err), &err, ERR_METADATA_FAILED);
}

/* It would become part of an address. */
static void only_a_vm_with_an_identifier_asks_for_a_certificate(void **state)
{
	static const char *const rows[] = {
		"", "a-vm", "9f2a6c1e-53b1-4d1c-8d6f-3f1f8a3b5c7&", VM_ID "0"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct imds_cert_call call = {"http://127.0.0.1:1", rows[i], random_bytes};
		auto_cleanup(buf) struct buf cert = buf_with_max(8);
		char query[UUID_SIZE] = "";
		struct err err;

		check_err(imds_cert_renew(&call, TEXT("old"), &cert, query, &err), &err,
			ERR_METADATA_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_platforms_view_is_told_if_it_can_be_used),
		cmocka_unit_test(the_vm_learns_where_it_is),
		cmocka_unit_test(bad_answers_have_their_codes),
		cmocka_unit_test(what_cannot_be_used_is_named),
		cmocka_unit_test(what_passes_is_asked_again),
		cmocka_unit_test(long_answers_are_refused),
		cmocka_unit_test(who_is_not_there_is_named),
		cmocka_unit_test(only_an_address_is_asked),
		cmocka_unit_test(plain_addresses_are_understood),
		cmocka_unit_test(a_new_certificate_comes_or_can_be_queried),
		cmocka_unit_test(a_certificate_is_queried_by_what_the_service_gave),
		cmocka_unit_test(only_a_vm_with_an_identifier_asks_for_a_certificate),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
