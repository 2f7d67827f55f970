/* nodetext.h - one node of a UEFI device path as text, as UEFI 2.10 section 10.6.1.6 writes it;
 * names of files are devicepath's. */
#ifndef BOOT_NODETEXT_H
#define BOOT_NODETEXT_H

#include "base/buf.h"

#define NODETEXT_SIZE 192

struct nodetext_node {
	uint8_t type, subtype;
	struct bytes data; /* behind the node's head */
};

/* Clean text without line breaks; what does not fit is cut. */
void nodetext(const struct nodetext_node *node, char ret[NODETEXT_SIZE]);

#endif
