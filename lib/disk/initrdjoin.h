/* initrdjoin.h - the initrds of a boot loader entry, joined: systemd-boot gives the kernel one
 * behind the other, and the kernel's stub measures them as one (PCR 9).
 *
 * Source: systemd 257 src/boot/boot.c (initrd_prepare); Linux 6.1
 * drivers/firmware/efi/libstub/efi-stub-helper.c. */
#ifndef DISK_INITRDJOIN_H
#define DISK_INITRDJOIN_H

#include "disk/bootfiles.h"

#define INITRDJOIN_MAX_PARTS 8 /* an entry with more is left out */

/* Finds an entry with two or more initrds whose joined bytes have this digest. Returns the one of
 * them that was there for the shortest time; NULL if there is no such entry. Reads all initrds of
 * such entries. ret_gap: code ERR_OK, or the first file that could not be read. */
const struct bootfile *initrdjoin_find(int root_fd, const struct bootfiles *files,
	const uint8_t sha256[CRYPTO_SHA256_SIZE], struct err *ret_gap);

#endif
