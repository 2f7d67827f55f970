#include "check.h"
#include "../support/logmaker.h"
#include "boot/uefivar.h"

static const uint8_t owner[UEFI_GUID_SIZE] = {1, 2, 3};

static void put_list(struct buf *out, const uint8_t type[UEFI_GUID_SIZE], uint32_t header,
	uint32_t entry, uint32_t count)
{
	put(out, type, UEFI_GUID_SIZE);
	put_number(out, 28 + header + (uint64_t)entry * count, 4);
	put_number(out, header, 4);
	put_number(out, entry, 4);
	put_repeated(out, 0xEE, header);
	for (uint32_t i = 0; i < count; i++) {
		put(out, owner, sizeof(owner));
		put_repeated(out, (uint8_t)(i + 1), entry - UEFI_GUID_SIZE);
	}
}

static void guids_are_written_as_people_know_them(void **state)
{
	char text[UEFI_GUID_TEXT_SIZE];

	(void)state;
	uefi_guid_text(uefi_global_variable_guid, text);
	assert_string_equal(text, "8BE4DF61-93CA-11D2-AA0D-00E098032B8C");
	uefi_guid_text(uefi_image_security_guid, text);
	assert_string_equal(text, "D719B2CB-3D3A-4596-A3BC-DAD00E67656F");
	uefi_guid_text(uefi_cert_x509_guid, text);
	assert_string_equal(text, "A5C059A1-94E4-4AA7-87B5-AB155C2BF072");
	uefi_guid_text(uefi_cert_sha256_guid, text);
	assert_string_equal(text, "C1C41626-504C-4092-ACA9-41F936934328");
}

static void a_measured_variable_is_read(void **state)
{
	auto_cleanup(buf) struct buf data =
		variable_data(uefi_global_variable_guid, "SecureBoot", TEXT("\x01"));
	struct uefivar var;

	(void)state;
	assert_int_equal(data.len, 53); /* as on real VMs */
	assert_true(uefivar_parse(buf_bytes(&data), &var));
	assert_true(uefivar_is(&var, uefi_global_variable_guid, "SecureBoot"));
	assert_false(uefivar_is(&var, uefi_image_security_guid, "SecureBoot"));
	assert_false(uefivar_is(&var, uefi_global_variable_guid, "SecureBoo"));
	assert_int_equal(var.data.len, 1);
	for (size_t len = 0; len < data.len; len++)
		assert_false(uefivar_parse((struct bytes){data.data, len}, &var));
}

static void sizes_that_overflow_do_not_fit(void **state)
{
	static const uint64_t sizes[] = {
		0x8000000000000005u, 0xFFFFFFFFFFFFFFFFu, 0x7FFFFFFFFFFFFFFFu, 1000};

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t at = 16; at <= 24; at += 8) {
			auto_cleanup(buf) struct buf data =
				variable_data(uefi_global_variable_guid, "Boot0", TEXT("data"));
			struct uefivar var;

			memcpy(data.data + at, &sizes[i], 8);
			assert_false(uefivar_parse(buf_bytes(&data), &var));
		}
	}
}

static void names_become_clean_utf8(void **state)
{
	static const struct {
		const char *utf16;
		size_t len;
		const char *text;
	} rows[] = {
		{"a\0b\0", 4, "ab"},
		{"\xe9\0\xac\x20", 4, "\u00e9\u20ac"},
		{"\x3d\xd8\x12\xdd", 4, "\U0001F512"},
		{"\x3d\xd8"
		 "a\0",
			4, "???a"},
		{"\x12\xdd", 2, "???"},
		{"a\0\0\0b\0", 6, "a?b"},
		{"a\0\x1b\0", 4, "a?"},
		{"a\0b", 3, "a"},
		{"", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[32];

		uefi_text((struct bytes){(const uint8_t *)rows[i].utf16, rows[i].len}, text,
			sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void a_long_name_is_cut(void **state)
{
	char name[3000];
	struct uefivar var;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	auto_cleanup(buf) struct buf data = variable_data(uefi_global_variable_guid, name, TEXT("v"));
	assert_true(uefivar_parse(buf_bytes(&data), &var));
	assert_int_equal(strlen(var.name), UEFIVAR_NAME_SIZE - 1);
}

static void signature_lists_give_their_entries(void **state)
{
	auto_cleanup(buf) struct buf data = buf_with_max(1 << 20);
	struct uefi_signature_walk walk;
	struct uefi_signature entry;

	(void)state;
	put_list(&data, uefi_cert_x509_guid, 0, UEFI_GUID_SIZE + 100, 1);
	/* an empty list between */
	put_list(&data, uefi_cert_sha256_guid, 0, UEFI_GUID_SIZE + 32, 0);
	put_list(&data, uefi_cert_sha256_guid, 5, UEFI_GUID_SIZE + 32, 3);
	walk = uefi_signature_walk(buf_bytes(&data));
	assert_true(uefi_signature_next(&walk, &entry));
	assert_memory_equal(entry.type, uefi_cert_x509_guid, UEFI_GUID_SIZE);
	assert_memory_equal(entry.owner, owner, UEFI_GUID_SIZE);
	assert_int_equal(entry.data.len, 100);
	for (uint8_t i = 1; i <= 3; i++) {
		assert_true(uefi_signature_next(&walk, &entry));
		assert_memory_equal(entry.type, uefi_cert_sha256_guid, UEFI_GUID_SIZE);
		assert_int_equal(entry.data.len, 32);
		assert_int_equal(entry.data.data[0], i);
	}
	assert_false(uefi_signature_next(&walk, &entry));
	assert_false(walk.malformed);
}

static void an_empty_variable_holds_no_entries(void **state)
{
	struct uefi_signature_walk walk = uefi_signature_walk((struct bytes){0});
	struct uefi_signature entry;

	(void)state;
	assert_false(uefi_signature_next(&walk, &entry));
	assert_false(walk.malformed);
}

static void lists_that_do_not_fit_are_malformed(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} rows[] = {
		{16, 0},
		{16, 27},
		{16, 28 + 96 + 1},
		{16, 0xFFFFFFFFu},
		{20, 97},
		{20, 0xFFFFFFFFu},
		{24, 0},
		{24, 15},
		{24, 47},
		{24, 97},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf data = buf_with_max(1 << 20);
		struct uefi_signature_walk walk;
		struct uefi_signature entry;

		put_list(&data, uefi_cert_sha256_guid, 0, UEFI_GUID_SIZE + 32, 2);
		for (size_t k = 0; k < 4; k++)
			data.data[rows[i].at + k] = (uint8_t)(rows[i].value >> 8 * k);
		walk = uefi_signature_walk(buf_bytes(&data));
		assert_false(uefi_signature_next(&walk, &entry));
		assert_true(walk.malformed);
		assert_false(uefi_signature_next(&walk, &entry));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guids_are_written_as_people_know_them),
		cmocka_unit_test(a_measured_variable_is_read),
		cmocka_unit_test(sizes_that_overflow_do_not_fit),
		cmocka_unit_test(names_become_clean_utf8),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(signature_lists_give_their_entries),
		cmocka_unit_test(an_empty_variable_holds_no_entries),
		cmocka_unit_test(lists_that_do_not_fit_are_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
