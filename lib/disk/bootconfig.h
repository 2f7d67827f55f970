/* bootconfig.h - is this the kernel's command line, or the list of initrds, that the boot
 * configuration on the disk now asks for?
 *
 * Read are grub.cfg files, Boot Loader Specification entries (loader/entries/NAME.conf) and
 * grubenv. A line's variables take the values that are assigned to them anywhere in these files, or
 * none; values that GRUB computes are not known here.
 *
 * Source: GRUB manual 2.12 "Shell-like scripting"; GRUB's grub-core/lib/cmdline.c (how arguments
 * become the measured text) and kern/verifiers; UAPI.1 Boot Loader Specification; Fedora's blscfg
 * (variables in entries). */
#ifndef DISK_BOOTCONFIG_H
#define DISK_BOOTCONFIG_H

#include "disk/bootfiles.h"

enum bootconfig_text {
	BOOTCONFIG_COMMAND_LINE, /* the arguments behind the kernel's path, one blank between two */
	BOOTCONFIG_INITRDS, /* "initrd PATH...", as GRUB measures its commands */
};

/* The file of `files` that asks for the text with this digest, the one that is unchanged for
 * longest if several do; NULL if none does. ret_gap: code ERR_OK, or ERR_IO with the first
 * configuration that could not be read. */
const struct bootfile *bootconfig_find(int root_fd, const struct bootfiles *files,
	enum bootconfig_text what, const uint8_t sha256[CRYPTO_SHA256_SIZE], struct err *ret_gap);

/* Of one file's text. environment: more assignments, such as grubenv's text. */
bool bootconfig_asks_for(struct bytes config, struct bytes environment, enum bootconfig_text what,
	const uint8_t sha256[CRYPTO_SHA256_SIZE]);

#endif
