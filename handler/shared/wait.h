/* wait.h - wait for the service's first word. */
#ifndef HANDLER_SHARED_WAIT_H
#define HANDLER_SHARED_WAIT_H

#include "agent/status.h"

/* Until <sequence>.status has left `transitioning`, woken by changes of the folder; true if it has
 * within timeout_ms. */
bool wait_for_status(int status_dir_fd, uint32_t sequence, int timeout_ms);

#endif
