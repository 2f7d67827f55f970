/* first_result.h - waits for the first result of the service that enable started. */
#ifndef HANDLER_SHARED_FIRST_RESULT_H
#define HANDLER_SHARED_FIRST_RESULT_H

#include "handler.h"

/* Releases the command lock, and waits until the service reports its first result or ends, or the
 * time is over. ERR_SERVICE: it ended; the result's code if the command must fail for it. */
int first_result_wait(
	struct handler *handler, int status_fd, bool has_settings, struct err *err) err_check;

#endif
