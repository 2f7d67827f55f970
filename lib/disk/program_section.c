#include "disk/program_section.h"

#include <string.h>
#include "base/text.h"
#include "disk/filedigest.h"

#define SHORT_NAME 8
#define LONG_NAME  32

/* A name behind "/NUMBER" ends with a 0; one that is cut by the file's end is none. */
static int has_long_name(int fd, const struct peimage *image, const struct peimage_section *section,
	const char *name, bool *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(LONG_NAME);
	struct peimage_range range = {.len = strlen(name) + 1};
	uint32_t at;

	*ret = false;
	if (section->name[0] != '/' || !image->names_at ||
		!text_number(bytes_of_text(section->name + 1), 9999999, &at))
		return 0;
	range.offset = image->names_at + at;
	if (filedigest_read_range(fd, &range, &text, err) < 0)
		return err->native || err->code != ERR_IO ? -1 : 0;
	*ret = memcmp(text.data, name, range.len) == 0;
	return 0;
}

int program_section_find(int fd, const struct peimage *image, const char *name,
	struct peimage_range *ret, size_t *ret_count, struct err *err)
{
	*ret = (struct peimage_range){0};
	*ret_count = 0;
	for (size_t i = 0; i < image->section_count; i++) {
		const struct peimage_section *section = &image->sections[i];
		bool is_it = strcmp(section->name, name) == 0;

		if (strlen(name) > SHORT_NAME &&
			has_long_name(fd, image, section, name, &is_it, err) < 0)
			return -1;
		if (!is_it || (*ret_count)++)
			continue;
		*ret = section->data;
		if (ret->len > section->virtual_size) /* what follows is padding */
			ret->len = section->virtual_size;
	}
	return 0;
}

int program_section_read(int fd, const struct peimage *image, const char *name, struct buf *ret,
	size_t *ret_count, struct err *err)
{
	struct peimage_range range;

	if (program_section_find(fd, image, name, &range, ret_count, err) < 0)
		return -1;
	if (range.len > ret->max)
		range.len = ret->max;
	return filedigest_read_range(fd, &range, ret, err);
}
