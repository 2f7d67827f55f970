/* removal.h - removes what the extension installed: for `uninstall`, and for a service whose
 * package the guest agent deleted without calling a command, because the extension left the goal
 * state.
 *
 * Such a service waits, and only if its package is still deleted for certain does it give up its
 * record (service.json) and end. What the service may not touch itself is then removed by
 * `monitor --clean-up`, which systemd starts after each end of the service, outside of its
 * sandbox. */
#ifndef SETUP_REMOVAL_H
#define SETUP_REMOVAL_H

#include <sys/types.h>
#include "setup/control.h"

/* The folder that holds the package's folder; {0}: unknown, since the package was not in it. */
struct removal_parent {
	dev_t device;
	ino_t inode;
};

/* home: of the package, absolute, below the root directory root_fd. */
void removal_find_parent(int root_fd, const char *home, struct removal_parent *ret);
/* Is the package deleted for certain: can the folder that held it be read, and does it lack it?
 * parent: which folder that was; NULL: any. Another folder in its place is a disk that was
 * unmounted, which proves nothing. */
bool removal_is_certain(int root_fd, const char *home, const struct removal_parent *parent);

/* Removes the stopped service: its unit, and the programs of this version only, or if that is NULL
 * all programs and the state, but not a certificate that the TPM lacks (attest/cert_record.h). The
 * caller holds the command lock. ERR_IO. */
int removal_run(const struct control *control, const char *version, struct err *err) err_check;
/* For the service: gives up its record, unless a command runs, which takes care of everything then.
 * ERR_SERVICE: a command runs. ERR_IO, ERR_STATE_UNREADABLE. */
int removal_give_up(int root_fd, struct err *err) err_check;
/* Removes all that a service left that gave up its record, if its package is deleted for certain.
 * Anything else is no error: nothing is removed. root: absolute path. ERR_IO. */
int removal_clean_up(const char *root, const char *home, struct err *err) err_check;

/* For whoever makes an image of this VM's disk: stops the service until the next `enable`, writes
 * that into the status, and removes all that the state folder holds about this VM, but not a
 * certificate that its TPM lacks. keeps_boots: not the accepted boots, with which the image's VMs
 * compare their first one. root: absolute path. Errors as control_stop(), lock_take() and
 * status_write(); ERR_IO. */
int removal_generalise(const char *root, bool keeps_boots, struct err *err) err_check;

#endif
