/* packages.h - which package vouches for exactly the bytes of a boot file, since when: asks dpkg's
 * records (disk/dpkg.h), then rpm (disk/rpm.h), whichever manages this system. Other package
 * managers are not asked.
 *
 * A record is as good as the disk that it is on, and dpkg's digest is MD5: a package's word
 * explains an update, it is no proof against who is root. */
#ifndef DISK_PACKAGES_H
#define DISK_PACKAGES_H

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

/* Whether dpkg or rpm manages this system. */
int packages_find(int root_fd, bool *ret, struct err *err) err_check;
/* ERR_IO, ERR_SERVICE, ERR_NO_MEMORY: the records are there and could not be asked, which is no
 * "silent". */
int packages_ask(int root_fd, const struct bootfile *file, struct package_answer *ret,
	struct err *err) err_check;

#endif
