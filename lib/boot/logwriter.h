/* logwriter.h - writes a TCG event log with a bank of SHA-256 alone, event by event, after the
 * header of another log.
 *
 * Source: PC Client PFP 1.06 section 10.2 (TCG_PCR_EVENT2) and 10.4.5.1 (TCG_EfiSpecIDEvent).
 * Errors: ERR_FORMAT beyond the buffer's maximum, ERR_NO_MEMORY. */
#ifndef BOOT_LOGWRITER_H
#define BOOT_LOGWRITER_H

#include "boot/eventlog.h"

#define LOGWRITER_DIGEST 32

/* old: a crypto-agile log that eventlog_open() took. */
int logwriter_header(struct buf *to, const struct eventlog *old, struct err *err) err_check;
/* Appends an event of this PCR, type and data. digest: LOGWRITER_DIGEST bytes; of an event that
 * extends nothing (EV_NO_ACTION) zeros are written. */
int logwriter_event(struct buf *to, const struct event *event, const uint8_t *digest,
	struct err *err) err_check;

#endif
