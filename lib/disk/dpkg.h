/* dpkg.h - what dpkg recorded about a file: var/lib/dpkg below the root. Reads files only; starts
 * no program.
 *
 * Source: dpkg 1.21: info/PACKAGE[:ARCH].md5sums (deb-md5sums(5)), info/PACKAGE[:ARCH].list
 * (written whenever the package is unpacked, so its time is the time of installation), status
 * (dpkg-query(1), deb822(5)). */
#ifndef DISK_DPKG_H
#define DISK_DPKG_H

#include "disk/package.h"

/* Does dpkg manage this system? */
int dpkg_find(int root_fd, bool *ret, struct err *err) err_check;
/* Adds dpkg's record of the file to *ret. Reads all md5sums files, about 10 MB, so call it only
 * when there is a change to explain. ERR_IO, ERR_NO_MEMORY. */
int dpkg_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;

/* The digest of this path in an md5sums file; false if there is none. Malformed lines are
 * skipped. */
bool dpkg_find_digest(struct bytes md5sums, const char *path, uint8_t ret[CRYPTO_MD5_SIZE]);
/* Finds the version of the package "NAME" or "NAME:ARCH" in the status file, and whether it is
 * completely installed. False if it is not listed. */
bool dpkg_find_version(struct bytes status, const char *package, char ret[PACKAGE_VERSION_SIZE],
	bool *ret_is_settled);

#endif
