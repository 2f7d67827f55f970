#include "bundle/guessable.h"

#include <string.h>
#include "base/text.h"
#include "boot/eventlog.h"

#define CONFIG_PCR      1
#define VM_ID_PCR       6
#define SECURE_BOOT_PCR 7

/* In the order of the table below. */
enum rest_kind {
	REST_BOOT_OPTIONS,
	REST_BOARD,
	REST_PARTITIONS,
	REST_VM_ID,
	REST_LOADER_TEXTS,
	REST_OTHER_TEXTS,
	REST_NOTHING
};

static const struct guessable table[GUESSABLE_MAX] = {
	[REST_BOOT_OPTIONS] = {"boot-options",
		"boot options (MAC addresses, serial numbers of disks)", 0},
	[REST_BOARD] = {"board", "the board's settings and tables (serial numbers, asset tags)", 0},
	[REST_PARTITIONS] = {"partitions", "partition tables (ids and names of disks)", 0},
	[REST_VM_ID] = {"vm-id", "the VM's id", 0},
	[REST_LOADER_TEXTS] = {"loader-texts", "texts of boot loaders (names of entries)", 0},
	[REST_OTHER_TEXTS] = {"other-texts", "ids in other texts", 0},
};

/* A program's digest is that of its code, and does not reveal where the program was stored. */
static enum rest_kind rest_kind_of(const struct event *event)
{
	switch (event->what) {
	case EVENT_BOOT_VARIABLE:
		return REST_BOOT_OPTIONS;
	case EVENT_PARTITIONS:
		return REST_PARTITIONS;
	case EVENT_COMPACT:
		return event->pcr == VM_ID_PCR ? REST_VM_ID : REST_LOADER_TEXTS;
	case EVENT_COMMAND:
	case EVENT_COMMAND_LINE:
	case EVENT_MODULE_LINE:
	case EVENT_FILE:
	case EVENT_SECTION:
	case EVENT_ADDITION:
	case EVENT_EXTENSION:
	case EVENT_MOK:
	case EVENT_LOADER:
	case EVENT_TAG:
		return REST_LOADER_TEXTS;
	case EVENT_IMAGE:
		return event->pcr == CONFIG_PCR ? REST_BOARD : REST_NOTHING;
	case EVENT_PLATFORM:
	case EVENT_NOTE:
	case EVENT_VERSION:
	case EVENT_CODE:
	case EVENT_DEVICE:
	case EVENT_VARIABLE:
	case EVENT_DEVICE_POLICY:
	case EVENT_AUTHORITY:
	case EVENT_DEVICE_AUTHORITY:
	case EVENT_ACTION:
	case EVENT_SEPARATOR:
		break;
	}
	return event->pcr == CONFIG_PCR ? REST_BOARD : REST_OTHER_TEXTS;
}

size_t guessable_find(const struct evidence *evidence, struct guessable ret[GUESSABLE_MAX])
{
	uint32_t events[REST_NOTHING + 1] = {0};
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	size_t count = 0;
	struct err ignored;

	if (eventlog_open(buf_bytes(&evidence->event_log), &log, &ignored) < 0)
		return 0;
	walk = eventlog_walk(&log);
	while (event_next(&log, &walk, &event))
		if (event.pcr != SECURE_BOOT_PCR && evidence_is_redacted(evidence, event.number))
			events[rest_kind_of(&event)]++;
	for (size_t i = 0; i < GUESSABLE_MAX; i++) {
		if (!events[i])
			continue;
		ret[count] = table[i];
		ret[count++].events = events[i];
	}
	return count;
}

void guessable_add(json *parent, const struct evidence *evidence)
{
	json *array = json_add_array(parent, "guessable");
	struct guessable rests[GUESSABLE_MAX];
	size_t count = guessable_find(evidence, rests);

	for (size_t i = 0; i < count; i++) {
		json *members = json_add_object(array, NULL);

		json_add_text(members, "kind", rests[i].kind);
		json_add_text(members, "what", rests[i].what);
		json_add_int(members, "events", rests[i].events);
	}
}

void guessable_sentence(const struct evidence *evidence, char ret[GUESSABLE_SENTENCE_SIZE])
{
	struct guessable rests[GUESSABLE_MAX];
	size_t count = guessable_find(evidence, rests);

	ret[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(ret);

		(void)text_format(ret + len, GUESSABLE_SENTENCE_SIZE - len, "%s%s",
			i ? ", "
			  : "Digests that the signed PCRs need stay, so that whoever knows their form can guess: ",
			rests[i].what);
	}
	if (count)
		(void)text_format(ret + strlen(ret), GUESSABLE_SENTENCE_SIZE - strlen(ret), ".");
}
