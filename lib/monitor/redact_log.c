#include "monitor/redact_log.h"

#include <string.h>
#include "boot/eventlog.h"

#define SECURE_BOOT_PCR  7
#define FIRST_LATER_PCR  8 /* boot loaders' commands, files, kernel command lines */
#define UUID_TEXT_SIZE   36
#define GPT_HEADER_SIZE  92 /* UEFI 2.10 section 5.3.2 */
#define GPT_DISK_GUID_AT 56
#define GPT_ENTRY_SIZE   128 /* section 5.3.3, as measured (PC Client PFP 1.06 section 10.2.5) */
#define GPT_ENTRY_ID_AT  16
#define GUID_SIZE        16

/* Bytes that may be changed: the copy of an event's data. */
struct span {
	uint8_t *data;
	size_t len;
};

/* Nodes of device paths that hold an identifier (UEFI 2.10 section 10.3): type, subtype and length as they stand in front. */
static const struct node {
	uint8_t head[4];
	size_t at, len;
} nodes[] = {
	{{4, 1, 42, 0}, 24, 16}, /* hard drive: the partition's signature */
	{{3, 11, 37, 0}, 4, 32}, /* MAC address */
	{{3, 12, 27, 0}, 4, 8},  /* IPv4: local and remote */
	{{3, 13, 60, 0}, 4, 32}, /* IPv6: likewise */
};

static bool is_hex_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A UUID's text at the start; `step` is the size of a character, whose other bytes are 0. */
static bool is_uuid(const uint8_t *at, size_t step)
{
	for (size_t i = 0; i < UUID_TEXT_SIZE; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
		uint8_t c = at[i * step];

		if ((step == 2 && at[i * step + 1] != 0) || (is_dash ? c != '-' : !is_hex_digit(c)))
			return false;
	}
	return true;
}

bool redact_has_uuid(struct bytes text)
{
	for (size_t i = 0; i + UUID_TEXT_SIZE <= text.len; i++)
		if (is_uuid(text.data + i, 1))
			return true;
	return false;
}

static bool blank_uuids(struct span span)
{
	bool changed = false;

	for (size_t step = 1; step <= 2; step++)
		for (size_t i = 0; i + UUID_TEXT_SIZE * step <= span.len; i++) {
			if (!is_uuid(span.data + i, step))
				continue;
			for (size_t k = 0; k < UUID_TEXT_SIZE; k++)
				if (span.data[i + k * step] != '-')
					span.data[i + k * step] = '0';
			changed = true;
			i += UUID_TEXT_SIZE * step - 1;
		}
	return changed;
}

static bool blank_nodes(struct span span)
{
	bool changed = false;

	for (size_t i = 0; i < span.len; i++)
		for (size_t k = 0; k < sizeof(nodes) / sizeof(nodes[0]); k++) {
			const struct node *node = &nodes[k];

			if (span.len - i < node->at + node->len ||
				memcmp(span.data + i, node->head, sizeof(node->head)) != 0)
				continue;
			memset(span.data + i + node->at, 0, node->len);
			changed = true;
		}
	return changed;
}

static bool blank_partitions(struct span span)
{
	size_t at = GPT_HEADER_SIZE + sizeof(uint64_t);

	if (span.len < at)
		return false;
	memset(span.data + GPT_DISK_GUID_AT, 0, GUID_SIZE);
	for (; span.len - at >= GPT_ENTRY_SIZE; at += GPT_ENTRY_SIZE)
		memset(span.data + at + GPT_ENTRY_ID_AT, 0, GUID_SIZE);
	return true;
}

static bool blank_all(struct span span)
{
	static const char word[] = "redacted";

	memset(span.data, 0, span.len);
	if (span.len >= sizeof(word))
		memcpy(span.data, word, sizeof(word) - 1);
	return span.len > 0;
}

/* What PCR 7 holds, and separators, is what the verdict is read from. */
static bool blank_event(const struct eventlog_event *event, uint32_t quoted, struct span span)
{
	bool is_quoted = event->pcr < TPM_PCR_COUNT && quoted & 1u << event->pcr;
	bool changed;

	if (event->type == EV_NO_ACTION || event->type == EV_SEPARATOR || event->pcr == SECURE_BOOT_PCR)
		return false;
	if (event->type == EV_COMPACT_HASH || (event->pcr >= FIRST_LATER_PCR && !is_quoted))
		return blank_all(span);
	changed = event->type == EV_EFI_GPT_EVENT && blank_partitions(span);
	changed = blank_nodes(span) || changed;
	return blank_uuids(span) || changed;
}

int redact_log(struct evidence *evidence, struct err *err)
{
	auto_cleanup(buf) struct buf copy = buf_with_max(EVENTLOG_MAX_BYTES);
	struct eventlog log;
	struct eventlog_walk walk;
	struct eventlog_event event;

	if (evidence->event_log.len == 0)
		return 0;
	if (eventlog_open(buf_bytes(&evidence->event_log), &log, err) < 0) {
		buf_done(&evidence->event_log);
		evidence->event_log = buf_with_max(EVENTLOG_MAX_BYTES);
		return err->code == ERR_NO_MEMORY ? -1 : 0;
	}
	if (buf_append(&copy, log.bytes.data, log.bytes.len, err) < 0)
		return -1;
	walk = eventlog_walk(&log);
	while (eventlog_next(&log, &walk, &event)) {
		struct span span = {copy.data + (event.data.data - log.bytes.data), event.data.len};

		if (event.data.len && blank_event(&event, evidence->pcrs.mask, span) &&
			evidence_mark_redacted(evidence, event.number, err) < 0)
			return -1;
	}
	return buf_set(&evidence->event_log, buf_bytes(&copy), err);
}
