/* event_text.h - one line for people about an event. It is the only maker of such words, and no
 * program reads them: values are in event.h. Event data is hostile, so the text is clean UTF-8 and
 * bounded. It proves nothing, since the data may differ from what was measured. */
#ifndef BOOT_EVENT_TEXT_H
#define BOOT_EVENT_TEXT_H

#include "boot/event.h"

#define EVENT_TEXT_SIZE 512

struct event_text {
	char text[EVENT_TEXT_SIZE];
	/* length of the leading part that names the kind ("GRUB command: "), for callers that show
	 * the kind beside the text; 0 if there is none */
	size_t kind_len;
};

void event_text(const struct event *event, struct event_text *ret);
/* Whether both have the same text, so that showing the second adds nothing. */
bool event_text_equal(const struct event *one, const struct event *other);

#endif
