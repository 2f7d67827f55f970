/* forbidden.h - a start that a policy of this VM forbids, such as fapolicyd's, SELinux's or a
 * mount's. handler/docs/policies.md has what to allow. */
#ifndef SETUP_FORBIDDEN_H
#define SETUP_FORBIDDEN_H

#include "base/err.h"

/* -1 always: "This VM forbids to start PROGRAM: ..." with the policies that are found here.
 * native: an errno, or systemd's exit status (systemd.exec(5)). ERR_START_FORBIDDEN. */
int forbidden_explain(
	int root_fd, const char *program, unsigned long native, struct err *err) err_check;

#endif
