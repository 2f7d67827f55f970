/* eventtext.h - one line for people about an event's data. Event data is hostile: the text is clean UTF-8, bounded, and claims nothing
 * (the data need not be what was measured).
 *
 * Source: PC Client PFP 1.06 section 10.2 (event structures), UEFI 2.10 sections 3.1.3 (load options), 5.3 (GPT), 10.3 (device paths).
 */
#ifndef BOOT_EVENTTEXT_H
#define BOOT_EVENTTEXT_H

#include "boot/eventlog.h"

#define EVENTTEXT_SIZE 256

void eventtext(const struct eventlog_event *event, char ret[EVENTTEXT_SIZE]);

/* If the bytes are text (UTF-8, or UTF-16 of printable characters; zeros at the end do not count): true and the clean text. */
bool eventtext_of_bytes(struct bytes bytes, char *ret, size_t size);

#endif
