/* redact_log.h - the event log's part of redact.h: writes a new log that holds only what the TPM
 * signed.
 *
 * It holds the events that extended a quoted PCR, with their digest in the quoted bank, and the
 * event of the TPM's locality, numbered from 1. Identifiers in their data are blanked; sizes
 * stay. */
#ifndef BUNDLE_REDACT_LOG_H
#define BUNDLE_REDACT_LOG_H

#include "appraise/evidence.h"

/* Does the text contain a UUID (RFC 4122 text form, either case)? */
bool redact_has_uuid(struct bytes text);
/* Replaces evidence->event_log and marks the changed events. The new log is empty if the old one
 * cannot be parsed or lacks the quoted bank. */
int redact_log(struct evidence *evidence, struct err *err) err_check;

#endif
