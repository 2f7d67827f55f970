#include "bundle/redact_log.h"

#include <string.h>
#include "base/codec.h"
#include "boot/eventlog.h"
#include "boot/logwriter.h"
#include "boot/uefivar.h"

#define CONFIG_PCR       1 /* boot options, settings, tables of the board */
#define SECURE_BOOT_PCR  7
#define FIRST_LOADER_PCR 8 /* boot loaders' commands, files, kernel command lines */
#define UUID_TEXT_SIZE   36
#define GUID_SIZE        16
#define IMAGE_PATH_AT    32 /* UEFI_IMAGE_LOAD_EVENT, PFP 1.06 section 10.2.3 */
#define NODE_HEAD        4
#define ALL              UINT16_MAX

/* A writable copy of an event's data. */
struct span {
	uint8_t *data;
	size_t len;
};

/* What the data of a device path's node (UEFI 2.10 section 10.3) may keep: places on the board, and
 * programs' paths. Other nodes may hold an address, a serial number or a name: VMBus' network
 * adapters have their MAC address in a vendor's node. */
static const struct node {
	uint8_t type, subtype;
	uint16_t keep; /* bytes kept at the start of the data */
	uint16_t drop; /* bytes blanked behind that; 0: all the rest */
} nodes[] = {
	{1, 1, ALL, 0}, {1, 2, ALL, 0}, {1, 3, ALL, 0}, {1, 5, ALL, 0}, /* hardware */
	{2, 1, ALL, 0}, {2, 2, ALL, 0}, {2, 3, ALL, 0}, /* ACPI */
	/* buses */
	{3, 1, ALL, 0}, {3, 2, ALL, 0}, {3, 5, ALL, 0}, {3, 17, ALL, 0}, {3, 18, ALL, 0},
	{3, 23, 4, 8}, /* NVMe: the namespace, not the disk's EUI-64 */
	{4, 1, 20, 16}, /* hard drive: place and size, not the signature */
	{4, 2, ALL, 0}, {4, 4, ALL, 0}, {4, 6, ALL, 0}, {4, 7, ALL, 0}, {4, 8, ALL, 0}, /* media */
	{1, 4, GUID_SIZE, 0}, {3, 10, GUID_SIZE, 0}, {4, 3, GUID_SIZE, 0}, /* vendors */
	{0x7F, 0xFF, ALL, 0}, {0x7F, 1, ALL, 0}, /* ends */
};

/* Is there a UUID's text at the start? `step` is the size of a character; bytes after its first are
 * 0. */
static bool is_uuid(const uint8_t *at, size_t step)
{
	for (size_t i = 0; i < UUID_TEXT_SIZE; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
		uint8_t c = at[i * step];

		if ((step == 2 && at[i * step + 1] != 0) ||
			(is_dash ? c != '-' : hex_digit_value(c) < 0))
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

static bool blank(uint8_t *data, size_t len)
{
	bool changed = !bytes_are_all((struct bytes){data, len}, 0);

	memset(data, 0, len);
	return changed;
}

static bool blank_node(uint8_t type, uint8_t subtype, struct span data)
{
	const struct node *known = NULL;
	size_t keep, drop;

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (nodes[i].type == type && nodes[i].subtype == subtype)
			known = &nodes[i];
	keep = known ? known->keep : 0;
	if (data.len <= keep)
		return false;
	drop = known && known->drop && known->drop < data.len - keep ? known->drop : data.len - keep;
	return blank(data.data + keep, drop);
}

/* Blanks the path's nodes, and everything behind a malformed node. */
static bool blank_path(struct span path)
{
	bool changed = false;

	while (path.len >= NODE_HEAD) {
		size_t size = path.data[2] | (size_t)path.data[3] << 8;
		struct span data = {path.data + NODE_HEAD, size - NODE_HEAD};

		if (size < NODE_HEAD || size > path.len)
			break;
		changed = blank_node(path.data[0], path.data[1], data) || changed;
		path.data += size;
		path.len -= size;
	}
	return blank(path.data, path.len) || changed;
}

static bool blank_partitions(struct span span)
{
	size_t at = GPT_ENTRIES_AT, size;
	struct gpt table;
	bool changed;

	if (!gpt_read((struct bytes){span.data, span.len}, &table))
		return false;
	size = table.entry_size;
	if (size < GPT_ENTRY_MIN_SIZE || size > UINT16_MAX)
		size = GPT_ENTRY_MIN_SIZE;
	changed = blank(span.data + GPT_DISK_GUID_AT, GUID_SIZE);
	for (; span.len - at >= size; at += size) {
		changed = blank(span.data + at + GPT_ENTRY_GUID_AT, GUID_SIZE) || changed;
		changed = blank(span.data + at + GPT_ENTRY_NAME_AT, GPT_ENTRY_NAME_MAX) || changed;
	}
	return blank(span.data + at, span.len - at) || changed;
}

static bool blank_all(struct span span)
{
	static const char word[] = "redacted";

	memset(span.data, 0, span.len);
	if (span.len >= sizeof(word))
		memcpy(span.data, word, sizeof(word) - 1);
	return span.len > 0;
}

/* Texts of boot loaders and configuration of the board and of its boot options: they may hold
 * anything. Windows quotes PCRs from 8 on, Linux does not. */
static bool is_free_text(const struct event *event)
{
	switch (event->what) {
	case EVENT_COMPACT:
		return true;
	case EVENT_BOOT_VARIABLE:
		/* BootOrder holds only numbers, which identify no machine. The names and paths of
		 * boot options do, by disks' serial numbers and MAC addresses. */
		return event->pcr < FIRST_LOADER_PCR &&
		       !(event->has_variable &&
			       uefivar_is(&event->variable, uefi_global_variable_guid, "BootOrder"));
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
		return event->pcr < FIRST_LOADER_PCR;
	case EVENT_ACTION:
	case EVENT_SEPARATOR:
	case EVENT_NOTE:
		return false;
	case EVENT_PLATFORM:
	case EVENT_VERSION:
	case EVENT_CODE:
	case EVENT_DEVICE:
	case EVENT_VARIABLE:
	case EVENT_DEVICE_POLICY:
	case EVENT_AUTHORITY:
	case EVENT_DEVICE_AUTHORITY:
	case EVENT_PARTITIONS:
	case EVENT_IMAGE:
		break;
	}
	return event->pcr == CONFIG_PCR;
}

/* The data of PCR 7 and of separators stays: the verdict depends on it. */
static bool blank_event(const struct event *event, struct span span)
{
	bool changed = false;

	if (event->what == EVENT_NOTE || event->what == EVENT_SEPARATOR ||
		event->pcr == SECURE_BOOT_PCR)
		return false;
	if (is_free_text(event))
		return blank_all(span);
	if (event->what == EVENT_PARTITIONS)
		changed = blank_partitions(span);
	if (event->what == EVENT_IMAGE && span.len > IMAGE_PATH_AT)
		changed = blank_path(
			(struct span){span.data + IMAGE_PATH_AT, span.len - IMAGE_PATH_AT});
	return blank_uuids(span) || changed;
}

/* ---- the new log ---- */

static int write_redacted(const struct eventlog *log, size_t bank, struct evidence *evidence,
	struct buf *to, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	uint32_t number = 1; /* the header is 0 */
	uint8_t locality;

	if (logwriter_header(to, log, err) < 0)
		return -1;
	while (event_next_any(log, &walk, &event)) {
		struct bytes digest = event.digest[bank];
		bool is_signed = event.type != EV_NO_ACTION && digest.data &&
				 event.pcr < TPM_PCR_COUNT && evidence->pcrs.mask & 1u << event.pcr;
		struct span span;

		if (!is_signed && !eventlog_startup_locality(&event, &locality))
			continue;
		if (logwriter_event(to, &event, digest.data, err) < 0)
			return -1;
		span = (struct span){to->data + to->len - event.data.len, event.data.len};
		if (blank_event(&event, span) && evidence_mark_redacted(evidence, number, err) < 0)
			return -1;
		number++;
	}
	return 0;
}

int redact_log(struct evidence *evidence, struct err *err)
{
	auto_cleanup(buf) struct buf changed = buf_with_max(EVENTLOG_MAX_BYTES);
	struct eventlog log = {0};
	int bank = -1;

	if (evidence->event_log.len == 0)
		return 0;
	if (eventlog_open(buf_bytes(&evidence->event_log), &log, err) == 0 && log.is_crypto_agile)
		bank = eventlog_bank_index(&log, EVENTLOG_SHA256);
	if (bank >= 0 && write_redacted(&log, (size_t)bank, evidence, &changed, err) < 0)
		return -1;
	return buf_set(&evidence->event_log, buf_bytes(&changed), err);
}
