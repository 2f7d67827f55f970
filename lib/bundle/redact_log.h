/* redact_log.h - the event log's part of redact.h: a log written anew, of what the TPM signed and
 * nothing beside it.
 *
 * In it are the events that extended a quoted PCR, with their digest in the quoted bank, and the
 * event of the TPM's locality; their numbers begin at 1. Identifiers in their data are blanked;
 * sizes stay. */
#ifndef BUNDLE_REDACT_LOG_H
#define BUNDLE_REDACT_LOG_H

#include "appraise/evidence.h"

/* Does a UUID stand in it (RFC 4122 text form, either case)? */
bool redact_has_uuid(struct bytes text);
/* Changes evidence->event_log and marks the changed events. Of a log without the quoted bank, or
 * that is none, nothing is left. */
int redact_log(struct evidence *evidence, struct err *err) err_check;

#endif
