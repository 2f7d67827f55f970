/* page_boot.c - the boot as a timeline: the same phases as 'guest-attest log', each with its events
 * in the log's order. */
#include <string.h>
#include "appraise/eventstory.h"
#include "base/codec.h"
#include "base/text.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"
#include "page/page_parts.h"

#define SHORT_TEXT  150 /* longer texts open on demand */
#define FIRST_SHOWN 20 /* lines of a phase; more open on demand */

static const char *const abouts[BOOTPHASE_COUNT] = {
	[BOOTPHASE_FIRMWARE] = "The firmware itself, its settings and drivers, and the VM's identity.",
	[BOOTPHASE_SECURE_BOOT] = "Whether it is on, and whose keys count.",
	[BOOTPHASE_OPTIONS] = "What was to be started, and from which disk.",
	[BOOTPHASE_LOADERS] =
		"The programs that were started, who vouched for them, and what they read and did.",
	[BOOTPHASE_KERNEL] = "What the kernel was given, and the handover to it.",
};

struct story {
	const struct eventlog *log;
	const struct evidence *evidence;
	bool is_cc;
	bool is_proved; /* the log leads to the quoted PCRs */
	uint32_t ended; /* mask of PCRs whose separators share one line */
};

static bool is_redacted(const struct story *story, const struct event *event)
{
	return event->pcr != 7 && evidence_is_redacted(story->evidence, event->number);
}

/* The event's data was redacted: it does not match its digest, or is blank. Such data could come
 * from anybody. */
static bool has_lost_data(const struct story *story, const struct event *event)
{
	static const char word[] = BUNDLE_REDACTED;

	return is_redacted(story, event) &&
	       (replay_data_of(story->log, event) == REPLAY_ALTERED || bytes_are_all(event->data, 0) ||
		       (event->data.len >= sizeof(word) &&
			       memcmp(event->data.data, word, sizeof(word)) == 0));
}

static void put_measured(struct html *html, const struct story *story, uint32_t pcrs)
{
	html_put(html, story->is_proved && !(pcrs & ~story->evidence->pcrs.mask)
			       ? "<span class=\"tag good\">data measured</span>"
			       : "<span class=\"tag\">fits its digest</span>");
}

static void put_mark(struct html *html, const struct story *story, const struct event *event)
{
	if (event->is_measured && is_redacted(story, event)) {
		html_put(html, "<span class=\"tag info\">redacted</span>");
		return;
	}
	switch (replay_data_of(story->log, event)) {
	case REPLAY_NOT_MEASURED:
		html_put(html, eventlog_is_unmeasured(event)
				       ? "<span class=\"tag bad\">not measured</span>"
				       : "<span class=\"tag\">not measured</span>");
		return;
	case REPLAY_AS_MEASURED:
	case REPLAY_FITS:
		put_measured(html, story, 1u << event->pcr);
		return;
	case REPLAY_ALTERED:
		html_put(html, "<span class=\"tag bad\">data altered</span>");
		return;
	case REPLAY_UNPROMISED:
		html_put(html, "<span class=\"tag\">not bound</span>");
		return;
	}
}

/* The length of a long text's first part. It ends at a character's border, so that the rest starts
 * with a whole character. */
static size_t first_part_len(const char *text)
{
	size_t len = strlen(text);

	if (len <= SHORT_TEXT + 30)
		return len;
	len = SHORT_TEXT;
	while (len && ((uint8_t)text[len] & 0xC0) == 0x80)
		len--;
	return len;
}

static void put_text(struct html *html, const char *text)
{
	size_t cut = first_part_len(text);

	if (!text[cut]) {
		html_put(html, "<p>");
		html_text(html, text[0] ? text : "(no data)");
		html_put(html, "</p>");
		return;
	}
	html_put(html, "<details><summary>");
	html_bytes(html, (struct bytes){(const uint8_t *)text, cut});
	html_put(html, "…</summary><p>");
	html_text(html, text + cut);
	html_put(html, "</p></details>");
}

/* An ordinary separator: it only marks that foreign code runs next. */
static bool is_ordinary_separator(const struct story *story, const struct event *event)
{
	return event->type == EV_SEPARATOR && event->pcr < TPM_PCR_COUNT &&
	       !is_redacted(story, event) && event->data.len == 4 &&
	       (bytes_are_all(event->data, 0) || bytes_are_all(event->data, 0xFF)) &&
	       replay_data_of(story->log, event) == REPLAY_AS_MEASURED;
}

/* The PCRs that have an ordinary separator. The first one of each goes into one line; a second one
 * is unusual and gets its own line. */
static uint32_t find_separators(const struct story *story)
{
	struct eventlog_walk walk = eventlog_walk(story->log);
	struct event event;
	uint32_t ended = 0;

	while (event_next(story->log, &walk, &event))
		if (is_ordinary_separator(story, &event))
			ended |= 1u << event.pcr;
	return ended;
}

static struct bootphase_place place_of(const struct story *story, const struct event *event)
{
	struct event as_pcr = story->is_cc ? cclog_as_pcr(event) : *event;
	struct bootphase_place ret = {BOOTPHASE_FIRMWARE, BOOTPHASE_SEPARATOR};

	(void)bootphase_of(&as_pcr, &ret);
	return ret;
}

/* Walks the events of one phase; equal events in a row count as one line. */
struct phase_walk {
	struct eventlog_walk walk;
	enum bootphase phase;
	uint32_t ends_seen;
};

/* The same event measured again: shim and the firmware both measure the kernel. */
static bool is_same(const struct story *story, const struct event *a, const struct event *b)
{
	return a->pcr == b->pcr && a->type == b->type && a->is_measured && b->is_measured &&
	       bytes_equal(a->measured, b->measured) &&
	       is_redacted(story, a) == is_redacted(story, b) &&
	       replay_data_of(story->log, a) == replay_data_of(story->log, b) && event_is_same(a, b);
}

/* True for the first ordinary separator of its PCR, which goes into the shared line. */
static bool is_first_separator(const struct story *story, const struct event *event, uint32_t *seen)
{
	if (!is_ordinary_separator(story, event) || *seen & 1u << event->pcr)
		return false;
	*seen |= 1u << event->pcr;
	return true;
}

static bool next_of_phase(const struct story *story, struct phase_walk *phase_walk,
	struct event *ret, uint32_t *ret_last)
{
	struct event next;

	while (event_next_any(story->log, &phase_walk->walk, ret)) {
		struct eventlog_walk ahead = phase_walk->walk;

		if (is_first_separator(story, ret, &phase_walk->ends_seen) ||
			place_of(story, ret).phase != phase_walk->phase)
			continue;
		*ret_last = ret->number;
		while (event_next_any(story->log, &ahead, &next) && is_same(story, ret, &next)) {
			*ret_last = next.number;
			phase_walk->walk = ahead;
		}
		return true;
	}
	return false;
}

struct size {
	uint32_t lines, events;
};

static struct size size_of_phase(const struct story *story, enum bootphase phase)
{
	struct phase_walk phase_walk = {eventlog_walk(story->log), phase, 0};
	struct event event;
	struct size ret = {0};
	uint32_t last;

	while (next_of_phase(story, &phase_walk, &event, &last)) {
		ret.lines++;
		ret.events += last - event.number + 1;
	}
	return ret;
}

static void put_label(struct html *html, const char *label)
{
	html_put(html, "<li><span class=\"label\">");
	html_text(html, label);
	html_put(html, "</span><div>");
}

static void put_event(struct html *html, const struct story *story,
	const struct phase_walk *phase_walk, const struct event *event, uint32_t last)
{
	const char *type = eventlog_type_name(event->type);
	struct eventstory words;
	struct err err;

	if (eventstory_describe(story->log, &phase_walk->walk, event, &words, &err) < 0) {
		html_fail(html, &err);
		return;
	}
	put_label(html, bootphase_kind_name(place_of(story, event).kind));
	put_text(html, has_lost_data(story, event) ? "taken out" : words.text + words.kind_len);
	html_put(html, "<div class=\"meta\"><span>");
	if (event->pcr == EVENTLOG_NO_PCR)
		html_put(html, "no PCR");
	else
		html_format(html, "PCR %u", event->pcr);
	if (last > event->number)
		html_format(html, " · events %u to %u", event->number, last);
	else
		html_format(html, " · event %u", event->number);
	html_put(html, "</span><span>");
	if (type)
		html_text(html, type);
	else
		html_format(html, "type 0x%08x", event->type);
	html_put(html, "</span>");
	if (event->is_measured)
		page_digest(html, event->measured);
	put_mark(html, story, event);
	html_put(html, "</div></div></li>\n");
}

static void put_separators(struct html *html, const struct story *story)
{
	char list[UNQUOTED_TEXT_SIZE];

	unquoted_text(story->ended, list);
	put_label(html, "end");
	html_put(html, "<p>end of the firmware's own part</p><div class=\"meta\"><span>");
	html_format(html, "PCR %s", list);
	html_put(html, "</span><span>EV_SEPARATOR</span>");
	put_measured(html, story, story->ended);
	html_put(html, "</div></div></li>\n");
}

static void put_events(
	struct html *html, const struct story *story, enum bootphase phase, const struct size *size)
{
	struct phase_walk phase_walk = {eventlog_walk(story->log), phase, 0};
	bool is_long = size->lines > FIRST_SHOWN + 3;
	uint32_t shown = 0, events = 0, last;
	struct event event;

	html_put(html, "<ol class=\"card events\">\n");
	while (shown < PAGE_MAX_EVENTS && next_of_phase(story, &phase_walk, &event, &last)) {
		if (shown++ == FIRST_SHOWN && is_long) {
			html_put(html, "</ol><details class=\"more\"><summary>");
			html_format(html, "%u more", size->lines - FIRST_SHOWN);
			html_put(html, "</summary><ol class=\"card events\">\n");
		}
		put_event(html, story, &phase_walk, &event, last);
		events += last - event.number + 1;
	}
	if (phase == BOOTPHASE_FIRMWARE && story->ended)
		put_separators(html, story);
	html_put(html, "</ol>");
	if (events < size->events) {
		html_put(html, "<p class=\"lead\">");
		html_format(html,
			"%u further events of this phase are not shown; 'guest-attest log' lists them all.",
			size->events - events);
		html_put(html, "</p>");
	}
	html_put(html, is_long ? "</details>\n" : "\n");
}

static void put_phase(struct html *html, const struct story *story, enum bootphase phase)
{
	struct size size = size_of_phase(story, phase);

	if (!size.lines && (phase != BOOTPHASE_FIRMWARE || !story->ended))
		return;
	html_put(html, "<li class=\"phase\"><h3>");
	html_text(html, bootphase_name(phase));
	html_put(html, "</h3><p>");
	html_text(html, abouts[phase]);
	html_put(html, "</p>\n");
	put_events(html, story, phase, &size);
	html_put(html, "</li>\n");
}

static void put_boot(struct html *html, const struct story *story)
{
	if (!story->is_proved)
		html_put(html,
			"<p class=\"card finding bad\"><strong>Careful:</strong> this log was not found to be what the TPM measured. What follows is what it says, and proves nothing.</p>\n");
	html_put(html,
		"<p class=\"lead\">From power-on to the operating system, as the event log tells it. The TPM holds digests only. Beside each text stands what it is worth:</p>\n<ul class=\"lead\"><li><span class=\"tag good\">data measured</span> The TPM's signature covers this very text.</li><li><span class=\"tag\">fits its digest</span> The digest is of this very text, but the TPM's signature does not cover it.</li><li><span class=\"tag\">not bound</span> Only the log says so: the digest is of something else, such as a program.</li>");
	if (story->log->unmeasured_count)
		html_put(html,
			"<li><span class=\"tag bad\">not measured</span> Only the log says that there was such an event: it reached none of the PCRs that the TPM signs, whatever other digests it has.</li>");
	html_put(html, "</ul>\n<ol class=\"boot\">\n");
	for (enum bootphase phase = BOOTPHASE_FIRMWARE; phase < BOOTPHASE_COUNT; phase++)
		put_phase(html, story, phase);
	html_put(html, "</ol>");
}

void page_boot(struct html *html, const struct page_inputs *inputs)
{
	const struct appraisal *appraisal = inputs->check ? &inputs->check->appraisal : NULL;
	struct story story = {.evidence = &inputs->bundle->request.evidence,
		.is_proved = appraisal && appraisal->has_secureboot};
	struct eventlog own;
	struct err err;

	if (!appraisal && !inputs->log.len)
		return;
	if (appraisal && appraisal->has_log)
		story.log = &appraisal->log;
	if (!appraisal && eventlog_open(inputs->log, &own, &err) == 0)
		story.log = &own;
	html_put(html, "<section><h2>How it booted</h2>\n");
	if (!story.log) {
		html_put(html,
			"<p class=\"lead\">The event log cannot be read, so nothing can be told.</p>");
	} else {
		story.is_cc = cclog_is(story.log);
		story.ended = find_separators(&story);
		put_boot(html, &story);
	}
	html_put(html, "</section>\n");
}
