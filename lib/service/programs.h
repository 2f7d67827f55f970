/* programs.h - the programs outside of the versioned folder: opt/guest-attestation/VERSION/. The
 * service runs from there, since the agent extracts over the versioned folder (a running program
 * there fails it) and deletes it at an upgrade. */
#ifndef SERVICE_PROGRAMS_H
#define SERVICE_PROGRAMS_H

#include "base/err.h"

#define PROGRAMS_FOLDER    "/opt/guest-attestation" /* below the root directory */
#define PROGRAMS_MAX_BYTES (64u << 20)

/* Copies bin/monitor and bin/guest-attest from the package. Whole or not at all, each. */
int programs_install(int root_fd, int home_fd, const char *version, struct err *err) err_check;
/* Whether all of them are there. */
int programs_find(int root_fd, const char *version, bool *ret, struct err *err) err_check;
/* What versions left there whose uninstall did not come to its end; this one's are there. */
int programs_remove_others(int root_fd, const char *version, struct err *err) err_check;
/* This version's, or with version NULL all of them. 0 also if there are none. */
int programs_remove(int root_fd, const char *version, struct err *err) err_check;

#endif
