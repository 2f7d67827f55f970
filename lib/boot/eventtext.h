/* eventtext.h - one line for people about an event's data. Event data is hostile: the text is clean
 * UTF-8, bounded, and claims nothing (the data need not be what was measured).
 *
 * Source: PC Client PFP 1.06 section 10.2 (event structures) and 3.3 (what goes into which PCR). */
#ifndef BOOT_EVENTTEXT_H
#define BOOT_EVENTTEXT_H

#include "boot/eventlog.h"

#define EVENTTEXT_SIZE 512

void eventtext(const struct event *event, char ret[EVENTTEXT_SIZE]);

/* If the bytes are text (UTF-8, or UTF-16 of printable characters; zeros at the end do not count):
 * true and the clean text. */
bool eventtext_of_bytes(struct bytes bytes, char *ret, size_t size);

/* The same, or the first bytes as hex. */
void eventtext_of_any(struct bytes bytes, char ret[EVENTTEXT_SIZE]);

/* A program or driver that the firmware loaded. */
bool eventtext_is_image(const struct event *event);
/* The file that an event of a program names, whatever its type; false if its data names none. */
bool eventtext_image_file(const struct event *event, char *ret, size_t size);

#endif
