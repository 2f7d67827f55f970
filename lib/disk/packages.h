/* packages.h - which package vouches for exactly the bytes of a boot file, since when: asks dpkg's
 * records (disk/dpkg.h), then rpm (disk/rpm.h), whichever manages this system. Other package
 * managers are not asked.
 *
 * A record is as good as the disk that it is on, and dpkg's digest is MD5: a package's word
 * explains an update, it is no proof against who is root. */
#ifndef DISK_PACKAGES_H
#define DISK_PACKAGES_H

#include "disk/package.h"

/* Whether dpkg or rpm manages this system. */
int packages_find(int root_fd, bool *ret, struct err *err) err_check;
/* ERR_IO, ERR_SERVICE, ERR_NO_MEMORY: the records are there and could not be asked, which is no
 * "silent". */
int packages_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;

#endif
