#include "check.h"
#include "../support/logmaker.h"
#include "boot/peimage.h"

#define PE_AT       0x80
#define HEADER_SIZE 0x400
#define MAX_FILE    (1u << 20)

struct section {
	uint32_t offset, len;
};

struct image {
	bool is_pe32;
	uint32_t directory_count, certificate_size, header_size;
	uint16_t section_count;
	struct section sections[PEIMAGE_MAX_SECTIONS + 1];
	uint32_t file_size;
};

static const struct image usual = {.directory_count = 16,
	.certificate_size = 0x100,
	.header_size = HEADER_SIZE,
	.section_count = 2,
	.sections = {{0x400, 0x200}, {0x600, 0x600}},
	.file_size = 0xD00};

/* Where the optional header's parts are, counted from the start of the file. */
static uint32_t optional_at(void)
{
	return PE_AT + 24;
}

static uint32_t directories_at(const struct image *image)
{
	return optional_at() + (image->is_pe32 ? 96 : 112);
}

static struct buf make(const struct image *image)
{
	struct buf out = buf_with_max(MAX_FILE);
	uint32_t directories = image->directory_count > 16 ? 16 : image->directory_count;

	put(&out, "MZ", 2);
	put_repeated(&out, 0, 0x3C - 2);
	put_number(&out, PE_AT, 4);
	put_repeated(&out, 0, PE_AT - out.len);
	put(&out, "PE\0\0", 4);
	put_number(&out, PEIMAGE_X86_64, 2);
	put_number(&out, image->section_count, 2);
	put_repeated(&out, 0, 12);
	put_number(&out, directories_at(image) - optional_at() + 8 * directories, 2);
	put_number(&out, 0x206, 2);
	put_number(&out, image->is_pe32 ? 0x10B : 0x20B, 2);
	put_repeated(&out, 0, 58);
	put_number(&out, image->header_size, 4);
	put_number(&out, 0xC4EC, 4); /* the checksum */
	put_repeated(&out, 0, directories_at(image) - 4 - out.len);
	put_number(&out, image->directory_count, 4);
	for (uint32_t i = 0; i < directories; i++)
		put_number(&out, i == 4 ? (uint64_t)image->certificate_size << 32 : 0, 8);
	for (size_t i = 0; i < image->section_count; i++) {
		put(&out, ".text\0\0\0", 8);
		put_number(&out, image->sections[i].len + 1, 4);
		put_number(&out, 0x1000, 4);
		put_number(&out, image->sections[i].len, 4);
		put_number(&out, image->sections[i].offset, 4);
		put_repeated(&out, 0, 16);
	}
	if (out.len < image->file_size)
		put_repeated(&out, 0xAA, image->file_size - out.len);
	return out;
}

static int parse(struct bytes bytes, struct peimage *ret, struct err *err)
{
	struct bytes head = {
		bytes.data, bytes.len < PEIMAGE_HEAD_SIZE ? bytes.len : PEIMAGE_HEAD_SIZE};

	return peimage_parse(head, bytes.len, ret, err);
}

static void check_ranges(const struct image *image, const struct peimage_range *expected, size_t count)
{
	auto_cleanup(buf) struct buf file = make(image);
	static struct peimage parsed;
	struct err err;

	check_ok(parse(buf_bytes(&file), &parsed, &err), &err);
	assert_int_equal(parsed.range_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(parsed.ranges[i].offset, expected[i].offset);
		assert_int_equal(parsed.ranges[i].len, expected[i].len);
	}
}

/* The three ranges of a header of HEADER_SIZE bytes whose optional header has the certificate
 * table's entry. */
#define HEADER_RANGES(directories)                                                                 \
	{0, PE_AT + 24 + 64}, {PE_AT + 24 + 68, (directories) + 32 - (PE_AT + 24 + 68)},           \
	{                                                                                          \
		(directories) + 40, HEADER_SIZE - ((directories) + 40)                             \
	}

static void checksum_and_signatures_are_left_out(void **state)
{
	const struct peimage_range plus[] = {
		HEADER_RANGES(PE_AT + 24 + 112), {0x400, 0x200}, {0x600, 0x600}};
	const struct peimage_range pe32[] = {
		HEADER_RANGES(PE_AT + 24 + 96), {0x400, 0x200}, {0x600, 0x600}};
	struct image image = usual;

	(void)state;
	check_ranges(&image, plus, COUNT(plus));
	image.is_pe32 = true;
	check_ranges(&image, pe32, COUNT(pe32));
}

static void what_follows_the_sections_counts(void **state)
{
	const struct peimage_range behind[] = {
		HEADER_RANGES(PE_AT + 24 + 112), {0x400, 0x200}, {0x600, 0x600}, {0xC00, 0x123}};
	struct image image = usual;

	(void)state;
	image.file_size = 0xC00 + 0x123 + 0x100;
	check_ranges(&image, behind, COUNT(behind));
	image.certificate_size = 0;
	image.file_size = 0xC00 + 0x123;
	check_ranges(&image, behind, COUNT(behind));
}

static void sections_count_by_their_place(void **state)
{
	const struct peimage_range sorted[] = {HEADER_RANGES(PE_AT + 24 + 112), {0x400, 0x100},
		{0x500, 0x100}, {0x600, 0x10}, {0x600, 0x5F0}};
	struct image image = usual;

	(void)state;
	image.section_count = 5;
	memcpy(image.sections,
		(struct section[]){
			{0x600, 0x10}, {0x500, 0x100}, {0, 0}, {0x600, 0x5F0}, {0x400, 0x100}},
		5 * sizeof(struct section));
	image.file_size = 0xC00;
	image.certificate_size = 0;
	check_ranges(&image, sorted, COUNT(sorted));
}

/* EDK2 goes on at the number of bytes hashed, wherever the last section ended. */
static void gaps_are_counted_as_the_firmware_does(void **state)
{
	const struct peimage_range gap[] = {
		HEADER_RANGES(PE_AT + 24 + 112), {0x400, 0x100}, {0x800, 0x100}, {0x600, 0x300}};
	struct image image = usual;

	(void)state;
	memcpy(image.sections, (struct section[]){{0x400, 0x100}, {0x800, 0x100}},
		2 * sizeof(struct section));
	image.file_size = 0x900 + 0x100;
	check_ranges(&image, gap, COUNT(gap));
}

static void an_image_without_room_for_signatures_is_read(void **state)
{
	const struct peimage_range none[] = {{0, PE_AT + 24 + 64},
		{PE_AT + 24 + 68, HEADER_SIZE - (PE_AT + 24 + 68)}, {0x400, 0x200}, {0x600, 0x600}};
	struct image image = usual;

	(void)state;
	image.directory_count = 4;
	image.file_size = 0xC00;
	check_ranges(&image, none, COUNT(none));
}

static void sections_are_named(void **state)
{
	auto_cleanup(buf) struct buf file = make(&usual);
	static struct peimage image;
	struct err err;

	(void)state;
	memcpy(file.data + optional_at() + 112 + 128, ".cmdline", 8);
	check_ok(parse(buf_bytes(&file), &image, &err), &err);
	assert_int_equal(image.machine, PEIMAGE_X86_64);
	assert_int_equal(image.section_count, 2);
	assert_string_equal(image.sections[0].name, ".cmdline");
	assert_string_equal(image.sections[1].name, ".text");
	assert_int_equal(image.sections[1].data.offset, 0x600);
	assert_int_equal(image.sections[1].data.len, 0x600);
	assert_int_equal(image.sections[1].virtual_size, 0x601);
}

static void a_file_that_is_cut_is_refused(void **state)
{
	auto_cleanup(buf) struct buf file = make(&usual);
	static struct peimage image;
	struct err err;

	(void)state;
	for (size_t len = 0; len < 0xC00; len++)
		check_err(parse((struct bytes){file.data, len}, &image, &err), &err, ERR_FORMAT);
}

static void unusable_headers_are_refused(void **state)
{
	static const struct {
		uint32_t at, size;
		uint64_t value;
	} rows[] = {
		{0, 2, 0x4D5A}, /* the DOS header's magic */
		{0x3C, 4, 0xFFFFFFFF}, /* PE header outside */
		{0x3C, 4, 0xCFC}, /* ... and at the end */
		{PE_AT, 4, 0}, /* its magic */
		{PE_AT + 6, 2, 0xFFFF}, /* sections */
		{PE_AT + 6, 2, PEIMAGE_MAX_SECTIONS + 1}, /* ... one too many */
		{PE_AT + 20, 2, 0}, /* no optional header */
		{PE_AT + 20, 2, 150}, /* one that ends before its directories */
		{PE_AT + 24, 2, 0x107}, /* a ROM image */
		{PE_AT + 24 + 60, 4, 0}, /* headers of no size */
		/* headers that end before the directories */
		{PE_AT + 24 + 60, 4, PE_AT + 24 + 112},
		{PE_AT + 24 + 60, 4, 0xD01}, /* headers longer than the file */
		{PE_AT + 24 + 60, 4, 0xFFFFFFFF},
		{PE_AT + 24 + 112 + 128 + 20, 4, 0xD00}, /* a section behind the file */
		{PE_AT + 24 + 112 + 128 + 20, 4, 0xFFFFFFFF}, /* ... where sums overflow 32 bits */
		{PE_AT + 24 + 112 + 128 + 16, 4, 0xFFFFFFFF},
		{PE_AT + 24 + 112 + 36, 4, 0x101}, /* signatures that overlap the sections */
		{PE_AT + 24 + 112 + 36, 4, 0xFFFFFFFF},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf file = make(&usual);
		static struct peimage image;
		struct err err;

		memcpy(file.data + rows[i].at, &rows[i].value, rows[i].size);
		if (parse(buf_bytes(&file), &image, &err) == 0)
			fail_msg("row %zu was accepted", i);
		assert_int_equal(err.code, ERR_FORMAT);
	}
}

static void many_sections_fit(void **state)
{
	auto_cleanup(free) struct peimage *parsed = calloc(1, sizeof(*parsed));
	struct image image = usual;
	struct err err;

	(void)state;
	assert_non_null(parsed);
	image.section_count = PEIMAGE_MAX_SECTIONS;
	image.header_size = 0x2000;
	for (uint32_t i = 0; i < PEIMAGE_MAX_SECTIONS; i++)
		image.sections[i] = (struct section){0x2000 + 16 * i, 16};
	image.file_size = 0x2000 + 16 * PEIMAGE_MAX_SECTIONS + 0x200;
	auto_cleanup(buf) struct buf file = make(&image);
	check_ok(parse(buf_bytes(&file), parsed, &err), &err);
	assert_int_equal(parsed->range_count, PEIMAGE_MAX_RANGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum_and_signatures_are_left_out),
		cmocka_unit_test(what_follows_the_sections_counts),
		cmocka_unit_test(sections_count_by_their_place),
		cmocka_unit_test(gaps_are_counted_as_the_firmware_does),
		cmocka_unit_test(an_image_without_room_for_signatures_is_read),
		cmocka_unit_test(sections_are_named),
		cmocka_unit_test(a_file_that_is_cut_is_refused),
		cmocka_unit_test(unusable_headers_are_refused),
		cmocka_unit_test(many_sections_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
