/* programs.h - installs the programs in PLACE/VERSION/, outside of the package's versioned folder.
 * The service runs from there, because the agent extracts into the versioned folder (which fails
 * while a program in it runs) and deletes it at an upgrade.
 *
 * PLACE is /opt/guest-attestation, or /var/lib/guest-attestation/programs if the former is on a
 * file system that is read-only or mounted noexec. */
#ifndef SETUP_PROGRAMS_H
#define SETUP_PROGRAMS_H

#include "base/err.h"

/* Home of a package of the distribution (manifest/deb, manifest/rpm): its programs, in
 * PROGRAMS_PACKAGED/VERSION/, and its unit belong to dpkg or rpm. */
#define PROGRAMS_PACKAGED  "/usr/lib/guest-attestation"
#define PROGRAMS_MAX_BYTES (64u << 20)
#define PROGRAMS_PATH_SIZE 128

/* Copies guest-attest from its folder in the package, as guest-attest and as monitor, each
 * atomically. ERR_IO, with the paths and reasons of both places if neither can be used. */
int programs_install(int root_fd, int from_fd, const char *version, struct err *err) err_check;
/* home: of the package, which may be PROGRAMS_PACKAGED. ret: the folder that contains all programs
 * of this version, as an absolute path below the root directory; "" if there is none, or on a file
 * system that is mounted noexec. ERR_IO. */
int programs_find(int root_fd, const char *home, const char *version, char ret[PROGRAMS_PATH_SIZE],
	struct err *err) err_check;
/* Is it the path of a program that programs_install() may have put there, of whatever version? */
bool programs_are_at(const char *path);
/* Removes the programs of all other versions, whose uninstall may have failed. ERR_IO. */
int programs_remove_others(int root_fd, const char *version, struct err *err) err_check;
/* Removes the programs of this version, or of all versions if it is NULL. 0 also if there are none.
 * ERR_IO. */
int programs_remove(int root_fd, const char *version, struct err *err) err_check;

#endif
