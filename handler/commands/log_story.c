/* log_story.c - the boot in the order in which people read it: by phases and kinds. */
#include <string.h>
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "base/text.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"
#include "boot/event_text.h"
#include "commands.h"
#include "log.h"

/* Lines of one kind that are shown in a phase; the rest is counted. */
#define MANY 32
#define FEW  6

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

struct kind_lines {
	enum bootphase_kind kind;
	uint32_t shown, hidden;
	struct event last;
	char last_mark;
};

/* The lines of one phase. 12 KiB: on the heap. */
struct phase_lines {
	const struct eventlog *log;
	bool is_cc;
	enum bootphase phase;
	size_t kind_count; /* kinds in the phase, in the order of their first event */
	struct kind_lines kinds[BOOTPHASE_KIND_COUNT];
	const struct kind_lines *last; /* kind of the line above; NULL before the first line */
};

static struct kind_lines *lines_of_kind(struct phase_lines *lines, enum bootphase_kind kind)
{
	struct kind_lines *found = lines->kinds;

	while (found < lines->kinds + lines->kind_count && found->kind != kind)
		found++;
	if (found == lines->kinds + lines->kind_count) {
		*found = (struct kind_lines){.kind = kind};
		lines->kind_count++;
	}
	return found;
}

static void print_line(
	struct phase_lines *lines, const struct kind_lines *kind, char mark, const char *text)
{
	if (!lines->last)
		print_format("%s%s\n", lines->phase == BOOTPHASE_FIRMWARE ? "" : "\n",
			bootphase_name(lines->phase));
	print_format("%c %-14s %s\n", mark,
		lines->last == kind ? "" : bootphase_kind_name(kind->kind), text);
	lines->last = kind;
}

static int print_event(struct phase_lines *lines, const struct eventlog_walk *walk,
	const struct event *event, enum bootphase_kind which, struct err *err)
{
	static const char marks[] = {
		[REPLAY_NOT_MEASURED] = '-',
		[REPLAY_UNPROMISED] = '?',
		[REPLAY_AS_MEASURED] = ' ',
		[REPLAY_FITS] = '=',
		[REPLAY_ALTERED] = '!',
	};
	struct kind_lines *kind = lines_of_kind(lines, which);
	char mark = marks[replay_data_of(lines->log, event)];
	/* systemd-stub measures a name and its content by events with equal texts */
	bool is_repeated =
		kind->shown && kind->last_mark == mark && event_text_equal(&kind->last, event);
	struct eventstory story;

	if (kind->shown == (are_many[which] ? MANY : FEW)) {
		kind->hidden++;
		return 0;
	}
	if (eventstory_describe(lines->log, walk, event, &story, err) < 0)
		return -1;
	if (!story.names_program && is_repeated)
		return 0;
	kind->last_mark = mark;
	kind->last = *event;
	kind->shown++;
	print_line(lines, kind, mark, story.text + story.kind_len);
	return 0;
}

static int print_phase(struct phase_lines *lines, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(lines->log);
	struct event event;
	struct bootphase_place place;
	const char *between = "  and also       ";

	while (event_next_any(lines->log, &walk, &event)) {
		if (lines->is_cc)
			event = cclog_as_pcr(&event);
		if (!bootphase_of(&event, &place) || place.phase != lines->phase)
			continue;
		/* a kind of its own, so that it uses up no true event's line */
		if (eventlog_is_unmeasured(&event))
			place.kind = BOOTPHASE_NOT_MEASURED;
		if (print_event(lines, &walk, &event, place.kind, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < lines->kind_count; i++) {
		if (!lines->kinds[i].hidden)
			continue;
		print_format("%s%u x %s", between, lines->kinds[i].hidden,
			bootphase_kind_name(lines->kinds[i].kind));
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
		auto_cleanup(free) struct phase_lines *lines = calloc(1, sizeof(*lines));

		if (!lines)
			return err_set(err, ERR_NO_MEMORY, 0, "No memory to tell the boot.");
		lines->log = log;
		lines->is_cc = is_cc;
		lines->phase = phase;
		if (print_phase(lines, err) < 0)
			return -1;
	}
	print_format("\n   no mark: what was measured, as the event's type promises\n"
		     "=  is what was measured, though the event's type does not promise it\n"
		     "?  is what the log says: its digest is of something else, such as a program, or of a kind that is not computed here\n"
		     "!  is not what was measured\n"
		     "-  is an event that was not measured: only the log says that there was one\n"
		     "All %u event%s: --events%s\n",
		log->event_count, log->event_count == 1 ? "" : "s",
		is_cc ? "; their PCRs are registers of a confidential VM: 1 is RTMR0, 2 RTMR1, 3 RTMR2"
		      : "");
	return 0;
}
