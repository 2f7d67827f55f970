/* outlook.h - will the VM boot again? What foretell/ answers, for the service: it warns before
 * anybody restarts, and speaks neither for nor against the boot that runs. */
#ifndef SERVICE_OUTLOOK_H
#define SERVICE_OUTLOOK_H

#include "agent/status.h"

#define OUTLOOK_TEXT_SIZE 832

struct outlook {
	bool is_known; /* false: this build foretells nothing, or it could not be looked at */
	bool is_answered; /* it boots, or will not; false: that cannot be told */
	struct err finding; /* ERR_NEXT_BOOT if it will not boot; else code ERR_OK */
	char text[OUTLOOK_TEXT_SIZE]; /* what the next boot will be, in sentences */
};

struct outlook_inputs {
	int root_fd, state_fd;
	const char *boot_id;
	int64_t now_s;
};

/* Looks at the disks and at the firmware's variables, and records what it foretells. A failure is
 * an outlook that is not known. */
void outlook_look(const struct outlook_inputs *inputs, struct outlook *ret);

#endif
