#include "disk/program_sbat.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "disk/filedigest.h"

#define SECTION_MAX (16u << 10) /* those of today's programs have less than 1 KiB */

/* The first such section; *ret_count: how many there are. */
static struct peimage_range find_section(const struct peimage *image, size_t *ret_count)
{
	struct peimage_range found = {0};

	*ret_count = 0;
	for (size_t i = 0; i < image->section_count; i++) {
		const struct peimage_section *section = &image->sections[i];

		if (strcmp(section->name, ".sbat") != 0)
			continue;
		if ((*ret_count)++)
			continue;
		found = section->data;
		if (found.len > section->virtual_size) /* what follows is padding */
			found.len = section->virtual_size;
	}
	return found;
}

static int read_section(int fd, const struct peimage *image, struct sbat *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SECTION_MAX);
	size_t count;
	struct peimage_range section = find_section(image, &count);
	bool is_cut = section.len > SECTION_MAX;

	if (is_cut)
		section.len = SECTION_MAX;
	if (filedigest_read_range(fd, &section, &text, err) < 0)
		return -1;
	sbat_read(buf_bytes(&text), ret);
	ret->is_whole = ret->is_whole && !is_cut && count == 1;
	return 0;
}

int program_sbat_read(int fd, struct sbat *ret, bool *ret_has, struct err *err)
{
	auto_cleanup(free) struct peimage *image = NULL;
	struct stat info;
	size_t count;

	*ret_has = false;
	if (fstat(fd, &info) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "A file cannot be read: %m.");
	if (filedigest_program(fd, (uint64_t)info.st_size, &image, err) < 0)
		return -1;
	if (!image)
		return 0;
	(void)find_section(image, &count);
	*ret_has = count > 0;
	return *ret_has ? read_section(fd, image, ret, err) : 0;
}
