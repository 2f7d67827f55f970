/* place.h - where files that firmware and boot loaders name lie among the boot files of the disks.
 * Names on the EFI system partition have no case. */
#ifndef FORETELL_PLACE_H
#define FORETELL_PLACE_H

#include "disk/bootfiles.h"

enum place {
	PLACE_FOUND,
	PLACE_ABSENT,
	PLACE_NO_ESP, /* no EFI system partition is mounted where it is looked for */
	PLACE_TWICE, /* several files that differ */
};

/* path: "\EFI\debian\shimx64.efi". ret: if PLACE_FOUND only. */
enum place place_on_esp(const struct bootfiles *files, const char *path, const struct bootfile **ret);
/* path: "/boot/vmlinuz-6.1", or "/vmlinuz-6.1" of the partition at /boot or of the EFI system
 * partition. */
enum place place_of_kernel(
	const struct bootfiles *files, const char *path, const struct bootfile **ret);
/* The part of a boot file's path below the EFI system partition, "EFI/..."; NULL if it lies
 * elsewhere. */
const char *place_below_esp(const char *path);
bool place_is_default(const char *path); /* \EFI\BOOT\BOOT*.EFI */

#endif
