#include "disk/program_sbat.h"

#include "disk/filedigest.h"
#include "disk/program_section.h"

#define SECTION_MAX (16u << 10) /* those of today's programs have less than 1 KiB */

int program_sbat_of(
	int fd, const struct peimage *image, struct sbat *ret, bool *ret_has, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SECTION_MAX);
	size_t count;

	if (program_section_read(fd, image, ".sbat", &text, &count, err) < 0)
		return -1;
	*ret_has = count > 0;
	if (!*ret_has)
		return 0;
	sbat_read(buf_bytes(&text), ret);
	ret->is_whole = ret->is_whole && text.len < text.max && count == 1;
	return 0;
}

int program_sbat_read(int fd, struct sbat *ret, bool *ret_has, struct err *err)
{
	auto_cleanup(free) struct peimage *image = NULL;

	*ret_has = false;
	if (filedigest_program(fd, &image, err) < 0)
		return -1;
	return image ? program_sbat_of(fd, image, ret, ret_has, err) : 0;
}
