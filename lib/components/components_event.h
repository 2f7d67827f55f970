/* components_event.h - turns an event of the log into a component: shared by the readers of single
 * PCRs, for components.h. All functions take measured events of a log with SHA-256 digests. */
#ifndef COMPONENTS_COMPONENTS_EVENT_H
#define COMPONENTS_COMPONENTS_EVENT_H

#include "components/components.h"

/* Makes a component without a name, not bound. */
struct component components_of_event(const struct event *event, enum component_kind kind);
/* Sets the name; the text may be hostile. */
void components_set_name(struct component *component, struct bytes text);

/* Adds a component that is named by event_text.h, and bound if the digest is that of the event's
 * data. ERR_NO_MEMORY. */
int components_add_event(struct components *components, const struct event *event,
	enum component_kind kind, struct err *err) err_check;
/* Adds what systemd-boot or systemd-stub gave to the kernel. ERR_NO_MEMORY. */
int components_add_line(
	struct components *components, const struct event *event, struct err *err) err_check;

#endif
