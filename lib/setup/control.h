/* control.h - starts and stops the service: under systemd if systemd runs this machine, else as a
 * detached process. Only one service may run; callers hold the command lock (lock.h). */
#ifndef SETUP_CONTROL_H
#define SETUP_CONTROL_H

#include "memory/record.h"

/* how long systemctl may take in all of a command's calls */
#define CONTROL_SYSTEMCTL_MS 60000

struct control {
	const char *root; /* absolute path; "/" in production */
	int root_fd, state_fd;
	const char *home; /* folder of the package, to start or to explain; see programs_find() */
	int *systemctl_left_ms; /* each call of systemctl takes its time from this */
};

/* Starts the stopped service with the programs of service->program_version. systemd then also
 * starts it at every boot. unit_template: text of manifest/guest-attestation.service. ERR_SERVICE,
 * ERR_START_FORBIDDEN, ERR_IO. */
int control_start(const struct control *control, const struct record *service,
	struct bytes unit_template, struct err *err) err_check;
/* -1 always. *err is that the service ended at once, and becomes ERR_START_FORBIDDEN if systemd
 * could not execute the program of this version. */
int control_explain_end(const struct control *control, const char *version, struct err *err) err_check;
/* Stops the service, also for later boots. 0 also if there is none. ERR_SERVICE. */
int control_stop(const struct control *control, struct err *err) err_check;
/* systemd no longer starts the service at later boots. 0 also if there is no unit. ERR_SERVICE,
 * ERR_IO. */
int control_disable(const struct control *control, struct err *err) err_check;
/* Removes the unit, after control_stop. 0 also if there is none. ERR_IO. */
int control_remove(const struct control *control, struct err *err) err_check;
/* Does the service run, and go on? systemctl is called only if no process holds the service's lock,
 * because a service that systemd just started may not hold it yet. ERR_SERVICE,
 * ERR_STATE_UNREADABLE, ERR_IO: it cannot be determined. */
int control_find_running(const struct control *control, bool *ret, struct err *err) err_check;

#endif
