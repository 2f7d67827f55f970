/* Signatures of programs that sbsign made, beside what sbverify and openssl find; see
 * test/support/make_signed. */
#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "../support/folder.h"
#include "disk/filedigest.h"
#include "disk/signers.h"

static char folder[FOLDER_SIZE];

static struct buf read_file(const char *name, const char *suffix)
{
	struct buf bytes = buf_with_max(1 << 20);
	char path[512];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	check_ok(file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err), &err);
	return bytes;
}

static struct signers *read_signers(const char *name)
{
	auto_cleanup(fd) int fd = -1;
	struct filedigest digest;
	struct signers *signers;
	char path[512];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/%s.efi", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	check_ok(filedigest_read(fd, &digest, &err), &err);
	assert_true(digest.is_program);
	check_ok(signers_new(&signers, &err), &err);
	check_ok(signers_read(fd, digest.program, signers, &err), &err);
	return signers;
}

static bool is_vouched(const struct signers *signers, struct bytes certificate)
{
	bool is_one, is_any = false;
	struct err err;

	for (size_t i = 0; i < signers->count; i++) {
		check_ok(signers_are_vouched(&signers->items[i], certificate, &is_one, &err), &err);
		is_any |= is_one;
	}
	return is_any;
}

static void others_come_to_the_same(void **state)
{
	auto_cleanup(buf) struct buf verdicts = read_file("verdicts", "");
	struct bytes rest = buf_bytes(&verdicts), line;
	size_t good = 0, bad = 0;

	(void)state;
	while (bytes_next_line(&rest, &line)) {
		auto_cleanup(signers) struct signers *signers = NULL;
		auto_cleanup(buf) struct buf certificate = {0};
		char file[32], cert[32], text[96];
		int expected;

		assert_true(line.len < sizeof(text));
		memcpy(text, line.data, line.len);
		text[line.len] = '\0';
		assert_int_equal(sscanf(text, "%31s %31s %d", file, cert, &expected), 3);
		signers = read_signers(file);
		certificate = read_file(cert, ".der");
		if (is_vouched(signers, buf_bytes(&certificate)) != (expected == 1))
			fail_msg("%s: others find %d", text, expected);
		good += expected == 1;
		bad += expected != 1;
	}
	assert_int_equal(good, 8);
	assert_int_equal(bad, 27);
}

static void each_signature_shows_its_signer(void **state)
{
	static const struct {
		const char *file;
		size_t count;
		bool is_intact[2];
		const char *names[2], *issuers[2];
	} rows[] = {
		{"program", 0, {0}, {0}, {0}},
		{"signed", 1, {true}, {"CN=Signer"}, {"CN=Intermediate"}},
		{"dual", 2, {true, true}, {"CN=Signer", "CN=Own"}, {"CN=Intermediate", "CN=Own"}},
		{"tampered", 1, {false}, {"CN=Signer"}, {"CN=Intermediate"}},
		{"moved", 1, {false}, {"CN=Signer"}, {"CN=Intermediate"}},
		{"forged", 1, {false}, {"CN=Signer"}, {"CN=Intermediate"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(signers) struct signers *signers = read_signers(rows[i].file);

		assert_int_equal(signers->count, rows[i].count);
		assert_false(signers->is_cut);
		for (size_t k = 0; k < signers->count; k++) {
			assert_int_equal(signers->items[k].is_intact, rows[i].is_intact[k]);
			assert_string_equal(signers->items[k].name, rows[i].names[k]);
			assert_string_equal(signers->items[k].issuer, rows[i].issuers[k]);
		}
	}
}

/* The bytes of a program's table of signatures, which ends the file. */
static struct buf table_of(const struct buf *program)
{
	struct buf ret = buf_with_max(1 << 20);
	struct peimage *image = calloc(1, sizeof(*image));
	struct err err;

	assert_non_null(image);
	check_ok(peimage_parse(buf_bytes(program), program->len, image, &err), &err);
	check_ok(buf_append(&ret, program->data + image->certificates.offset,
			 (size_t)image->certificates.len, &err),
		&err);
	free(image);
	return ret;
}

/* Flips each byte of one part of the table's first signature, which then fits no more. */
static void spoil(struct buf *table, struct bytes part, const uint8_t *digest, struct signers *signers)
{
	struct err err;

	assert_true(part.len > 0);
	for (size_t at = (size_t)(part.data - table->data), left = part.len; left; at++, left--) {
		table->data[at] ^= 0x55;
		check_ok(signers_judge(buf_bytes(table), digest, signers, &err), &err);
		assert_false(signers->count && signers->items[0].is_intact);
		table->data[at] ^= 0x55;
	}
}

static void no_byte_of_what_is_signed_may_change(void **state)
{
	auto_cleanup(buf) struct buf program = read_file("own", ".efi");
	auto_cleanup(buf) struct buf table = table_of(&program);
	auto_cleanup(signers) struct signers *signers = read_signers("own");
	struct authenticode parts;
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct err err;

	(void)state;
	memcpy(digest, signers->items[0].parts.digest.data, sizeof(digest));
	check_ok(signers_judge(buf_bytes(&table), digest, signers, &err), &err);
	assert_true(signers->items[0].is_intact);
	parts = signers->items[0].parts;
	spoil(&table, parts.content, digest, signers);
	spoil(&table, parts.attributes, digest, signers);
	spoil(&table, parts.signature, digest, signers);
	digest[0] ^= 1; /* another program */
	check_ok(signers_judge(buf_bytes(&table), digest, signers, &err), &err);
	assert_int_equal(signers->count, 1);
	assert_false(signers->items[0].is_intact);
}

static void tables_of_odd_sizes_end_where_they_end(void **state)
{
	auto_cleanup(buf) struct buf program = read_file("dual", ".efi");
	auto_cleanup(buf) struct buf table = table_of(&program);
	auto_cleanup(signers) struct signers *signers = read_signers("dual");
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct err err;

	(void)state;
	memcpy(digest, signers->items[0].parts.digest.data, sizeof(digest));
	for (size_t len = 0; len <= table.len; len += len < 40 ? 1 : 97) {
		check_ok(signers_judge((struct bytes){table.data, len}, digest, signers, &err), &err);
		assert_true(signers->count <= 2);
	}
	check_ok(signers_judge(buf_bytes(&table), digest, signers, &err), &err);
	assert_int_equal(signers->count, 2);
}

/* Debian's shim of 2026, signed under both of Microsoft's authorities. Its packages are no part of
 * the tests: SHIM names one. */
static void shim_is_vouched_for_by_either_authority(void **state)
{
	const char *shim = getenv("SHIM"), *vectors = getenv("VECTORS");
	static const char *const certs[] = {"DB__Certificates__MicCorUEFCA2011_2011-06-27.der",
		"DB__Certificates__microsoft_uefi_ca_2023.der"};
	char kept[FOLDER_SIZE];

	(void)state;
	if (!shim) {
		print_message("SKIPPED: SHIM names no dual-signed shim, without .efi\n");
		skip();
	}
	memcpy(kept, folder, sizeof(kept));
	for (size_t i = 0; i < COUNT(certs); i++) {
		auto_cleanup(signers) struct signers *signers = NULL;
		auto_cleanup(buf) struct buf certificate = {0};
		bool is_vouched_for;
		struct err err;

		(void)snprintf(folder, sizeof(folder), "%s", shim);
		signers = read_signers("shim");
		(void)snprintf(folder, sizeof(folder), "%s", vectors ? vectors : "../shared/vectors");
		certificate = read_file("dbx/microsoft-secureboot_objects/", certs[i]);
		memcpy(folder, kept, sizeof(folder));
		assert_int_equal(signers->count, 2);
		for (size_t k = 0; k < 2; k++) {
			check_ok(signers_are_vouched(&signers->items[k], buf_bytes(&certificate),
					 &is_vouched_for, &err),
				&err);
			assert_int_equal(is_vouched_for, i == k);
		}
	}
}

static int make_signed(void **state)
{
	const char *argv[] = {"test/support/make_signed", folder, NULL};

	(void)state;
	folder_make(folder);
	folder_run(argv);
	return 0;
}

static int remove_signed(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_come_to_the_same),
		cmocka_unit_test(each_signature_shows_its_signer),
		cmocka_unit_test(no_byte_of_what_is_signed_may_change),
		cmocka_unit_test(tables_of_odd_sizes_end_where_they_end),
		cmocka_unit_test(shim_is_vouched_for_by_either_authority),
	};

	return cmocka_run_group_tests(tests, make_signed, remove_signed);
}
