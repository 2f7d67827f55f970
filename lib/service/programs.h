/* programs.h - the programs outside of the versioned folder: PLACE/VERSION/. The service runs from
 * there, since the agent extracts over the versioned folder (a running program there fails it) and
 * deletes it at an upgrade.
 *
 * PLACE is /opt/guest-attestation, or /var/lib/guest-attestation/programs where the first is on a
 * file system that is read-only or starts no programs. */
#ifndef SERVICE_PROGRAMS_H
#define SERVICE_PROGRAMS_H

#include "base/err.h"

#define PROGRAMS_MAX_BYTES (64u << 20)
#define PROGRAMS_PATH_SIZE 128

/* Copies bin/monitor and bin/guest-attest from the package. Whole or not at all, each. ERR_IO, with
 * both places' paths and reasons if neither can be used. */
int programs_install(int root_fd, int home_fd, const char *version, struct err *err) err_check;
/* ret: the folder that holds all of them, as an absolute path below the root directory; "" if none
 * does. */
int programs_find(
	int root_fd, const char *version, char ret[PROGRAMS_PATH_SIZE], struct err *err) err_check;
/* What versions left there whose uninstall did not come to its end; this one's are there. */
int programs_remove_others(int root_fd, const char *version, struct err *err) err_check;
/* This version's, or with version NULL all of them. 0 also if there are none. */
int programs_remove(int root_fd, const char *version, struct err *err) err_check;

#endif
