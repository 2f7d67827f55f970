/* state.h - small JSON files of our own that outlive a version of the program: atomic, root only,
 * schema version 1. A roll-back loses nothing: members that this version does not know survive its
 * writing.
 *
 * One rule for all of them. A file counts as absent only if the kernel says ENOENT, as damaged only
 * if its whole contents were read and make no sense. Anything else (EIO, EMFILE, no memory, a
 * folder or a link in its place) leaves it unknown: then nothing may be concluded from it, and it
 * is neither set aside nor overwritten. */
#ifndef EDGE_STATE_H
#define EDGE_STATE_H

#include "edge/json.h"

#define STATE_FOLDER    "var/lib/guest-attestation" /* below the root directory */
#define STATE_MAX_BYTES (256u << 10)

/* The state folder, 0700. With create false, a missing one is ERR_IO with native ENOENT. root_fd:
 * the root directory. */
int state_open_folder(int root_fd, bool create, int *ret_fd, struct err *err) err_check;

enum state_found {
	STATE_UNREADABLE = -1, /* *err: ERR_STATE_UNREADABLE or ERR_NO_MEMORY */
	STATE_ABSENT,
	STATE_LOADED,
	STATE_DAMAGED, /* *err: ERR_STATE_INVALID and what is wrong with it */
};

/* Reads *ret out of the document; fails with ERR_NO_MEMORY, or any other code if the document makes
 * no sense. */
typedef int state_reader(const json *document, void *ret, struct err *err);

struct state_file {
	const char *name; /* below the state folder */
	state_reader *read;
};

/* The contents of such a file: ERR_STATE_INVALID or ERR_NO_MEMORY. */
int state_parse(
	const struct state_file *file, struct bytes text, void *ret, struct err *err) err_check;
/* *ret is touched only if STATE_LOADED. The file is left as it is. */
enum state_found state_load(
	int state_fd, const struct state_file *file, void *ret, struct err *err) err_check;
/* The same for who owns the file: a damaged one is set aside. */
enum state_found state_take(
	int state_fd, const struct state_file *file, void *ret, struct err *err) err_check;
/* "name" becomes "name.broken", for support to look at. */
int state_set_aside(int state_fd, const char *name, struct err *err) err_check;
/* Adds "version" and the old file's members that `document` lacks. 0600. A damaged old file is set
 * aside first, an unreadable one is ERR_STATE_UNREADABLE. */
int state_save(int state_fd, const char *name, json *document, struct err *err) err_check;
/* One that is not there is no error. */
int state_remove(int state_fd, const char *name, struct err *err) err_check;

#endif
