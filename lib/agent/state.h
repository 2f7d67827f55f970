/* state.h - small JSON files of our own that outlive a version of the program: atomic, root only, schema version 1.
 * A roll-back loses nothing: members that this version does not know survive its writing. */
#ifndef AGENT_STATE_H
#define AGENT_STATE_H

#include "edge/json.h"

#define STATE_MAX_BYTES (256u << 10)

/* No file: ERR_IO with native ENOENT. One that is no JSON object of a schema: ERR_STATE_INVALID. */
int state_load(int state_fd, const char *name, json **ret, struct err *err) err_check;
/* "name" becomes "name.broken", for support to look at. */
void state_set_aside(int state_fd, const char *name);
/* Adds "version" and the old file's members that `document` lacks. 0600. */
int state_save(int state_fd, const char *name, json *document, struct err *err) err_check;

#endif
