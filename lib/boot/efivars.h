/* efivars.h - the firmware's variables as the system shows them now: read, not measured. Whoever is
 * root can show others in their place.
 *
 * Source: Linux Documentation/filesystems/efivarfs.rst. */
#ifndef BOOT_EFIVARS_H
#define BOOT_EFIVARS_H

#include "base/buf.h"
#include "base/err.h"
#include "boot/uefivar.h"

#define EFIVARS_MAX (256u << 10) /* bytes of one variable */

/* Reads a variable's contents below the root folder; a file without attributes has none. ret is
 * overwritten and owned by the caller. ERR_IO, with native ENOENT if there is no such variable;
 * ERR_FORMAT: more than EFIVARS_MAX. */
int efivars_read(int root_fd, const uint8_t guid[UEFI_GUID_SIZE], const char *name, struct buf *ret,
	struct err *err) err_check;

#endif
