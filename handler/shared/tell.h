/* tell.h - what the service says of itself: a line for the journal, and the same in our log for the guest agent to collect. */
#ifndef HANDLER_SHARED_TELL_H
#define HANDLER_SHARED_TELL_H

#include "agent/service.h"
#include "appraise/verdict.h"
#include "base/log.h"

void tell(int root_fd, const struct service *service, enum log_level level, const char *text);
void tell_err(int root_fd, const struct service *service, const struct err *err);
/* For those who look later, and not only at the last result. started_ms: base/clock.h, monotonic. */
void tell_outcome(
	int root_fd, const struct service *service, const struct verdict *verdict, int64_t started_ms);

#endif
