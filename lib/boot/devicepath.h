/* devicepath.h - UEFI device paths as text: where a program came from. The bytes are hostile; the
 * text is clean and bounded.
 *
 * Source: UEFI 2.10 sections 10.3 (nodes) and 10.6 (text). A node that has no form here, or whose
 * size does not fit its type, is shown as Path(type,subtype,data), which section 10.6.1.6 has for
 * such nodes. */
#ifndef BOOT_DEVICEPATH_H
#define BOOT_DEVICEPATH_H

#include "base/buf.h"

#define DEVICEPATH_DEVICE_SIZE 256
#define DEVICEPATH_FILE_SIZE   192

/* Both "" if the path has no such part; what does not fit is cut and ends in "...". */
struct devicepath {
	/* PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,...) */
	char device[DEVICEPATH_DEVICE_SIZE];
	/* from the first file on: \EFI\BOOT\BOOTX64.EFI, FvFile(...) */
	char file[DEVICEPATH_FILE_SIZE];
	/* of the device: GUID of the first node that a vendor defined for media, 16 bytes inside
	 * the path; NULL if there is none */
	const uint8_t *vendor_media;
};

/* False if the nodes' sizes do not fit in the bytes. Nodes behind the end node are not looked at;
 * the end node may lack. */
bool devicepath_read(struct bytes path, struct devicepath *ret);

#endif
