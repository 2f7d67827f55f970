/* usrline.h - a kernel command line of a system that has two /usr partitions and updates one
 * while it runs from the other (Flatcar). Each update replaces two words of it, and the first boot
 * has one word more. GRUB makes the line from its memory disk, so that no file on the disks holds
 * it.
 *
 * Source: flatcar/scripts build_library/grub.cfg (the words), disk_layout.json (the partitions),
 * coreos-overlay sys-boot/grub grub-2.12-add-verity-hash.patch (verity.usrhash comes out of the
 * kernel's file). */
#ifndef DISK_USRLINE_H
#define DISK_USRLINE_H

#include "edge/crypto.h"

struct usrline {
	/* SHA-256 of the line without what updates replace and without the word of the first boot:
	 * equal for all boots of one system. All 0: no such line */
	uint8_t pattern[CRYPTO_SHA256_SIZE];
	uint8_t usr_hash[CRYPTO_SHA256_SIZE]; /* root hash of /usr; all 0 if the line has none */
	bool is_first_boot;
};

/* text: the arguments behind the kernel's path. */
void usrline_read(struct bytes text, struct usrline *ret);
bool usrline_is_same(const struct usrline *a, const struct usrline *b);

#endif
