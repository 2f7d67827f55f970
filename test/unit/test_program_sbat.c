#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include "../support/folder.h"
#include "disk/program_sbat.h"

#define LINES       "sbat,1,SBAT Version\nshim,4,UEFI shim\nshim.debian,1,Debian\n"
#define HEADER_SIZE 512
#define SECTION     40

static void put(uint8_t *at, uint32_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

/* The smallest program with these sections, each with the same contents (PE/COFF 8.3). */
static size_t make_program(uint8_t *image, const char *const *names, uint16_t count,
	uint32_t virtual_size, struct bytes contents)
{
	memset(image, 0, HEADER_SIZE);
	memcpy(image, "MZ", 2);
	put(image + 0x3C, 64, 4);
	memcpy(image + 64, "PE\0\0", 4);
	put(image + 68, 0x8664, 2);
	put(image + 70, count, 2);
	put(image + 84, 240, 2); /* SizeOfOptionalHeader */
	put(image + 88, 0x20B, 2);
	put(image + 88 + 60, HEADER_SIZE, 4); /* SizeOfHeaders */
	put(image + 88 + 108, 16, 4); /* NumberOfRvaAndSizes */
	for (uint16_t i = 0; i < count; i++) {
		uint8_t *section = image + 88 + 240 + i * SECTION;

		memcpy(section, names[i], strlen(names[i]));
		put(section + 8, virtual_size, 4);
		put(section + 16, (uint32_t)contents.len, 4);
		put(section + 20, HEADER_SIZE + i * (uint32_t)contents.len, 4);
		memcpy(image + HEADER_SIZE + i * contents.len, contents.data, contents.len);
	}
	return HEADER_SIZE + count * contents.len;
}

static bool read_sbat(struct bytes file, struct sbat *ret)
{
	char folder[FOLDER_SIZE], path[FOLDER_SIZE + 8];
	auto_cleanup(fd) int fd = -1;
	bool has_sbat;
	struct err err;

	folder_make(folder);
	folder_write(folder, "file", file.data, file.len);
	(void)snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	check_ok(program_sbat_read(fd, ret, &has_sbat, &err), &err);
	folder_remove(folder);
	return has_sbat;
}

static void a_section_is_read_to_its_size(void **state)
{
	static const char *const one[] = {".sbat", ".text"}, *const none[] = {".text", ".sbatx"};
	/* shim reads VirtualSize bytes: what follows is padding, whatever it holds */
	static const char padded[] = LINES "shim,9,padding\n";
	uint8_t image[4096];
	struct sbat sbat;
	size_t len;

	(void)state;
	len = make_program(image, one, 2, sizeof(LINES) - 1, bytes_of_text(padded));
	assert_true(read_sbat((struct bytes){image, len}, &sbat));
	assert_true(sbat.is_whole && sbat.has_sbat);
	assert_int_equal(sbat.count, 2);
	assert_string_equal(sbat.components[0].name, "shim");
	assert_int_equal(sbat.components[0].generation, 4);
	len = make_program(image, one, 2, 4096, bytes_of_text(padded));
	assert_true(read_sbat((struct bytes){image, len}, &sbat));
	assert_int_equal(sbat.count, 3);
	len = make_program(image, none, 2, 4096, bytes_of_text(padded));
	assert_false(read_sbat((struct bytes){image, len}, &sbat));
	assert_false(read_sbat(bytes_of_text(LINES), &sbat)); /* no program */
}

/* shim refuses two; a section that is too large to read may hold anything. */
static void what_is_not_read_whole_is_unclear(void **state)
{
	static const char *const two[] = {".sbat", ".sbat"};
	auto_cleanup(free) uint8_t *image = malloc(HEADER_SIZE + (20u << 10));
	auto_cleanup(free) uint8_t *large = malloc(20u << 10);
	struct sbat_component refused;
	struct sbat sbat, level;
	size_t len;

	(void)state;
	assert_true(image && large);
	sbat_read(bytes_of_text("sbat,1,2025021800\nshim,4\n"), &level);
	len = make_program(image, two, 2, sizeof(LINES) - 1, bytes_of_text(LINES));
	assert_true(read_sbat((struct bytes){image, len}, &sbat));
	assert_int_equal(sbat_judge(&level, &sbat, &refused), SBAT_UNCLEAR);
	memset(large, '\n', 20u << 10);
	memcpy(large, LINES, sizeof(LINES) - 1);
	len = make_program(image, two, 1, 20u << 10, (struct bytes){large, 20u << 10});
	assert_true(read_sbat((struct bytes){image, len}, &sbat));
	assert_int_equal(sbat_judge(&level, &sbat, &refused), SBAT_UNCLEAR);
	len = make_program(image, two, 1, sizeof(LINES) - 1, (struct bytes){large, 20u << 10});
	assert_true(read_sbat((struct bytes){image, len}, &sbat));
	assert_int_equal(sbat_judge(&level, &sbat, &refused), SBAT_STARTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_is_read_to_its_size),
		cmocka_unit_test(what_is_not_read_whole_is_unclear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
