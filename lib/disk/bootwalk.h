/* bootwalk.h - where boot files live on Linux: each regular file there, in a fixed order of places.
 * Looks only; opens no file.
 *
 * Below root_fd, and no link is followed: a link's target is found by its own name. Places: the
 * packages' copies of shim, GRUB, systemd-boot and kernels below usr, then boot (with an EFI system
 * partition at boot or boot/efi) and efi. GRUB's modules
 * (*.mod) are left out: with Secure Boot none is loaded, and there are hundreds.
 *
 * Source: Debian's and Ubuntu's shim-signed, grub-efi-*-signed, systemd-boot-efi, linux-image-*;
 * Fedora's and RHEL's shim, grub2-efi-*, kernel-core (usr/lib/modules), usr/lib/efi and
 * usr/lib/ostree-boot; SUSE's usr/share/efi and usr/share/grub2; Flatcar's usr/boot; UAPI.1 Boot
 * Loader Specification (efi, boot). */
#ifndef DISK_BOOTWALK_H
#define DISK_BOOTWALK_H

#include <sys/stat.h>
#include "base/err.h"

#define BOOTWALK_MAX_FILES                                                                         \
	400 /* what is remembered of so many fits in a state file, with paths that JSON need not   \
	       escape */
#define BOOTWALK_MAX_ENTRIES 8192 /* of folders that are read, files or not */
#define BOOTWALK_PATH_SIZE   256 /* files with longer paths are left out */

struct bootwalk_file {
	const char *path; /* below the root, without a leading slash */
	int dir_fd; /* its folder */
	const char *name; /* in it */
	const struct stat *info;
};

/* ret_gap: code ERR_OK, or ERR_IO with the first thing that was left out because of a limit or
 * could not be read. */
void bootwalk(int root_fd, void (*visit)(void *context, const struct bootwalk_file *file),
	void *context, struct err *ret_gap);

#endif
