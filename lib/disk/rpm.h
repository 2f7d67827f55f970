/* rpm.h - what rpm recorded of a file. Starts `rpm -q` without a shell, for a bounded time.
 *
 * Asked of the database below the root (var/lib/rpm, or usr/lib/sysimage/rpm). A query writes
 * nothing, and works where the file system is read-only to us. Source: rpm 4.18: rpm(8),
 * rpm-queryformat(7).
 */
#ifndef DISK_RPM_H
#define DISK_RPM_H

#include "disk/package.h"

/* Whether rpm manages this system. */
int rpm_find(int root_fd, bool *ret, struct err *err) err_check;
/* Adds to *ret. ERR_SERVICE if rpm cannot be started or does not end, ERR_IO, ERR_NO_MEMORY. */
int rpm_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;

/* What RPM_FORMAT makes of a package: a line "P name version seconds", then a line "F digest path"
 * for each of its files. */
#define RPM_FORMAT                                                                                 \
	"P %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\n[F %{FILEDIGESTS} %{FILENAMES}\n]"
/* Adds what the packages in this text say of a file with this path and these digests; other lines
 * are passed over. */
void rpm_read(struct bytes text, const char *path, const uint8_t sha256[CRYPTO_SHA256_SIZE],
	const uint8_t md5[CRYPTO_MD5_SIZE], struct package_answer *ret);

#endif
