#include "drift/components_event.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/text.h"
#include "boot/event_text.h"

struct component components_of_event(const struct event *event, enum component_kind kind)
{
	struct component ret = {.kind = kind, .pcr = event->pcr};

	memcpy(ret.sha256, event->measured.data, sizeof(ret.sha256));
	return ret;
}

void components_set_name(struct component *component, struct bytes text)
{
	text_clean(component->name, sizeof(component->name), text);
}

int components_add_event(struct components *components, const struct event *event,
	enum component_kind kind, struct err *err)
{
	struct component found = components_of_event(event, kind);
	struct event_text words;

	event_text(event, &words);
	components_set_name(&found, bytes_of_text(words.text));
	found.is_bound = measured_is(event, event->data);
	return components_add(components, &found, err);
}
