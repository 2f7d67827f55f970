/* program_sbat.h - the generations that an EFI program states in its section .sbat, which shim
 * compares with its revocation level (boot/sbat.h, sbat_judge). */
#ifndef DISK_PROGRAM_SBAT_H
#define DISK_PROGRAM_SBAT_H

#include "base/err.h"
#include "boot/peimage.h"
#include "boot/sbat.h"

/* fd: a regular file. *ret_has: it is a program with such a section. A section that is too large,
 * or that there are several of, is not whole. ERR_IO, ERR_NO_MEMORY. */
int program_sbat_read(int fd, struct sbat *ret, bool *ret_has, struct err *err) err_check;
/* The same of a program whose header was read. */
int program_sbat_of(int fd, const struct peimage *image, struct sbat *ret, bool *ret_has,
	struct err *err) err_check;

#endif
