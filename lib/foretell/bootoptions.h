/* bootoptions.h - the programs that the firmware will try next, in their order: BootNext, then
 * BootOrder; without either, the default path of the disk.
 *
 * An option counts if it leads to a file of the EFI system partition that this boot came from. One
 * without a file that stands before the option of this boot is passed over, as it was in this boot.
 * One behind it (the network, the firmware's own shell) is left out: what it starts is not this
 * system. Any other is listed as unknown, since the firmware may start it.
 *
 * Source: UEFI 2.10 sections 3.1.3, 3.3 and 3.5.1.1 (default path). Variables are hostile. */
#ifndef FORETELL_BOOTOPTIONS_H
#define FORETELL_BOOTOPTIONS_H

#include "base/buf.h"
#include "boot/uefivar.h"

#define BOOTOPTIONS_MAX       16
#define BOOTOPTION_PATH_SIZE  192
#define BOOTOPTION_TITLE_SIZE 64

struct bootoption {
	char name[sizeof("Boot0000")]; /* "" for the default path */
	char title[BOOTOPTION_TITLE_SIZE]; /* clean */
	char path[BOOTOPTION_PATH_SIZE]; /* "\EFI\debian\shimx64.efi"; "" if it is unknown */
	/* the program that it names for shim, relative to shim's folder; "" if none */
	char second[BOOTOPTION_PATH_SIZE];
	bool has_partition;
	uint8_t partition[UEFI_GUID_SIZE]; /* that it leads to; else that this boot came from */
	bool is_current; /* this boot's */
	size_t tries; /* boot options that the firmware has tried with this one; at least 1 */
};

struct bootoptions {
	size_t count;
	struct bootoption items[BOOTOPTIONS_MAX]; /* further ones are left out */
};

/* started: the device path of the first program of this boot, empty if it is not known. ERR_IO: a
 * variable cannot be read. */
int bootoptions_read(
	int root_fd, struct bytes started, struct bootoptions *ret, struct err *err) err_check;

#endif
