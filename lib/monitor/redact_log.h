/* redact_log.h - the event log's part of redact.h: identifiers in the data of events, blanked in place. Sizes and digests stay. */
#ifndef MONITOR_REDACT_LOG_H
#define MONITOR_REDACT_LOG_H

#include "appraise/evidence.h"

/* Does a UUID stand in it (RFC 4122 text form, either case)? */
bool redact_has_uuid(struct bytes text);
/* Changes evidence->event_log and marks the changed events. Of a log that is none, nothing is left. */
int redact_log(struct evidence *evidence, struct err *err) err_check;

#endif
