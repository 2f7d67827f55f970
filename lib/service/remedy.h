/* remedy.h - notices that the owner did what a failed round needed: a file of authorities (caFile,
 * extraCaFile) is there now. Between failed rounds this saves a wait of minutes. */
#ifndef SERVICE_REMEDY_H
#define SERVICE_REMEDY_H

#include "agent/settings.h"

/* Watches the folders of the files, if that is what the round lacked (ERR_CA_FILE). *ret_fd becomes
 * readable when something changes there, and is -1 if there is nothing to watch, or no folder: then
 * the schedule alone decides. The caller closes it. */
void remedy_watch(const struct settings *settings, enum err_code lacking, int *ret_fd);
/* Discards what remedy_watch() woke for: can the files be used now? */
bool remedy_is_there(const struct settings *settings, int fd);

#endif
