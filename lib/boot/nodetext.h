/* nodetext.h - one node of a UEFI device path as text, in the form of UEFI 2.10 section 10.6.1.6.
 * devicepath.c writes the names of files. */
#ifndef BOOT_NODETEXT_H
#define BOOT_NODETEXT_H

#include "base/buf.h"

#define NODETEXT_SIZE 192

struct nodetext_node {
	uint8_t type, subtype;
	struct bytes data; /* after the node's header */
};

/* Writes clean text without line breaks; what does not fit is cut. */
void nodetext(const struct nodetext_node *node, char ret[NODETEXT_SIZE]);

#endif
