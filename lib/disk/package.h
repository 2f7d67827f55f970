/* package.h - what a package manager's records hold about one boot file. */
#ifndef DISK_PACKAGE_H
#define DISK_PACKAGE_H

#include "disk/bootfiles.h"

#define PACKAGE_NAME_SIZE    96
#define PACKAGE_VERSION_SIZE 64

enum package_word { /* if several packages own a file, the greatest counts */
	PACKAGE_SILENT, /* no package owns it, or the owner recorded no digest */
	PACKAGE_DIFFERS, /* the package installed other bytes at this path */
	PACKAGE_SAME, /* the package installed these bytes */
};

struct package_answer {
	enum package_word word;
	char package[PACKAGE_NAME_SIZE]; /* "" if PACKAGE_SILENT */
	char version[PACKAGE_VERSION_SIZE]; /* "" if unknown */
	bool is_settled; /* completely installed; false during an upgrade */
	int64_t installed_s; /* Unix time; 0 if unknown */
};

/* Replaces *known if the answer counts more. */
void package_answer_add(struct package_answer *known, const struct package_answer *answer);

#define PACKAGE_ESP "/boot/efi/" /* where packages install to the EFI system partition */

/* The path below the EFI system partition at which a package recorded this file, if rpm-ostree or
 * bootupd moved it below usr when the image was built (bootupd's src/efi.rs,
 * generate_update_metadata); else NULL. Points into `path`. */
const char *package_esp_path(const char *path);
/* Compares paths. Records may list usr/lib/x as lib/x, from before the two folders were merged;
 * both are the same path. So is the path from which a file was moved below usr. */
bool package_path_is(struct bytes recorded, const char *path);

#endif
