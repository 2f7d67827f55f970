/* dpkg.h - what dpkg recorded of a file: var/lib/dpkg below the root. Reads files only; no program
 * is started.
 *
 * Source: dpkg 1.21: info/PACKAGE[:ARCH].md5sums (deb-md5sums(5)), info/PACKAGE[:ARCH].list
 * (written whenever the package is unpacked: its time is the installation's), status
 * (dpkg-query(1), deb822(5)). */
#ifndef DISK_DPKG_H
#define DISK_DPKG_H

#include "disk/package.h"

/* Whether dpkg manages this system. */
int dpkg_find(int root_fd, bool *ret, struct err *err) err_check;
/* Adds to *ret. Reads all md5sums files, some 10 MB: for when there is something to explain.
 * ERR_IO, ERR_NO_MEMORY. */
int dpkg_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;

/* The digest of this path in an md5sums file. False if there is none; a line that is no line of
 * such a file is passed over. */
bool dpkg_find_digest(struct bytes md5sums, const char *path, uint8_t ret[CRYPTO_MD5_SIZE]);
/* Version of the package "NAME" or "NAME:ARCH", and whether it is "installed", out of the status
 * file. False: it is not listed. */
bool dpkg_find_version(struct bytes status, const char *package, char ret[PACKAGE_VERSION_SIZE],
	bool *ret_is_settled);

#endif
