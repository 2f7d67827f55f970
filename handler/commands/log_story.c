/* log_story.c - the boot as its log tells it, in the order in which people read it. */
#include <string.h>
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "base/text.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"
#include "boot/event_text.h"
#include "commands.h"
#include "log.h"

/* How many of a kind are told in one phase; the rest is counted. */
#define MANY 32
#define FEW  6

static uint32_t most_of(enum bootphase_kind kind)
{
	static const bool are_many[BOOTPHASE_KIND_COUNT] = {
		[BOOTPHASE_KEYS] = true,
		[BOOTPHASE_VOUCHED] = true,
		[BOOTPHASE_PROGRAM] = true,
		[BOOTPHASE_COMMAND_LINE] = true,
		[BOOTPHASE_KERNEL_FILE] = true,
		[BOOTPHASE_INITRD] = true,
		[BOOTPHASE_HANDOVER] = true,
		[BOOTPHASE_DISK] = true,
	};

	return are_many[kind] ? MANY : FEW;
}

struct told {
	enum bootphase_kind kind;
	uint32_t told, untold;
	struct event last;
	char last_mark;
};

/* 12 KiB: on the heap. */
struct telling {
	const struct eventlog *log;
	bool is_cc;
	enum bootphase phase;
	size_t kind_count; /* that the phase has, in the order of their first event */
	struct told kinds[BOOTPHASE_KIND_COUNT];
	const struct told *last; /* of the line above; NULL in front of the first */
};

static struct told *told_of(struct telling *telling, enum bootphase_kind kind)
{
	struct told *found = telling->kinds;

	while (found < telling->kinds + telling->kind_count && found->kind != kind)
		found++;
	if (found == telling->kinds + telling->kind_count) {
		*found = (struct told){.kind = kind};
		telling->kind_count++;
	}
	return found;
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

static void print_line(struct telling *telling, const struct told *kind, char mark, const char *text)
{
	if (!telling->last)
		print_format("%s%s\n", telling->phase == BOOTPHASE_FIRMWARE ? "" : "\n",
			bootphase_name(telling->phase));
	print_format("%c %-14s %s\n", mark,
		telling->last == kind ? "" : bootphase_kind_name(kind->kind), text);
	telling->last = kind;
}

/* systemd-stub measures each name and its content by events that say the same. */
static bool is_told(const struct told *kind, const struct event *event, char mark)
{
	return kind->told && kind->last_mark == mark && event_text_equal(&kind->last, event);
}

static int tell_event(struct telling *telling, const struct eventlog_walk *walk,
	const struct event *event, enum bootphase_kind which, struct err *err)
{
	struct told *kind = told_of(telling, which);
	char mark = mark_of(telling->log, event);
	struct eventstory story;

	if (kind->told == most_of(which)) {
		kind->untold++;
		return 0;
	}
	if (eventstory_tell(telling->log, walk, event, &story, err) < 0)
		return -1;
	if (!story.names_program && is_told(kind, event, mark))
		return 0;
	kind->last_mark = mark;
	kind->last = *event;
	kind->told++;
	print_line(telling, kind, mark, story.text + story.kind_len);
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
			place.kind = BOOTPHASE_NOT_MEASURED;
		if (tell_event(telling, &walk, &event, place.kind, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < telling->kind_count; i++) {
		if (!telling->kinds[i].untold)
			continue;
		print_format("%s%u x %s", between, telling->kinds[i].untold,
			bootphase_kind_name(telling->kinds[i].kind));
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
		auto_cleanup(free) struct telling *telling = calloc(1, sizeof(*telling));

		if (!telling)
			return err_set(err, ERR_NO_MEMORY, 0, "No memory to tell the boot.");
		telling->log = log;
		telling->is_cc = is_cc;
		telling->phase = phase;
		if (tell_phase(telling, err) < 0)
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
