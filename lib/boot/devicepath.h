/* devicepath.h - UEFI device paths as text: the device and file of a program. The bytes are
 * hostile; the text is clean and bounded.
 *
 * Source: UEFI 2.10 sections 10.3 (nodes) and 10.6 (text). A node of an unknown type, or whose size
 * does not fit its type, is written as Path(type,subtype,data), as section 10.6.1.6 does. */
#ifndef BOOT_DEVICEPATH_H
#define BOOT_DEVICEPATH_H

#include "base/buf.h"

#define DEVICEPATH_DEVICE_SIZE 256
#define DEVICEPATH_FILE_SIZE   192

/* A part that the path lacks is ""; a part that does not fit is cut and ends in "...". */
struct devicepath {
	/* PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,...) */
	char device[DEVICEPATH_DEVICE_SIZE];
	/* from the first node that names a file: \EFI\BOOT\BOOTX64.EFI, FvFile(...) */
	char file[DEVICEPATH_FILE_SIZE];
	/* GUID of the device's first vendor-defined media node: 16 bytes inside the path; NULL if
	 * there is none */
	const uint8_t *vendor_media;
};

/* False if the nodes' sizes do not fit in the bytes. The end node may be missing; nodes after it
 * are ignored. */
bool devicepath_read(struct bytes path, struct devicepath *ret);

/* The GUID of the GPT partition that the path leads to: 16 bytes inside the path; NULL if it names
 * none. */
const uint8_t *devicepath_partition(struct bytes path);

#endif
