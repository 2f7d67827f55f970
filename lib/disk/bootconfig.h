/* bootconfig.h - does the boot configuration on the disk contain this kernel command line, or this
 * list of initrds?
 *
 * It reads grub.cfg and custom.cfg files, and Boot Loader Specification entries
 * (loader/entries/NAME.conf). A variable in a line takes each value that is assigned to it anywhere
 * in these, in grubenv or in another .cfg file, or none; values that GRUB computes are unknown
 * here. An entry may be read by GRUB or by systemd-boot (bootentry.h): both forms are tried.
 *
 * Source: GRUB manual 2.12 "Shell-like scripting"; GRUB's grub-core/lib/cmdline.c (how arguments
 * become the measured text) and kern/verifiers; UAPI.1 Boot Loader Specification; Fedora's blscfg
 * (variables in entries). */
#ifndef DISK_BOOTCONFIG_H
#define DISK_BOOTCONFIG_H

#include "disk/bootentry.h"
#include "disk/bootfiles.h"

#define BOOTCONFIG_TEXT_MAX BOOTENTRY_OPTIONS_MAX /* bytes */

enum bootconfig_text {
	/* the arguments behind the kernel's path, separated by one blank; or the load options that
	 * systemd-boot passes */
	BOOTCONFIG_COMMAND_LINE,
	BOOTCONFIG_INITRDS, /* "initrd PATH...", as GRUB measures its commands */
	/* a command line for a kernel that gets no initrd there: the next command is none that
	 * loads one */
	BOOTCONFIG_LINE_ALONE,
};

/* The file of `files` that contains the text with this digest; of several, the one that changed
 * least recently; NULL if none does. ret_text gets the text's bytes, as they were measured.
 * ret_gap: code ERR_OK, or ERR_IO with the first configuration that could not be read. */
const struct bootfile *bootconfig_find(int root_fd, const struct bootfiles *files,
	enum bootconfig_text what, const uint8_t sha256[CRYPTO_SHA256_SIZE], struct buf *ret_text,
	struct err *ret_gap);

/* Is this a Boot Loader Specification entry? */
bool bootconfig_is_entry(const char *path);
/* Is this a file that bootconfig_find reads for lines: an entry, or GRUB's script? */
bool bootconfig_is_config(const char *path);
/* The same for one file's text. environment: text with more assignments, such as grubenv's. False
 * without memory. The contents of *ret_text, which holds up to BOOTCONFIG_TEXT_MAX bytes, are
 * replaced. */
bool bootconfig_asks_for(struct bytes config, struct bytes environment, enum bootconfig_text what,
	const uint8_t sha256[CRYPTO_SHA256_SIZE], struct buf *ret_text);

#endif
