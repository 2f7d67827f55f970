/* page_boot.c - the boot as a timeline: its phases by PCR, in each the events in the log's order. */
#include <string.h>
#include "appraise/eventstory.h"
#include "base/codec.h"
#include "base/text.h"
#include "monitor/page_parts.h"

#define SHORT_TEXT  150 /* what is longer opens on demand */
#define FIRST_SHOWN 8   /* events of a phase; more open on demand */

enum phase { FIRMWARE, SECURE_BOOT, OPTIONS, LOADERS, KERNEL, LATER, PHASES };

static const struct {
	const char *name, *about;
	uint32_t pcrs;
} phases[PHASES] = {
	[FIRMWARE] = {"Firmware", "The firmware itself, its settings and drivers, and the VM's identity.",
		0x4D},
	[SECURE_BOOT] = {"Secure Boot", "Whether it is on, whose keys count, and which of them vouched.",
		0x80},
	[OPTIONS] = {"Boot options", "What was to be started, and from which disk.", 0x22},
	[LOADERS] = {"Programs", "The programs that the firmware started: boot loaders, then the kernel.",
		0x4010},
	[KERNEL] = {"Kernel, command line and initrd",
		"What the boot loader read and did. These PCRs are beyond the quote.", 0x3B00},
	[LATER] = {"Later", "Everything else in the log.", 0xFF8400},
};

static enum phase phase_of(uint32_t pcr)
{
	for (enum phase phase = FIRMWARE; phase < LATER; phase++)
		if (pcr < TPM_PCR_COUNT && phases[phase].pcrs & 1u << pcr)
			return phase;
	return LATER;
}

struct story {
	const struct eventlog *log;
	const struct evidence *evidence;
	int bank;
	bool is_proved; /* the log is what the quoted PCRs say */
};

static bool is_redacted(const struct story *story, const struct eventlog_event *event)
{
	return event->pcr != 7 && evidence_is_redacted(story->evidence, event->number);
}

/* Data that would have to fit its digest, and does not since something was taken out: anybody could have put it there. */
static bool is_taken_out(const struct story *story, const struct eventlog_event *event)
{
	static const char word[] = BUNDLE_REDACTED;

	return is_redacted(story, event) &&
	       (replay_data_of(story->log, event) == REPLAY_ALTERED || bytes_are_all(event->data, 0) ||
		       (event->data.len >= sizeof(word) &&
			       memcmp(event->data.data, word, sizeof(word)) == 0));
}

static void put_mark(struct html *html, const struct story *story, const struct eventlog_event *event)
{
	if (event->type == EV_NO_ACTION || event->pcr == EVENTLOG_NO_PCR) {
		html_put(html, "<span class=\"tag\">not measured</span>");
		return;
	}
	if (is_redacted(story, event)) {
		html_put(html, "<span class=\"tag info\">redacted</span>");
		return;
	}
	switch (replay_data_of(story->log, event)) {
	case REPLAY_AS_MEASURED:
		html_put(html, story->is_proved && story->evidence->pcrs.mask & 1u << event->pcr
				       ? "<span class=\"tag good\">data measured</span>"
				       : "<span class=\"tag\">fits its digest</span>");
		return;
	case REPLAY_ALTERED:
		html_put(html, "<span class=\"tag bad\">data altered</span>");
		return;
	case REPLAY_UNPROMISED:
		html_put(html, "<span class=\"tag\">not bound</span>");
		return;
	}
}

/* What is cut off a long text: at a character's border, so that what is behind is whole again. */
static size_t cut_of(const char *text)
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
	size_t cut = cut_of(text);

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

static void put_event(struct html *html, const struct story *story, const struct eventlog_walk *behind,
	const struct eventlog_event *event)
{
	const char *type = eventlog_type_name(event->type);
	struct eventstory words;

	eventstory_tell(story->log, behind, event, &words);
	html_put(html, "<li>");
	put_text(html, is_taken_out(story, event) ? "taken out" : words.text);
	html_put(html, "<div class=\"meta\"><span>");
	if (event->pcr == EVENTLOG_NO_PCR)
		html_put(html, "no PCR");
	else
		html_format(html, "PCR %u", event->pcr);
	html_format(html, " · event %u", event->number);
	html_put(html, "</span><span>");
	if (type)
		html_text(html, type);
	else
		html_format(html, "type 0x%08x", event->type);
	html_put(html, "</span>");
	if (story->bank >= 0)
		page_digest(html, event->digest[story->bank]);
	put_mark(html, story, event);
	html_put(html, "</div></li>\n");
}

static uint32_t count_phase(const struct eventlog *log, enum phase phase)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;
	uint32_t count = 0;

	while (eventlog_next(log, &walk, &event))
		count += phase_of(event.pcr) == phase;
	return count;
}

static void put_events(struct html *html, const struct story *story, enum phase phase, uint32_t count)
{
	struct eventlog_walk walk = eventlog_walk(story->log);
	struct eventlog_event event;
	uint32_t shown = 0;

	html_put(html, "<ol class=\"card events\">\n");
	while (shown < PAGE_MAX_EVENTS && eventlog_next(story->log, &walk, &event)) {
		if (phase_of(event.pcr) != phase)
			continue;
		if (shown == FIRST_SHOWN && count > FIRST_SHOWN + 3) {
			html_put(html, "</ol><details class=\"more\"><summary>");
			html_format(html, "%u more events", count - FIRST_SHOWN);
			html_put(html, "</summary><ol class=\"card events\">\n");
		}
		put_event(html, story, &walk, &event);
		shown++;
	}
	html_put(html, "</ol>");
	if (shown < count) {
		html_put(html, "<p class=\"lead\">");
		html_format(html,
			"%u further events of this phase are not shown; 'guest-attest log' lists them all.",
			count - shown);
		html_put(html, "</p>");
	}
	if (count > FIRST_SHOWN + 3)
		html_put(html, "</details>");
	html_put(html, "\n");
}

static void put_phase(struct html *html, const struct story *story, enum phase phase)
{
	uint32_t count = count_phase(story->log, phase);

	if (!count)
		return;
	html_put(html, "<li class=\"phase\"><h3>");
	html_text(html, phases[phase].name);
	html_put(html, "</h3><p>");
	html_format(html, "%s %u event%s.", phases[phase].about, count, count == 1 ? "" : "s");
	html_put(html, "</p>\n");
	put_events(html, story, phase, count);
	html_put(html, "</li>\n");
}

static struct bytes log_of(const struct page_inputs *inputs)
{
	return inputs->check ? buf_bytes(&inputs->bundle->request.evidence.event_log) : inputs->log;
}

static void put_boot(struct html *html, const struct story *story)
{
	if (!story->is_proved)
		html_put(html, "<p class=\"card finding bad\"><strong>Careful:</strong> this log was not "
			       "found to be what "
			       "the TPM measured. What follows is what it says, and proves nothing.</p>\n");
	html_put(html,
		"<p class=\"lead\">From power-on to the operating system, as the event log tells it. The TPM "
		"proves digests. <span class=\"tag good\">data measured</span> means that the text beside it "
		"is "
		"what the digest was made of; <span class=\"tag\">not bound</span> that the log only says "
		"so.</p>\n<ol class=\"boot\">\n");
	for (enum phase phase = FIRMWARE; phase < PHASES; phase++)
		put_phase(html, story, phase);
	html_put(html, "</ol>");
}

void page_boot(struct html *html, const struct page_inputs *inputs)
{
	struct story story = {.evidence = &inputs->bundle->request.evidence,
		.is_proved = inputs->check && inputs->check->appraisal.has_secureboot};
	struct bytes bytes = log_of(inputs);
	struct eventlog log;
	struct err err;

	if (!inputs->check && !bytes.len)
		return;
	html_put(html, "<section><h2>How it booted</h2>\n");
	if (!bytes.len || eventlog_open(bytes, &log, &err) < 0) {
		html_put(html, "<p class=\"lead\">The event log cannot be read, so nothing can be told.</p>");
	} else {
		story.log = &log;
		story.bank = eventlog_bank_index(&log, EVENTLOG_SHA256);
		put_boot(html, &story);
	}
	html_put(html, "</section>\n");
}
