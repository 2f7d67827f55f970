/* fallback.h - the program that shim's fallback makes the first one. shim starts its fallback at
 * the default path. It makes a boot option of each line in the lists of the EFI system partition's
 * folders (EFI/debian/BOOTX64.CSV), puts them before all others, and restarts a machine that has a
 * TPM.
 *
 * Source: shim 16.1 fallback.c and README.fallback. The lists are hostile. */
#ifndef FORETELL_FALLBACK_H
#define FORETELL_FALLBACK_H

#include "disk/bootfiles.h"
#include "foretell/bootoptions.h"

/* ret: of the first line of the only list, "\EFI\debian\shimx64.efi"; "" if there is no list, or
 * several, or no name in it. ERR_IO, ERR_FORMAT (too large), ERR_NO_MEMORY. */
int fallback_find(int root_fd, const struct bootfiles *files, char ret[BOOTOPTION_PATH_SIZE],
	struct err *err) err_check;

#endif
