/* esp.h - the EFI system partition that a boot option names, among those that are mounted.
 *
 * Which partition is mounted at a place is known by what udev recorded of its device
 * (run/udev/data; ID_PART_ENTRY_UUID), or by the kernel's own record (sys/dev/block, PARTUUID;
 * since Linux 6.12). A file system of several devices has none. */
#ifndef FORETELL_ESP_H
#define FORETELL_ESP_H

#include "boot/uefivar.h"
#include "disk/bootfiles.h"

/* The boot files without those that lie on an EFI system partition other than this one. A mounted
 * one that is not known stays. ret_left_out: there were some. ERR_NO_MEMORY. */
int esp_files(int root_fd, const struct bootfiles *files, const uint8_t partition[UEFI_GUID_SIZE],
	struct bootfiles *ret, bool *ret_left_out, struct err *err) err_check;

#endif
