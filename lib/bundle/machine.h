/* machine.h - a machine's name and system as it states them. Unproven; for people who must
 * recognise the machine of a report. */
#ifndef BUNDLE_MACHINE_H
#define BUNDLE_MACHINE_H

#include <stdbool.h>

#define MACHINE_TEXT_SIZE 128

struct machine { /* "" where unknown */
	char hostname[MACHINE_TEXT_SIZE];
	char kernel[MACHINE_TEXT_SIZE]; /* release */
	char boot_id[MACHINE_TEXT_SIZE];
	char architecture[MACHINE_TEXT_SIZE]; /* of this program */
};

/* From the kernel's files below root_fd. */
void machine_read(int root_fd, struct machine *ret);

#endif
