#include "components/components_event.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/text.h"
#include "boot/event_text.h"
#include "boot/loadoption.h"

#define LINE_SIZE 4096 /* the kernel's COMMAND_LINE_SIZE is 2048 on x86 */

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
	const struct uefivar *var = &event->variable;
	char title[COMPONENT_NAME_SIZE];
	struct loadoption option;
	struct event_text words;

	event_text(event, &words);
	components_set_name(&found, bytes_of_text(words.text));
	found.is_bound = measured_is(event, event->data);
	if (kind == COMPONENT_BOOT_ORDER)
		(void)loadoption_order_text(var->data, found.label, sizeof(found.label));
	if (kind == COMPONENT_BOOT_OPTION && loadoption_read(var, &option)) {
		uefi_text(option.title, title, sizeof(title));
		(void)text_format(found.label, sizeof(found.label), "%s \"%s\"", var->name, title);
	}
	if (kind == COMPONENT_MOK && event->what == EVENT_MOK && event->is_formed)
		found.facts.mok = event->mok;
	if (components_keep_text(components, &found, bytes_of_text(words.text), err) < 0)
		return -1;
	return components_add(components, &found, err);
}

int components_add_line(struct components *components, const struct event *event, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_COMMAND_LINE);
	char text[LINE_SIZE];

	logtext_or_hex(event->data, text, sizeof(text));
	components_set_name(&found, bytes_of_text(text));
	found.is_bound = measured_is(event, event->data);
	if (components_keep_text(components, &found, bytes_of_text(text), err) < 0)
		return -1;
	return components_add(components, &found, err);
}
