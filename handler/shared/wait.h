/* wait.h - waits for the first result of the service. */
#ifndef HANDLER_SHARED_WAIT_H
#define HANDLER_SHARED_WAIT_H

#include "agent/status.h"

/* True as soon as the state of <sequence>.status is no longer `transitioning`; false after
 * timeout_ms. Changes of the folder wake it. */
bool wait_for_status(int status_dir_fd, uint32_t sequence, int timeout_ms);

#endif
