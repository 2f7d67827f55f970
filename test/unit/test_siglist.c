#include "check.h"
#include "../support/logmaker.h"
#include "boot/siglist.h"

static const uint8_t microsoft[UEFI_GUID_SIZE] = {0xBD, 0x9A, 0xFA, 0x77, 0x59, 0x03, 0x32, 0x4D,
	0xBD, 0x60, 0x28, 0xF4, 0xE7, 0x8F, 0x78, 0x4B};

/* A list of `count` entries of one byte each, of owners that count up from `first`, or of one owner
 * if it is given. */
static void put_list(
	struct buf *to, const uint8_t *type, const uint8_t *owner, uint8_t first, uint32_t count)
{
	put(to, type, UEFI_GUID_SIZE);
	put_number(to, 28 + count * 17, 4);
	put_number(to, 0, 4);
	put_number(to, 17, 4);
	for (uint32_t i = 0; i < count; i++) {
		if (owner)
			put(to, owner, UEFI_GUID_SIZE);
		else
			put_repeated(to, (uint8_t)(first + i), UEFI_GUID_SIZE);
		put_repeated(to, 'x', 1);
	}
}

static void entries_are_counted_by_owner(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 16);
	struct siglist list;
	char text[128];

	(void)state;
	put_list(&bytes, uefi_cert_x509_guid, microsoft, 0, 2);
	put_list(&bytes, uefi_cert_sha256_guid, NULL, 0xAA, 1);
	put_list(&bytes, uefi_cert_sha256_guid, microsoft, 0, 3);
	put_list(&bytes, uefi_global_variable_guid, microsoft, 0, 1);
	siglist_read(buf_bytes(&bytes), &list);
	assert_int_equal(list.all.certs, 2);
	assert_int_equal(list.all.hashes, 4);
	assert_int_equal(list.all.others, 1);
	assert_int_equal(list.owner_count, 2);
	assert_int_equal(list.owners[0].count.hashes, 3);
	assert_int_equal(list.owners[0].count.others, 1);
	assert_int_equal(list.owners[1].count.hashes, 1);
	assert_false(list.is_malformed);
	siglist_owners_text(&list, text, sizeof(text));
	assert_string_equal(text, " (Microsoft, AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA)");
	bytes.len--;
	siglist_read(buf_bytes(&bytes), &list);
	assert_true(list.is_malformed);
	assert_int_equal(list.all.others, 0);
}

static void more_owners_than_fit_are_counted_together(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 16);
	struct siglist list;
	char text[24];

	(void)state;
	put_list(&bytes, uefi_cert_sha256_guid, NULL, 0, 20);
	siglist_read(buf_bytes(&bytes), &list);
	assert_int_equal(list.owner_count, SIGLIST_MAX_OWNERS);
	assert_int_equal(list.all.hashes, 20);
	siglist_owners_text(&list, text, sizeof(text));
	assert_string_equal(text, " (nobody, 01010101-0101");
}

static void an_empty_variable_has_no_owner(void **state)
{
	struct siglist list;
	char text[24];

	(void)state;
	siglist_read((struct bytes){0}, &list);
	assert_int_equal(list.owner_count + list.all.certs, 0);
	siglist_owners_text(&list, text, sizeof(text));
	assert_string_equal(text, "");
	assert_string_equal(siglist_owner_name(microsoft), "Microsoft");
	assert_null(siglist_owner_name(uefi_cert_x509_guid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_counted_by_owner),
		cmocka_unit_test(more_owners_than_fit_are_counted_together),
		cmocka_unit_test(an_empty_variable_has_no_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
