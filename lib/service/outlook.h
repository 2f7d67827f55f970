/* outlook.h - will the VM boot again? What foretell/ answers, for the service: it warns before
 * anybody restarts, and speaks neither for nor against the boot that runs. */
#ifndef SERVICE_OUTLOOK_H
#define SERVICE_OUTLOOK_H

#include <string.h>
#include "agent/status.h"

#define OUTLOOK_TEXT_SIZE 832

struct outlook {
	bool was_damaged; /* the record of what was there before; it is lost */
	bool is_known; /* false: this build foretells nothing, or it could not be looked at */
	bool is_answered; /* it boots, or will not; false: that cannot be told */
	struct err finding; /* ERR_NEXT_BOOT if it will not boot; else code ERR_OK */
	char text[OUTLOOK_TEXT_SIZE]; /* what the next boot will be, in sentences */
};

/* Do they show the same? */
static inline bool outlook_equal(const struct outlook *a, const struct outlook *b)
{
	return a->is_known == b->is_known && strcmp(a->text, b->text) == 0 &&
	       a->finding.code == b->finding.code && strcmp(a->finding.msg, b->finding.msg) == 0;
}

struct outlook_inputs {
	int root_fd, state_fd;
	const char *boot_id;
	int64_t now_s;
};

/* Looks at the disks and at the firmware's variables; records what the next boot will use, so that
 * its changes can be traced to an update, and what it foretells. May take minutes. If nothing can
 * be foretold, the outlook is not known. -1: nothing could be recorded, e.g. on a full disk, on
 * which a kernel may be half written: the outlook is known nevertheless, if the disks could be
 * seen; errors of next_boot_run(). */
int outlook_look(const struct outlook_inputs *inputs, struct outlook *ret, struct err *err) err_check;

#endif
