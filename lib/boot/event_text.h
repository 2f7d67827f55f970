/* event_text.h - one line for people about an event: the only place that makes words of it. Nobody
 * reads them: what a program needs is in event.h. Event data is hostile: the text is clean UTF-8,
 * bounded, and claims nothing (the data need not be what was measured). */
#ifndef BOOT_EVENT_TEXT_H
#define BOOT_EVENT_TEXT_H

#include "boot/event.h"

#define EVENT_TEXT_SIZE 512

struct event_text {
	char text[EVENT_TEXT_SIZE];
	/* bytes in front that name the kind of thing ("GRUB command: "), for those who show the
	 * kind beside the text; 0 if there are none */
	size_t kind_len;
};

void event_text(const struct event *event, struct event_text *ret);
/* Both are told in the same words: to show the second one adds nothing. */
bool event_text_equal(const struct event *one, const struct event *other);

#endif
