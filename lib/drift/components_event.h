/* components_event.h - an event of the log as a component: what the readers of single PCRs share,
 * for components.h. All take measured events of a log with SHA-256 digests. */
#ifndef DRIFT_COMPONENTS_EVENT_H
#define DRIFT_COMPONENTS_EVENT_H

#include "drift/components.h"

/* Without a name; not bound. */
struct component components_of_event(const struct event *event, enum component_kind kind);
/* Hostile text. */
void components_set_name(struct component *component, struct bytes text);

/* Named as event_text.h describes the event, bound if the digest is that of its data.
 * ERR_NO_MEMORY. */
int components_add_event(struct components *components, const struct event *event,
	enum component_kind kind, struct err *err) err_check;

#endif
