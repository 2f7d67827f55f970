/* program_section.h - finds sections of an EFI program by their whole names, and reads them. */
#ifndef DISK_PROGRAM_SECTION_H
#define DISK_PROGRAM_SECTION_H

#include "boot/peimage.h"
#include "base/err.h"

/* The bytes of the first section of this name, without the padding behind them; *ret_count: how
 * many there are. Names of more than 8 bytes are read from the file. ERR_IO. */
int program_section_find(int fd, const struct peimage *image, const char *name,
	struct peimage_range *ret, size_t *ret_count, struct err *err) err_check;
/* Reads it, or as much of it as ret may hold: one that fills ret may be longer. */
int program_section_read(int fd, const struct peimage *image, const char *name, struct buf *ret,
	size_t *ret_count, struct err *err) err_check;

#endif
