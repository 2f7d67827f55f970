/* control.h - start and stop the service: under systemd where it runs, else as a detached process.
 * One service at a time; callers hold the command lock (lock.h). */
#ifndef SERVICE_CONTROL_H
#define SERVICE_CONTROL_H

#include "service/record.h"

struct control {
	const char *root; /* absolute path; "/" in production */
	int root_fd, state_fd;
};

/* Starts it with the programs of service->program_version, also at every boot under systemd; it
 * must be stopped. unit_template: text of manifest/guest-attestation.service. ERR_SERVICE,
 * ERR_IO. */
int control_start(const struct control *control, const struct record *service,
	struct bytes unit_template, struct err *err) err_check;
/* Stops it and starts it no more at boot. 0 also if there is none. */
int control_stop(const struct control *control, struct err *err) err_check;
/* Takes the unit away; after control_stop. 0 also if there is none. */
int control_remove(const struct control *control, struct err *err) err_check;
int control_find_running(const struct control *control, bool *ret, struct err *err) err_check;

#endif
