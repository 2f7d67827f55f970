/* loop.h - the service: attests at its start and whenever it is due, and keeps N.status true.
 *
 * Between rounds it sleeps (service/wakeup.h): until the next round, until its package's folder is
 * deleted, which is how the guest agent drops an extension without a word, until its lock file is
 * no longer the one in the state folder, or until it is to stop. */
#ifndef SERVICE_LOOP_H
#define SERVICE_LOOP_H

#include <stdint.h>
#include "base/err.h"

/* a minute on the network, a TPM that is slow all the time, eight alerts */
#define LOOP_ROUND_LIMIT_S 300

/* How it was called. */
struct loop_call {
	const char *root; /* path of the root directory */
	char **argv; /* a service that hangs without systemd becomes a new process by it */
	bool is_alone; /* there is no systemd: nobody starts it anew if it ends by mistake */
	uint32_t limit_s; /* how long a round may take before it counts as hung */
	const char *version; /* of this program */
};

/* Until it is to stop: 0. -1: it ended for a reason that its status holds, too. */
int loop_run(const struct loop_call *call, struct err *err) err_check;

#endif
