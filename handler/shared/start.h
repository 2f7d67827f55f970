/* start.h - the service runs with the current settings. */
#ifndef HANDLER_SHARED_START_H
#define HANDLER_SHARED_START_H

#include "handler.h"

/* Checks what can be checked at once, and starts the service unless it runs with these settings.
 * Needs the command lock. ret_status_fd: the folder of its status, set as soon as it is open; the
 * caller closes it. ret_has_settings: set if the settings' file could be read. Errors: of settings,
 * machine, programs and service. */
int start_service(struct handler *handler, int *ret_status_fd, bool *ret_has_settings,
	struct err *err) err_check;

#endif
