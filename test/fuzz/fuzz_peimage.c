/* Any bytes as an EFI program: ranges and sections stay in the file. */
#include "boot/peimage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct peimage_range *range, size_t size)
{
	if (range->offset > size || range->len > size - range->offset)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t head = size < PEIMAGE_HEAD_SIZE ? size : PEIMAGE_HEAD_SIZE;
	static struct peimage image;
	struct err err;

	if (peimage_parse((struct bytes){data, head}, size, &image, &err) < 0)
		return 0;
	for (size_t i = 0; i < image.range_count; i++) {
		check(&image.ranges[i], size);
		if (image.ranges[i].len == 0)
			__builtin_trap();
	}
	for (size_t i = 0; i < image.section_count; i++)
		if (image.sections[i].data.len)
			check(&image.sections[i].data, size);
	return 0;
}
