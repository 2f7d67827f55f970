#include "boot/peimage.h"

#include <stdlib.h>
#include <string.h>
#include "base/text.h"

#define PE_OFFSET_AT     0x3C
#define CHECKSUM_AT      64 /* in the optional header, PE32 and PE32+ alike */
#define DIRECTORIES_PE32 96
#define DIRECTORIES_PLUS 112
#define DIRECTORY_SIZE   8
#define CERTIFICATES     4 /* the directory's index */
#define SYMBOL_SIZE      18
#define MAGIC_PE32       0x10B
#define MAGIC_PLUS       0x20B

/* The header fields that hashing needs; offsets are in the file. */
struct headers {
	uint16_t machine, section_count;
	uint64_t checksum_at;
	uint64_t certificates_at; /* of the certificates' directory entry; 0 if none */
	uint64_t certificate_offset, certificate_size; /* of the table that this entry points to */
	uint64_t sections_at;
	uint64_t names_at; /* the table of strings, behind the symbols */
	uint64_t size; /* SizeOfHeaders */
};

static struct cursor cursor_at(struct bytes head, uint64_t offset)
{
	struct cursor cursor = cursor_of(head);

	(void)cursor_bytes(&cursor, offset);
	return cursor;
}

/* The "optional" header, without which no image can be started. */
static bool read_optional(struct bytes head, uint64_t at, uint16_t size, struct headers *headers)
{
	struct cursor cursor = cursor_at(head, at);
	uint16_t magic = cursor_u16_le(&cursor);
	uint64_t directories_at = magic == MAGIC_PLUS ? DIRECTORIES_PLUS : DIRECTORIES_PE32;
	uint64_t entry_end = directories_at + (CERTIFICATES + 1) * DIRECTORY_SIZE;
	uint32_t directory_count;

	if ((magic != MAGIC_PE32 && magic != MAGIC_PLUS) || size < directories_at)
		return false;
	headers->checksum_at = at + CHECKSUM_AT;
	cursor = cursor_at(head, at + CHECKSUM_AT - 4);
	headers->size = cursor_u32_le(&cursor);
	cursor = cursor_at(head, at + directories_at - 4);
	directory_count = cursor_u32_le(&cursor);
	if (directory_count > CERTIFICATES) {
		if (size < entry_end)
			return false;
		headers->certificates_at = at + entry_end - DIRECTORY_SIZE;
		cursor = cursor_at(head, headers->certificates_at);
		headers->certificate_offset = cursor_u32_le(&cursor);
		headers->certificate_size = cursor_u32_le(&cursor);
	}
	headers->sections_at = at + size;
	return !cursor.failed;
}

static bool read_headers(struct bytes head, struct headers *headers)
{
	struct cursor dos = cursor_of(head);
	struct bytes magic = cursor_bytes(&dos, 2);
	struct cursor pe;
	uint32_t pe_at, symbols_at, symbol_count;
	uint16_t optional_size;

	(void)cursor_bytes(&dos, PE_OFFSET_AT - 2);
	pe_at = cursor_u32_le(&dos);
	pe = cursor_at(head, pe_at);
	if (!bytes_are_text(magic, "MZ") ||
		!bytes_equal(cursor_bytes(&pe, 4), (struct bytes){(const uint8_t *)"PE\0\0", 4}))
		return false;
	headers->machine = cursor_u16_le(&pe);
	headers->section_count = cursor_u16_le(&pe);
	(void)cursor_u32_le(&pe); /* time */
	symbols_at = cursor_u32_le(&pe);
	symbol_count = cursor_u32_le(&pe);
	if (symbols_at)
		headers->names_at = symbols_at + (uint64_t)symbol_count * SYMBOL_SIZE;
	optional_size = cursor_u16_le(&pe);
	return !pe.failed && read_optional(head, (uint64_t)pe_at + 24, optional_size, headers);
}

static bool read_sections(
	struct bytes head, uint64_t file_size, const struct headers *headers, struct peimage *image)
{
	struct cursor cursor = cursor_at(head, headers->sections_at);

	if (headers->section_count > PEIMAGE_MAX_SECTIONS)
		return false;
	for (image->section_count = 0; image->section_count < headers->section_count;
		image->section_count++) {
		struct peimage_section *section = &image->sections[image->section_count];
		struct bytes name = cursor_bytes(&cursor, PEIMAGE_NAME_SIZE - 1);

		if (cursor.failed)
			return false;
		name.len = strnlen((const char *)name.data, name.len);
		text_clean(section->name, sizeof(section->name), name);
		section->virtual_size = cursor_u32_le(&cursor);
		(void)cursor_u32_le(&cursor); /* address */
		section->data.len = cursor_u32_le(&cursor);
		section->data.offset = cursor_u32_le(&cursor);
		(void)cursor_bytes(&cursor, 16); /* relocations, line numbers, flags */
		if (section->data.len && section->data.offset + section->data.len > file_size)
			return false;
	}
	return !cursor.failed;
}

/* The caller has checked that `from` and `to` lie in the file. */
static void add_range(struct peimage *image, uint64_t from, uint64_t to)
{
	if (to > from)
		image->ranges[image->range_count++] = (struct peimage_range){from, to - from};
}

/* Keeps the ranges from index `first` on sorted by offset; of equal offsets, the later one comes
 * last. */
static void add_sorted(struct peimage *image, size_t first, const struct peimage_range *range)
{
	size_t at = image->range_count;

	for (; at > first && image->ranges[at - 1].offset > range->offset; at--)
		image->ranges[at] = image->ranges[at - 1];
	image->ranges[at] = *range;
	image->range_count++;
}

/* First the headers without the checksum and the certificate table's entry, then the sections by
 * offset, then the rest of the file without the certificates. As in the firmware, the rest begins
 * at the number of bytes hashed so far, not at the end of the last section. */
static bool find_ranges(const struct headers *headers, uint64_t file_size, struct peimage *image)
{
	uint64_t behind_checksum = headers->checksum_at + 4;
	uint64_t behind_entry = headers->certificates_at + DIRECTORY_SIZE;
	uint64_t hashed = headers->size;
	size_t first;

	add_range(image, 0, headers->checksum_at);
	if (headers->certificates_at) {
		add_range(image, behind_checksum, headers->certificates_at);
		add_range(image, behind_entry, headers->size);
	} else {
		add_range(image, behind_checksum, headers->size);
	}
	first = image->range_count;
	for (size_t i = 0; i < image->section_count; i++) {
		const struct peimage_range *data = &image->sections[i].data;

		if (data->len)
			add_sorted(image, first, data);
		hashed += data->len;
	}
	if (hashed >= file_size)
		return headers->certificate_size == 0 || hashed == file_size;
	if (headers->certificate_size > file_size - hashed)
		return false;
	add_range(image, hashed, file_size - headers->certificate_size);
	return true;
}

int peimage_parse(struct bytes head, uint64_t file_size, struct peimage *ret, struct err *err)
{
	struct headers headers = {0};
	auto_cleanup(free) struct peimage *image = calloc(1, sizeof(*image)); /* 5 KiB */

	if (!image)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for an EFI program's header.");
	if (head.len > file_size || !read_headers(head, &headers))
		return err_set(err, ERR_FORMAT, 0, "This is no EFI program (PE/COFF).");
	if (headers.size > head.len || headers.size < headers.checksum_at + 4 ||
		headers.size < headers.certificates_at + DIRECTORY_SIZE)
		return err_set(err, ERR_FORMAT, 0, "The EFI program's header has an unusable size.");
	if (!read_sections(head, file_size, &headers, image))
		return err_set(
			err, ERR_FORMAT, 0, "The EFI program's sections do not fit in its file.");
	image->machine = headers.machine;
	image->names_at = headers.names_at;
	/* hashing takes the size only; the firmware reads no table outside of the file */
	if (headers.certificate_size &&
		headers.certificate_offset + headers.certificate_size <= file_size)
		image->certificates =
			(struct peimage_range){headers.certificate_offset, headers.certificate_size};
	if (!find_ranges(&headers, file_size, image))
		return err_set(
			err, ERR_FORMAT, 0, "The EFI program's signatures do not fit in its file.");
	*ret = *image;
	return 0;
}
