/* loop.h - the service: attests at its start and whenever an attestation is due, and keeps N.status
 * true.
 *
 * Between rounds it sleeps (service/wakeup.h) until the next round is due, until boot files or
 * records of packages have changed and been quiet for a minute (at most every five minutes; then it
 * only records what the next boot will use), until the package's folder is deleted (the guest agent
 * may remove an extension so, without calling a command: setup/removal.h), until its lock file is
 * no longer the one in the state folder, or until SIGTERM. SIGHUP is ignored.
 *
 * SIGTERM replaces a success in N.status, and the boot files are looked at once more. During a
 * round or a look at the disks, the process executes its program anew for that, by stop_argv,
 * because work that runs cannot be taken back otherwise. */
#ifndef SERVICE_LOOP_H
#define SERVICE_LOOP_H

#include <stdint.h>
#include "base/err.h"

/* enough for a minute on the network, a slow TPM and eight alerts */
#define LOOP_ROUND_LIMIT_S 300
/* an administrator who moves the guest agent's folder, or an agent that unpacks the package anew,
 * is done by then */
#define LOOP_SETTLE_S 300

/* How the service was started. */
struct loop_call {
	const char *root; /* path of the root directory */
	char **argv; /* to restart itself if it hangs and there is no systemd */
	char **stop_argv; /* what leads to loop_report_stop() */
	bool is_alone; /* there is no systemd that would restart the service */
	uint32_t limit_s; /* how long a round may take before it counts as hung */
	uint32_t settle_s; /* how long the package must be deleted before the service gives up */
	const char *version; /* of this program */
};

/* Runs the service. 0: it was stopped, or the extension was removed. -1: it ended for a reason that
 * is also in the log and, unless another service took over, in the status. */
int loop_run(const struct loop_call *call, struct err *err) err_check;
/* What a stop of the service owes its machine. -1: nothing was reported, because another service
 * runs, or none was enabled. */
int loop_stop(const struct loop_call *call, struct err *err) err_check;

#endif
