/* trust.h - which certificate authorities count: the system's, wherever this distribution keeps them, a file's instead, and those of
 * another file besides. */
#ifndef EDGE_TRUST_H
#define EDGE_TRUST_H

#include "base/buf.h"

#define TRUST_MAX_BYTES (4u << 20) /* of both files; a distribution's bundle has about 220 KB */

struct trust {
	const char *ca_file;       /* PEM, instead of the system's; NULL: the system's */
	const char *extra_ca_file; /* PEM, besides the others; NULL: none */
};

/* The one file that holds them all, or NULL if there are two (trust_read). ERR_CA_FILE: not found, not readable. */
int trust_find(const struct trust *trust, const char **ret_file, struct err *err) err_check;
/* All of them, as PEM text. ERR_CA_FILE. */
int trust_read(const struct trust *trust, struct buf *ret, struct err *err) err_check;

#endif
