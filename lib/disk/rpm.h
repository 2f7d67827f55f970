/* rpm.h - what rpm recorded about a file. Runs `rpm -q` without a shell and with a time limit.
 *
 * It queries the database below the root (var/lib/rpm, usr/lib/sysimage/rpm, or rpm-ostree's
 * usr/share/rpm). A query writes nothing and works on a read-only file system. Source: rpm 4.18:
 * rpm(8), rpm-queryformat(7).
 */
#ifndef DISK_RPM_H
#define DISK_RPM_H

#include "disk/package.h"

/* Does rpm manage this system? */
int rpm_find(int root_fd, bool *ret, struct err *err) err_check;
/* Adds rpm's record of the file to *ret. ERR_SERVICE if rpm cannot be started or does not end,
 * ERR_IO, ERR_NO_MEMORY. */
int rpm_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;

/* The query's output for a package: a line "P name version seconds", then a line "F digest path"
 * for each of its files. */
#define RPM_FORMAT                                                                                 \
	"P %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\n[F %{FILEDIGESTS} %{FILENAMES}\n]"
/* Adds what the packages in this output recorded for a file with this path and these digests; other
 * lines are skipped. */
void rpm_read(struct bytes text, const char *path, const uint8_t sha256[CRYPTO_SHA256_SIZE],
	const uint8_t md5[CRYPTO_MD5_SIZE], struct package_answer *ret);

#endif
