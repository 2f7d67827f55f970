/* bootentry.h - what systemd-boot gives to the kernel of a boot loader entry
 * (loader/entries/NAME.conf).
 *
 * systemd-boot measures it in PCR 12 (versions before 251: PCR 8), and the kernel in PCR 9, as
 * UTF-16 with its final NUL: "initrd=\PATH" for each initrd line, then the values of all options
 * lines, separated by one blank. It expands no variables.
 *
 * Source: systemd 257 src/boot/boot.c (boot_entry_add_type1, initrd_prepare, image_start) and
 * src/boot/util.c (convert_efi_path); UAPI.1 Boot Loader Specification. */
#ifndef DISK_BOOTENTRY_H
#define DISK_BOOTENTRY_H

#include "base/buf.h"

#define BOOTENTRY_OPTIONS_MAX 8192 /* bytes; Linux reads at most 4096 characters */

/* Appends the text as UTF-16. False if it is too long, or no UTF-8 text of the first 65536
 * characters. */
bool bootentry_append(struct buf *options, struct bytes text);
/* Replaces the contents of *ret. False if the entry has no initrd and no options, if the result is
 * too long, or if the entry is no UTF-8 text of the first 65536 characters. */
bool bootentry_load_options(struct bytes entry, struct buf *ret);

/* Gets the value of the next line of this key ("linux", "initrd"); false after the last one. */
bool bootentry_next(struct bytes *rest, const char *key, struct bytes *ret);
/* Gets the value of the first one. */
bool bootentry_value(struct bytes entry, const char *key, struct bytes *ret);

#endif
