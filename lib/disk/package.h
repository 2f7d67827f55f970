/* package.h - the answer of a package manager's records about one boot file. */
#ifndef DISK_PACKAGE_H
#define DISK_PACKAGE_H

#include "disk/bootfiles.h"

#define PACKAGE_NAME_SIZE    96
#define PACKAGE_VERSION_SIZE 64

enum package_word { /* the greater one counts if several packages own a file */
	PACKAGE_SILENT, /* none owns it, or its owner recorded no digest */
	PACKAGE_DIFFERS, /* the package installed other bytes under this name */
	PACKAGE_SAME, /* the package installed these bytes */
};

struct package_answer {
	enum package_word word;
	char package[PACKAGE_NAME_SIZE]; /* "" if silent */
	char version[PACKAGE_VERSION_SIZE]; /* "" if unknown */
	bool is_settled; /* installed completely; false in the middle of an upgrade */
	int64_t installed_s; /* Unix time; 0 if unknown */
};

/* Takes the answer if it counts more than what was known. */
void package_answer_add(struct package_answer *known, const struct package_answer *answer);

/* Records may list usr/lib/x as lib/x, from before the two were merged; both spellings of one path
 * are the same. */
bool package_path_is(struct bytes recorded, const char *path);

#endif
