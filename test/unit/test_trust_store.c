/* Files of authorities, some of which cannot be taken. */
#include "check.h"

#include <stdio.h>
#include "net/trust_store.h"
#include "../support/folder.h"

static char folder[FOLDER_SIZE];

/* A file of several parts: certificates of the folder, or the words themselves. */
static const char *file_of(const char *const *parts)
{
	static char path[2 * FOLDER_SIZE];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/file.pem", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	for (; *parts; parts++) {
		uint8_t pem[8192];

		if (strstr(*parts, ".pem"))
			(void)fwrite(pem, 1, folder_read(folder, *parts, pem, sizeof(pem)), file);
		else
			(void)fputs(*parts, file);
	}
	assert_int_equal(fclose(file), 0);
	return path;
}

static int take(const char *ca_file, const char *extra_ca_file, struct trust_store_set *ret,
	struct err *err)
{
	struct trust_store trust = {.ca_file = ca_file, .extra_ca_file = extra_ca_file};

	return trust_store_load(&trust, ret, err);
}

static void what_cannot_be_taken_is_told_and_the_rest_counts(void **state)
{
	static const struct {
		const char *parts[6];
		size_t count, left_out;
		const char *words; /* of the first that is left out */
	} rows[] = {
		{{"root.pem", "inter.pem"}, 2, 0, ""},
		{{"root.pem", "ed25519.pem", "inter.pem"}, 2, 1, "Certificate 2 of CA file"},
		{{"ed25519.pem", "root.pem"}, 1, 1, "a kind that is not known to this program"},
		{{"unknown.pem", "root.pem"}, 1, 1, "critical extension 1.2.3.4"},
		{{"limited.pem"}, 1, 0, ""},
		{{"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "root.pem"}, 1,
			1, "cannot be decoded"},
		{{"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "root.pem"}, 1,
			1, "cannot be read"},
		{{"-----BEGIN CERTIFICATE-----\nMIIB", "root.pem"}, 1, 1, "cannot be decoded"},
		{{"words before\n", "root.pem", "words behind"}, 1, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(trust_store_set) struct trust_store_set set = {0};
		struct err err;

		check_ok(take(file_of(rows[i].parts), NULL, &set, &err), &err);
		if (set.count != rows[i].count || set.left_out_count != rows[i].left_out ||
			!strstr(set.left_out[0], rows[i].words))
			fail_msg("row %zu: %zu taken, %zu left out: %s", i, set.count,
				set.left_out_count, set.left_out[0]);
	}
}

static void a_file_in_which_none_can_be_taken_is_an_error(void **state)
{
	static const char *const parts[][3] = {
		{"ed25519.pem", "unknown.pem"}, {"no certificate"}, {""}};

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		auto_cleanup(trust_store_set) struct trust_store_set set = {0};
		struct err err;

		check_err(take(file_of(parts[i]), NULL, &set, &err), &err, ERR_CA_FILE);
		assert_non_null(strstr(err.msg, "file.pem"));
		assert_null(set.authorities);
	}
}

static void a_set_is_the_same_while_its_files_are(void **state)
{
	static const char *const first[] = {"root.pem", NULL}, *const second[] = {"inter.pem", NULL};
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	struct err err;

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct trust_store trust = {.ca_file = file_of(round ? second : first)};

		assert_false(trust_store_is_current(&set, &trust));
		check_ok(trust_store_load(&trust, &set, &err), &err);
		assert_true(trust_store_is_current(&set, &trust));
		trust.extra_ca_file = trust.ca_file;
		assert_false(trust_store_is_current(&set, &trust));
		trust.ca_file = "/nonexistent";
		assert_false(trust_store_is_current(&set, &trust));
	}
}

static void all_of_the_systems_count(void **state)
{
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	const char *file;
	struct err err;

	(void)state;
	if (trust_store_find(&(struct trust_store){0}, &file, &err) < 0) {
		print_message("SKIPPED: this system has no authorities\n");
		skip();
	}
	check_ok(take(NULL, NULL, &set, &err), &err);
	print_message("%zu of %s; %zu left out %s\n", set.count, file, set.left_out_count,
		set.left_out[0]);
	assert_true(set.count > 50);
}

static int make_files(void **state)
{
	const char *chain[] = {"test/support/make_chain", folder, NULL};
	char key[FOLDER_SIZE + 16], pem[FOLDER_SIZE + 16];
	const char *other[] = {"/usr/bin/openssl", "req", "-x509", "-newkey", "ed25519", "-nodes",
		"-subj", "/CN=Ed25519", "-keyout", key, "-out", pem, NULL};

	(void)state;
	folder_make(folder);
	(void)snprintf(key, sizeof(key), "%s/ed25519.key", folder);
	(void)snprintf(pem, sizeof(pem), "%s/ed25519.pem", folder);
	folder_run(chain);
	folder_run(other);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_taken_is_told_and_the_rest_counts),
		cmocka_unit_test(a_file_in_which_none_can_be_taken_is_an_error),
		cmocka_unit_test(a_set_is_the_same_while_its_files_are),
		cmocka_unit_test(all_of_the_systems_count),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
