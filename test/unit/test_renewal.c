#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "../support/root.h"
#include "appraise/renewal_facts.h"
#include "base/file.h"

#define BIT(cert)   KNOWN_CERT_BIT(KNOWN_CERT_##cert)
#define KEK_OLD     BIT(KEK_2011)
#define KEK_NEW     BIT(KEK_2023)
#define UEFI_OLD    BIT(UEFI_2011)
#define UEFI_NEW    BIT(UEFI_2023)
#define RECORD      "test/data/boot/secureboot-on/efivars"
#define VECTORS_DBX "dbx/microsoft-secureboot_objects/"

static struct renewal_variables variables(known_cert_mask kek, known_cert_mask db, size_t others)
{
	return (struct renewal_variables){.is_read = {true, true, true, true},
		.certs = {[UEFI_PK] = {.others = 1},
			[UEFI_KEK] = {.found = kek, .others = others},
			[UEFI_DB] = {.found = db, .others = others}}};
}

static void the_state_is_that_of_the_certificates(void **state)
{
	static const struct {
		known_cert_mask kek, db;
		size_t others;
		enum renewal_state state;
		bool is_due;
	} rows[] = {
		{KEK_OLD, UEFI_OLD, 0, RENEWAL_BOTH_MISSING, true},
		{KEK_OLD, UEFI_OLD | BIT(WINDOWS_2011), 1, RENEWAL_BOTH_MISSING, true},
		{KEK_OLD, UEFI_OLD | UEFI_NEW, 0, RENEWAL_KEK_MISSING, true},
		{KEK_OLD | KEK_NEW, UEFI_OLD, 0, RENEWAL_DB_MISSING, true},
		{KEK_NEW, UEFI_OLD, 0, RENEWAL_DB_MISSING, true},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, 0, RENEWAL_READY, false},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW | BIT(AZURE_KMOD), 0, RENEWAL_READY, false},
		{KEK_NEW, UEFI_NEW, 0, RENEWAL_READY, false}, /* a confidential VM's template */
		/* those for Windows and for option ROMs let no shim start */
		{KEK_OLD | KEK_NEW, UEFI_OLD | BIT(WINDOWS_2023) | BIT(OPTION_ROM_2023), 0,
			RENEWAL_DB_MISSING, true},
		/* the right certificate in the wrong list */
		{KEK_OLD | UEFI_NEW, UEFI_OLD | KEK_NEW, 0, RENEWAL_BOTH_MISSING, true},
		{0, 0, 1, RENEWAL_OWN_KEYS, false},
		{0, UEFI_OLD, 1, RENEWAL_OWN_KEYS, true},
		{0, UEFI_OLD | UEFI_NEW, 1, RENEWAL_OWN_KEYS, false},
		{KEK_OLD | KEK_NEW, 0, 1, RENEWAL_OWN_KEYS, false},
		{KEK_OLD, 0, 1, RENEWAL_KEK_MISSING, true},
		{0, 0, 0, RENEWAL_UNKNOWN, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct renewal_variables measured =
			variables(rows[i].kek, rows[i].db, rows[i].others);
		struct renewal renewal = renewal_of(&measured, &(struct renewal_variables){0});
		char text[RENEWAL_TEXT_SIZE], remedy[RENEWAL_TEXT_SIZE];

		if (renewal.state != rows[i].state || renewal.is_due != rows[i].is_due)
			fail_msg("row %zu: %s, due %d", i, renewal_state_text(renewal.state),
				renewal.is_due);
		assert_true(renewal.is_measured && !renewal.is_pending);
		renewal_text(&renewal, text);
		renewal_remedy(&renewal, remedy);
		assert_int_equal(text[0] != '\0', rows[i].is_due);
		assert_int_equal(remedy[0] != '\0', rows[i].is_due);
		assert_true(strlen(remedy) + 1 < sizeof(remedy));
		assert_int_equal(
			renewal_state_of_name(renewal_state_name(renewal.state)), renewal.state);
	}
	assert_int_equal(renewal_state_of_name("another"), RENEWAL_UNKNOWN);
}

static void what_is_revoked_or_cannot_be_read_does_not_count(void **state)
{
	struct renewal_variables none = {0};
	struct renewal_variables measured = variables(KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, 0);

	(void)state;
	measured.certs[UEFI_DBX].found = UEFI_NEW; /* taken back */
	assert_int_equal(renewal_of(&measured, &none).state, RENEWAL_DB_MISSING);
	measured.certs[UEFI_DBX].found = 0;
	assert_int_equal(renewal_of(&measured, &none).state, RENEWAL_READY);
	measured.certs[UEFI_DB].is_malformed = true;
	assert_int_equal(renewal_of(&measured, &none).state, RENEWAL_UNKNOWN);
	assert_int_equal(renewal_of(&none, &none).state, RENEWAL_UNKNOWN);
}

static void what_the_firmware_shows_proves_nothing(void **state)
{
	struct renewal_variables none = {0}, old = variables(KEK_OLD, UEFI_OLD, 0);
	struct renewal_variables new = variables(KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, 0);
	struct renewal shown = renewal_of(&none, &new), renewed = renewal_of(&old, &new);
	char remedy[RENEWAL_TEXT_SIZE];

	(void)state;
	assert_int_equal(shown.state, RENEWAL_READY);
	assert_false(shown.is_measured);
	/* what was measured stays the state, until the next boot measures the new ones */
	assert_int_equal(renewed.state, RENEWAL_BOTH_MISSING);
	assert_true(renewed.is_measured && renewed.is_due && renewed.is_pending);
	renewal_remedy(&renewed, remedy);
	assert_non_null(strstr(remedy, "restart the VM"));
	/* taken out since the boot: no state becomes better or worse by it */
	assert_int_equal(renewal_of(&new, &old).state, RENEWAL_READY);
	/* other keys instead are none of what was missing */
	new = variables(0, UEFI_OLD | UEFI_NEW, 1);
	assert_false(renewal_of(&old, &new).is_pending);
	/* one of two is not all */
	new = variables(KEK_OLD, UEFI_OLD | UEFI_NEW, 0);
	renewed = renewal_of(&old, &new);
	assert_false(renewed.is_pending);
	renewal_text(&renewed, remedy);
	assert_non_null(strstr(remedy, "KEK lacks"));
	assert_null(strstr(remedy, "db lacks"));
	renewal_remedy(&renewed, remedy);
	assert_null(strstr(remedy, "pdate db"));
	/* it is not there if dbx takes it back */
	new.certs[UEFI_DBX].found = UEFI_NEW;
	renewed = renewal_of(&old, &new);
	renewal_text(&renewed, remedy);
	assert_non_null(strstr(remedy, "db lacks"));
}

static void the_remedy_is_for_this_kind_of_vm(void **state)
{
	struct renewal_variables azure = variables(KEK_OLD, UEFI_OLD, 0);
	struct renewal_variables owned = variables(0, UEFI_OLD, 1), none = {0};
	struct renewal renewal;
	char remedy[RENEWAL_TEXT_SIZE];

	(void)state;
	renewal = renewal_of(&azure, &none);
	renewal_remedy(&renewal, remedy);
	assert_non_null(strstr(remedy, "pdate db"));
	assert_non_null(strstr(remedy, "owner of the PK"));
	azure.certs[UEFI_DB].found |= UEFI_NEW;
	renewal = renewal_of(&azure, &none);
	renewal_remedy(&renewal, remedy);
	assert_null(strstr(remedy, "pdate db"));
	assert_non_null(strstr(remedy, "owner of the PK"));
	azure = variables(KEK_OLD, UEFI_OLD, 0);
	azure.certs[UEFI_PK].found = BIT(PK_AZURE);
	renewal = renewal_of(&azure, &none);
	renewal.vm = RENEWAL_VM_CONFIDENTIAL;
	renewal_remedy(&renewal, remedy);
	assert_non_null(strstr(remedy, "make the VM anew"));
	assert_null(strstr(remedy, "pdate KEK"));
	renewal.vm = RENEWAL_VM_TRUSTED_LAUNCH;
	renewal_remedy(&renewal, remedy);
	assert_non_null(strstr(remedy, "Update KEK and db from inside"));
	assert_null(strstr(remedy, "onfidential"));
	renewal = renewal_of(&azure, &none);
	renewal_remedy(&renewal, remedy);
	assert_non_null(strstr(remedy, "Trusted Launch"));
	assert_non_null(strstr(remedy, "confidential"));
	renewal = renewal_of(&owned, &none);
	renewal_remedy(&renewal, remedy);
	assert_non_null(strstr(remedy, "You own the KEK"));
}

static void copy_variable(const struct root *root, const char *name)
{
	auto_cleanup(buf) struct buf contents = buf_with_max(1 << 20);
	char from[256], to[256];
	struct err err;

	(void)snprintf(from, sizeof(from), RECORD "/%s", name);
	(void)snprintf(to, sizeof(to), "sys/firmware/efi/efivars/%s", name);
	check_ok(file_read(AT_FDCWD, from, FILE_FOLLOW_LINKS, &contents, &err), &err);
	root_write(root, to, buf_bytes(&contents));
}

static void the_firmware_of_a_recorded_machine_is_read(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	struct renewal_variables none = {0}, found;

	(void)state;
	renewal_look(root.fd, &found);
	assert_false(found.is_read[UEFI_DB]);
	copy_variable(&root, "db-d719b2cb-3d3a-4596-a3bc-dad00e67656f");
	renewal_look(root.fd, &found);
	assert_true(found.is_read[UEFI_DB] && !found.is_read[UEFI_KEK]);
	assert_int_equal(found.certs[UEFI_DB].found, UEFI_OLD | BIT(WINDOWS_2011));
	assert_int_equal(renewal_of(&none, &found).state, RENEWAL_UNKNOWN);
	copy_variable(&root, "KEK-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	renewal_look(root.fd, &found);
	assert_int_equal(renewal_of(&none, &found).state, RENEWAL_BOTH_MISSING);
}

static struct bytes read_vector(const char *name, struct buf *ret)
{
	const char *vectors = getenv("VECTORS");
	char path[512];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/%s", vectors ? vectors : "../shared/vectors", name);
	*ret = buf_with_max(1 << 20);
	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, ret, &err) < 0) {
		print_message("SKIPPED: no '%s' (set VECTORS)\n", path);
		skip();
	}
	return buf_bytes(ret);
}

/* A signed update: EFI_VARIABLE_AUTHENTICATION_2 (UEFI 2.10 section 8.2.2), then the lists. */
static struct bytes lists_of(struct bytes update)
{
	size_t signature;

	assert_true(update.len > 24);
	signature = update.data[16] + 256u * update.data[17];
	return bytes_behind(update, 16 + signature);
}

static void published_lists_are_recognised(void **state)
{
	static const struct {
		const char *file, *architecture, *held, *latest;
		size_t missing;
	} rows[] = {
		{"DBX__amd64__DBXUpdate.bin", "x64", "2026-06-10", "2026-06-10", 0},
		{"DBX__arm64__DBXUpdate.bin", "arm64", "2025-02-24", "2025-02-24", 0},
		{"history/DBXUpdate-amd64-2025-10-15-8e4a78b.bin", "x64", "2025-10-15",
			"2026-06-10", 12},
		{"history/DBXUpdate-amd64-2025-01-17-6740d73.bin", "x64", "2025-01-17",
			"2026-06-10", 198},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf file = {0};
		struct dbx_level level;
		char path[256];

		(void)snprintf(path, sizeof(path), VECTORS_DBX "%s", rows[i].file);
		dbx_level_read(lists_of(read_vector(path, &file)), &level);
		assert_true(level.is_known);
		assert_string_equal(level.architecture, rows[i].architecture);
		assert_string_equal(level.held, rows[i].held);
		assert_string_equal(level.latest, rows[i].latest);
		assert_int_equal(level.missing, rows[i].missing);
	}
}

/* One list of SHA-256 entries, each twice. */
static void put_twice(struct buf *list, struct bytes entries)
{
	struct err err;

	for (int i = 0; i < 2; i++)
		check_ok(buf_append(list, entries.data, entries.len, &err), &err);
}

static void neither_order_nor_repetition_nor_a_gap_deceives(void **state)
{
	auto_cleanup(buf) struct buf file = {0}, twice = buf_with_max(1 << 20);
	struct bytes lists = lists_of(
		read_vector(VECTORS_DBX "history/DBXUpdate-amd64-2025-10-15-8e4a78b.bin", &file));
	struct dbx_level level;
	uint8_t *changed;

	(void)state;
	put_twice(&twice, lists);
	dbx_level_read(buf_bytes(&twice), &level);
	assert_string_equal(level.held, "2025-10-15");
	assert_int_equal(level.missing, 12);
	/* one entry altered: the list is not whole any more, whatever its size */
	changed = file.data + (lists.data - file.data) + 28 + 16;
	changed[0] ^= 1;
	dbx_level_read(lists, &level);
	assert_int_equal(level.missing, 13);
	assert_true(!level.held || strcmp(level.held, "2025-10-15") < 0);
	dbx_level_read((struct bytes){0}, &level);
	assert_false(level.is_known);
}

static void certificates_are_known_by_their_digest(void **state)
{
	static const struct {
		const char *file;
		enum known_cert cert;
	} rows[] = {
		{"KEK__Certificates__MicCorKEKCA2011_2011-06-24.der", KNOWN_CERT_KEK_2011},
		{"KEK__Certificates__microsoft_corporation_kek_2k_ca_2023.der", KNOWN_CERT_KEK_2023},
		{"DB__Certificates__MicCorUEFCA2011_2011-06-27.der", KNOWN_CERT_UEFI_2011},
		{"DB__Certificates__microsoft_uefi_ca_2023.der", KNOWN_CERT_UEFI_2023},
		{"DB__Certificates__microsoft_option_rom_uefi_ca_2023.der",
			KNOWN_CERT_OPTION_ROM_2023},
		{"DB__Certificates__MicWinProPCA2011_2011-10-19.der", KNOWN_CERT_WINDOWS_2011},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf file = {0};
		struct crypto_cert_info info = {0};
		uint8_t sha256[CRYPTO_SHA256_SIZE];
		char path[256];
		bool is_one;
		struct err err;

		(void)snprintf(path, sizeof(path), VECTORS_DBX "%s", rows[i].file);
		crypto_sha256(read_vector(path, &file), sha256);
		assert_int_equal(known_cert_find(sha256), rows[i].cert);
		check_ok(crypto_cert_read(buf_bytes(&file), &info, &is_one, &err), &err);
		assert_string_equal(info.common_name, known_cert_name(rows[i].cert));
		sha256[31] ^= 1;
		assert_int_equal(known_cert_find(sha256), KNOWN_CERT_COUNT);
	}
}

/* What Microsoft hands out against Windows's old boot manager. */
static void a_revoked_certificate_is_seen(void **state)
{
	auto_cleanup(buf) struct buf file = {0};
	struct renewal_variables measured = variables(KEK_OLD, UEFI_OLD, 0);

	(void)state;
	assert_false(renewal_of(&measured, &measured).is_windows_2011_revoked);
	renewal_read(UEFI_DBX,
		lists_of(read_vector(VECTORS_DBX "Optional__DBX__DBXUpdate2024.bin", &file)),
		&measured);
	assert_true(renewal_of(&measured, &measured).is_windows_2011_revoked);
	assert_int_equal(measured.certs[UEFI_DBX].others, 3); /* versions of boot managers */
}

static void the_latest_level_of_shim_is_known(void **state)
{
	static const struct {
		const char *date;
		bool is_latest;
	} rows[] = {{RENEWAL_SBAT_LATEST, true}, {"2030010100", true}, {"2025021800", false},
		{"", false}, {"9", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sbat sbat = {0};

		(void)snprintf(sbat.date, sizeof(sbat.date), "%s", rows[i].date);
		assert_int_equal(renewal_is_sbat_latest(&sbat), rows[i].is_latest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_state_is_that_of_the_certificates),
		cmocka_unit_test(what_is_revoked_or_cannot_be_read_does_not_count),
		cmocka_unit_test(what_the_firmware_shows_proves_nothing),
		cmocka_unit_test(the_remedy_is_for_this_kind_of_vm),
		cmocka_unit_test(the_firmware_of_a_recorded_machine_is_read),
		cmocka_unit_test(published_lists_are_recognised),
		cmocka_unit_test(neither_order_nor_repetition_nor_a_gap_deceives),
		cmocka_unit_test(certificates_are_known_by_their_digest),
		cmocka_unit_test(a_revoked_certificate_is_seen),
		cmocka_unit_test(the_latest_level_of_shim_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
