/* owner.h - which VM the state folder is about: var/lib/guest-attestation/owner.json, root only.
 *
 * A disk goes its own way: a golden image, a clone, a backup that is restored into a new VM. What
 * the state says of the past (health, failures, alerts that wait) is then another VM's, and goes.
 * The accepted boots stay: the VM's ID is a hint of the host's (base/vm_id.h), and no hint may make
 * this VM forget them. Comparing with them is safe, since a VM's own ID is measured and compared,
 * too. Whoever makes images removes them: setup/removal.h. A certificate that is to come into the
 * TPM stays, too (attest/cert_record.h): it is of use only to the TPM whose key it is for. */
#ifndef MEMORY_OWNER_H
#define MEMORY_OWNER_H

#include "edge/state.h"

/* what the log says of it */
#define OWNER_NEWS                                                                                 \
	"This VM's disk was another VM's: what was remembered of that one is removed, and its accepted boots stay to compare with."

/* Is the state another VM's, as far as both IDs are known? ERR_STATE_UNREADABLE, ERR_NO_MEMORY: it
 * cannot be determined. */
int owner_find_other(int root_fd, int state_fd, bool *ret, struct err *err) err_check;
/* For the service and `enable`, before they read anything: makes the state this VM's own, and
 * removes what was another's. *ret_was_other: it was. Errors also as tree_clear() and
 * state_save(). */
int owner_claim(int root_fd, int state_fd, bool *ret_was_other, struct err *err) err_check;

#endif
