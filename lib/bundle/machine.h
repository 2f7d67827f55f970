/* machine.h - what a machine says of itself. Nobody proves it; it tells people which machine a
 * report is about. */
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
