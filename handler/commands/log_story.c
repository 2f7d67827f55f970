/* log_story.c - the boot as its log tells it, in the order in which people read it. */
#include <string.h>
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "base/text.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"
#include "commands.h"
#include "log.h"

#define MAX_KINDS 16

/* How many of a kind are told in one phase; the rest is counted. */
#define MANY 32
#define FEW  6

static uint32_t most_of(const char *kind)
{
	static const char *const all[] = {"keys", "vouched", "program", "command line", "kernel",
		"initrd", "handover", "disk"};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i], kind) == 0)
			return MANY;
	return FEW;
}

struct kind {
	const char *name;
	uint32_t told, untold;
	/* systemd-stub measures each name and its content by events of one text */
	char last[EVENTSTORY_SIZE];
	char last_mark;
};

struct telling {
	const struct eventlog *log;
	bool is_cc;
	enum bootphase phase;
	size_t kind_count;
	struct kind kinds[MAX_KINDS];
	const char *last_kind; /* of the line above; NULL in front of the first */
};

/* NULL if a phase has more kinds than there are. */
static struct kind *kind_of(struct telling *telling, const char *name)
{
	for (size_t i = 0; i < telling->kind_count; i++)
		if (strcmp(telling->kinds[i].name, name) == 0)
			return &telling->kinds[i];
	if (telling->kind_count == MAX_KINDS)
		return NULL;
	telling->kinds[telling->kind_count] = (struct kind){.name = name};
	return &telling->kinds[telling->kind_count++];
}

static char mark_of(const struct eventlog *log, const struct event *event)
{
	switch (replay_data_of(log, event)) {
	case REPLAY_NOT_MEASURED:
		return '-';
	case REPLAY_AS_MEASURED:
		return ' ';
	case REPLAY_ALTERED:
		return '!';
	case REPLAY_UNPROMISED:
		break;
	}
	return '?';
}

static void print_line(struct telling *telling, const char *kind, char mark, const char *text)
{
	bool is_same = telling->last_kind && strcmp(telling->last_kind, kind) == 0;

	if (!telling->last_kind)
		print_format("%s%s\n", telling->phase == BOOTPHASE_FIRMWARE ? "" : "\n",
			bootphase_name(telling->phase));
	print_format("%c %-14s %s\n", mark, is_same ? "" : kind, text);
	telling->last_kind = kind;
}

static int tell_event(struct telling *telling, const struct eventlog_walk *walk,
	const struct event *event, const char *name, struct err *err)
{
	struct kind *kind = kind_of(telling, name);
	struct eventstory story;
	char mark = mark_of(telling->log, event);
	const char *text;

	if (!kind || kind->told == most_of(name)) {
		if (kind)
			kind->untold++;
		return 0;
	}
	if (eventstory_tell(telling->log, walk, event, &story, err) < 0)
		return -1;
	text = bootphase_without_kind(story.text);
	if (kind->told && strcmp(kind->last, text) == 0 && kind->last_mark == mark)
		return 0;
	kind->last_mark = mark;
	(void)text_format(kind->last, sizeof(kind->last), "%s", text);
	kind->told++;
	print_line(telling, name, mark, text);
	return 0;
}

static int tell_phase(struct telling *telling, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(telling->log);
	struct event event;
	struct bootphase_place place;
	const char *between = "  and also       ";

	while (event_next_any(telling->log, &walk, &event)) {
		if (telling->is_cc)
			event = cclog_as_pcr(&event);
		if (!bootphase_of(&event, &place) || place.phase != telling->phase)
			continue;
		if (eventlog_is_unmeasured(&event)) /* a kind of its own: it takes no true event's
						       line */
			place.kind = "not measured";
		if (tell_event(telling, &walk, &event, place.kind, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < telling->kind_count; i++) {
		if (!telling->kinds[i].untold)
			continue;
		print_format("%s%u x %s", between, telling->kinds[i].untold, telling->kinds[i].name);
		between = ", ";
	}
	if (between[0] == ',')
		print_format("\n");
	return 0;
}

int log_print_story(const struct eventlog *log, struct err *err)
{
	bool is_cc = cclog_is(log);

	for (enum bootphase phase = BOOTPHASE_FIRMWARE; phase < BOOTPHASE_COUNT; phase++) {
		struct telling telling = {.log = log, .is_cc = is_cc, .phase = phase};

		if (tell_phase(&telling, err) < 0)
			return -1;
	}
	print_format("\n?  is what the log says: its digest is of something else than this text\n"
		     "!  is not what was measured\n"
		     "-  is an event that was not measured: only the log says that there was one\n"
		     "All %u event%s: --events%s\n",
		log->event_count, log->event_count == 1 ? "" : "s",
		is_cc ? "; their PCRs are registers of a confidential VM: 1 is RTMR0, 2 RTMR1, 3 RTMR2"
		      : "");
	return 0;
}
