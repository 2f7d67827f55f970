/* bootwalk.h - visits each regular file in the places where Linux keeps boot files, in a fixed
 * order. It opens no file.
 *
 * All paths are below root_fd, and no link is followed: a link's target is found by its own name.
 * Places: the packages' copies of shim, GRUB, systemd-boot and kernels below usr, then boot (with
 * an EFI system partition at boot or boot/efi) and efi. GRUB's modules (*.mod) are left out: there
 * are hundreds, and Secure Boot allows none of them.
 *
 * Source: Debian's and Ubuntu's shim-signed, grub-efi-*-signed, systemd-boot-efi, linux-image-*;
 * Ubuntu's nullboot (cmd/nullbootctl/main.go) and its kernels with full disk encryption; fwupd-efi
 * (usr/libexec/fwupd/efi); Fedora's and RHEL's shim, grub2-efi-*, kernel-core (usr/lib/modules),
 * usr/lib/efi, usr/lib/ostree-boot and bootupd (src/efi.rs); SUSE's usr/lib64/efi, usr/share/efi
 * and usr/share/grub2; Flatcar's usr/boot; UAPI.1 Boot Loader Specification (efi, boot). */
#ifndef DISK_BOOTWALK_H
#define DISK_BOOTWALK_H

#include <sys/stat.h>
#include "base/err.h"

/* So many fit into a state file (next_boot.h), with paths that JSON need not escape. */
#define BOOTWALK_MAX_FILES   400
#define BOOTWALK_MAX_ENTRIES 8192 /* entries of all folders that are read */
#define BOOTWALK_PATH_SIZE   256 /* files with longer paths are left out */

struct bootwalk_file {
	const char *path; /* below the root, without a leading slash */
	int dir_fd; /* the folder that holds it */
	const char *name; /* its name in that folder */
	const struct stat *info;
};

/* What is called, with `context`; either function may be NULL. */
struct bootwalk_visitor {
	void (*visit)(void *context, const struct bootwalk_file *file);
	/* the folders that hold these files, and those in which a place may appear */
	void (*visit_folder)(void *context, int dir_fd);
	void *context;
};

/* ret_gap: code ERR_OK, or ERR_IO with the first thing that could not be read or exceeded a
 * limit. */
void bootwalk(int root_fd, struct bootwalk_visitor visitor, struct err *ret_gap);

#endif
