/* state.h - the extension's own small JSON files, which outlive a version of the program: written
 * atomically, for root only, schema version 1. Members that this version does not know are kept
 * when it writes a file, so that a roll-back loses nothing.
 *
 * One rule for all of them: a file is absent only if the kernel returns ENOENT, and damaged only if
 * its whole contents were read and make no sense. Anything else (EIO, EMFILE, no memory, a folder
 * or a link in its place) leaves its contents unknown: then nothing may be concluded from it, and
 * it is neither set aside nor overwritten. */
#ifndef EDGE_STATE_H
#define EDGE_STATE_H

#include "edge/json.h"

#define STATE_FOLDER    "var/lib/guest-attestation" /* below the root directory */
#define STATE_MAX_BYTES (256u << 10)

/* Opens the state folder below the root directory root_fd; with `create` it is made and set to mode
 * 0700. Otherwise a missing one is ERR_IO with native ENOENT. */
int state_open_folder(int root_fd, bool create, int *ret_fd, struct err *err) err_check;

enum state_found {
	STATE_UNREADABLE = -1, /* *err: ERR_STATE_UNREADABLE or ERR_NO_MEMORY */
	STATE_ABSENT,
	STATE_LOADED,
	STATE_DAMAGED, /* *err: ERR_STATE_INVALID, with what is wrong */
};

/* Reads *ret from the document; fails with ERR_NO_MEMORY, or with any other code if the document
 * makes no sense. */
typedef int state_reader(const json *document, void *ret, struct err *err);

struct state_file {
	const char *name; /* below the state folder */
	state_reader *read;
};

/* Reads the contents of such a file. ERR_STATE_INVALID, ERR_NO_MEMORY. */
int state_parse(
	const struct state_file *file, struct bytes text, void *ret, struct err *err) err_check;
/* Sets *ret only if it returns STATE_LOADED. The file is left as it is. */
enum state_found state_load(
	int state_fd, const struct state_file *file, void *ret, struct err *err) err_check;
/* The same for the program that writes the file: a damaged one is set aside. */
enum state_found state_take(
	int state_fd, const struct state_file *file, void *ret, struct err *err) err_check;
/* Renames "name" to "name.broken", for support. ERR_STATE_UNREADABLE. */
int state_set_aside(int state_fd, const char *name, struct err *err) err_check;
/* Writes the document with mode 0600, after adding "version" and the old file's members that it
 * lacks. A damaged old file is set aside first; an unreadable one is ERR_STATE_UNREADABLE. */
int state_save(int state_fd, const char *name, json *document, struct err *err) err_check;
/* Returns 0 also if it does not exist. ERR_STATE_UNREADABLE. */
int state_remove(int state_fd, const char *name, struct err *err) err_check;

#endif
