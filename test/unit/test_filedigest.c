#include "check.h"
#include <fcntl.h>
#include "../support/folder.h"
#include "disk/filedigest.h"
#include "base/codec.h"
#include "base/file.h"

static void digest(const char *folder, struct bytes contents, struct filedigest *ret, uint8_t *ret_md5)
{
	auto_cleanup(fd) int dir = -1;
	auto_cleanup(fd) int fd = -1;
	struct err err;

	folder_write(folder, "file", contents.data, contents.len);
	check_ok(dir_open(folder, &dir, &err), &err);
	check_ok(file_open(dir, "file", FILE_NO_LINKS, &fd, &err), &err);
	check_ok(filedigest_read(fd, ret, &err), &err);
	check_ok(filedigest_md5(fd, ret_md5, &err), &err);
}

static void bytes_count_whatever_the_file_is(void **state)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 65535, 65536, 65537, 300000};
	auto_cleanup(free) uint8_t *data = malloc(300000);
	char folder[FOLDER_SIZE];

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < 300000; i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	folder_make(folder);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint8_t expected[CRYPTO_SHA256_SIZE], md5[CRYPTO_MD5_SIZE];
		struct filedigest found;

		digest(folder, (struct bytes){data, sizes[i]}, &found, md5);
		crypto_sha256((struct bytes){data, sizes[i]}, expected);
		assert_memory_equal(found.sha256, expected, sizeof(expected));
		assert_false(found.is_program);
	}
	folder_remove(folder);
}

/* The smallest seed of the parser, made by hand; the digest is that of pesign 0.112. */
static void a_program_has_the_digest_of_what_is_measured(void **state)
{
	uint8_t image[4096], changed[CRYPTO_SHA256_SIZE], md5[CRYPTO_MD5_SIZE];
	char folder[FOLDER_SIZE], hex[2 * CRYPTO_SHA256_SIZE + 1];
	struct filedigest found, without_signature, other;
	size_t len = folder_read("test/fuzz/seeds/peimage", "pe32plus", image, sizeof(image));

	(void)state;
	assert_int_equal(len, 0x690);
	folder_make(folder);
	digest(folder, (struct bytes){image, len}, &found, md5);
	assert_true(found.is_program);
	hex_encode((struct bytes){found.program, sizeof(found.program)}, hex);
	assert_string_equal(hex, "a7530274b9eabb3c4dffde39d4d252aaaba90c86d5365ba73d75c6285d5b29ad");
	image[len - 1] ^= 1; /* in the signatures */
	digest(folder, (struct bytes){image, len}, &without_signature, md5);
	assert_memory_equal(found.program, without_signature.program, sizeof(changed));
	assert_memory_not_equal(found.sha256, without_signature.sha256, sizeof(changed));
	image[0x500] ^= 1; /* in a section */
	digest(folder, (struct bytes){image, len}, &other, md5);
	assert_memory_not_equal(found.program, other.program, sizeof(changed));
	folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_count_whatever_the_file_is),
		cmocka_unit_test(a_program_has_the_digest_of_what_is_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
