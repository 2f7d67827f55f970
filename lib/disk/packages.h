/* packages.h - which package installed exactly the bytes of a boot file, and when. Searches the
 * records of dpkg (disk/dpkg.h), then of rpm (disk/rpm.h); no other package manager is supported.
 *
 * A record is as trustworthy as its disk, and dpkg's digest is MD5. So a package's record explains
 * an update; it proves nothing against an attacker with root's rights. */
#ifndef DISK_PACKAGES_H
#define DISK_PACKAGES_H

#include "disk/package.h"

/* Does dpkg or rpm manage this system? */
int packages_find(int root_fd, bool *ret, struct err *err) err_check;
/* ERR_IO, ERR_SERVICE, ERR_NO_MEMORY: the records exist and could not be read. That is not the same
 * as PACKAGE_SILENT. */
int packages_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;
/* A digest that differs if packages were installed or removed in between. ERR_IO. */
int packages_stamp(int root_fd, uint8_t ret[CRYPTO_SHA256_SIZE], struct err *err) err_check;

#endif
