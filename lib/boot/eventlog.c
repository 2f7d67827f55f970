#include "boot/eventlog.h"

#include <string.h>

/* PFP 1.06 section 10.4.5: signatures of EV_NO_ACTION events, including their final 0 */
#define SIGNATURE_SIZE 16
static const char spec_id_family[] = "Spec ID Event";
static const char spec_id_agile[SIGNATURE_SIZE] = "Spec ID Event03";
static const char startup_locality[SIGNATURE_SIZE] = "StartupLocality";

#define SHA1_SIZE      20
#define PCR_COUNT      24
#define SPEC_MAJOR     2
#define PLAIN_OVERHEAD 32 /* PCR, type, SHA-1 digest, size of data */

static const struct {
	uint16_t alg;
	uint16_t digest_size;
	const char *name;
} algs[] = {
	{EVENTLOG_SHA256, 32, "sha256"}, /* of this list, the first that a log has is the bank that
					    counts */
	{EVENTLOG_SHA384, 48, "sha384"},
	{EVENTLOG_SHA512, 64, "sha512"},
	{EVENTLOG_SHA1, 20, "sha1"},
	{EVENTLOG_SM3_256, 32, "sm3_256"},
	{EVENTLOG_SHA3_256, 32, "sha3_256"},
	{EVENTLOG_SHA3_384, 48, "sha3_384"},
	{EVENTLOG_SHA3_512, 64, "sha3_512"},
};

static const struct {
	uint32_t type;
	const char *name;
} types[] = {
#define EVENT_TYPE_NAME(type, number, what) {type, #type},
	EVENT_TYPES(EVENT_TYPE_NAME)
#undef EVENT_TYPE_NAME
};

const char *eventlog_alg_name(uint16_t alg)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (algs[i].alg == alg)
			return algs[i].name;
	return NULL;
}

const char *eventlog_type_name(uint32_t type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

int eventlog_bank_index(const struct eventlog *log, uint16_t alg)
{
	for (size_t i = 0; i < log->bank_count; i++)
		if (log->banks[i].alg == alg)
			return (int)i;
	return -1;
}

/* TCG_PCR_EVENT: one SHA-1 digest (PFP 1.06 section 10.2.1). Returns NULL or what is wrong. */
static const char *read_plain_event(struct cursor *cursor, struct event *ret)
{
	struct event event = {0};

	event.pcr = cursor_u32_le(cursor);
	event.type = cursor_u32_le(cursor);
	event.digest[0] = cursor_bytes(cursor, SHA1_SIZE);
	if (cursor->failed)
		return "the log ends inside the event's head";
	event.data = cursor_bytes(cursor, cursor_u32_le(cursor));
	if (cursor->failed)
		return "the event's data is longer than the log";
	*ret = event;
	return NULL;
}

static const char *read_digest(
	const struct eventlog *log, struct cursor *cursor, struct bytes digests[EVENTLOG_MAX_BANKS])
{
	uint16_t alg = cursor_u16_le(cursor);
	int bank = eventlog_bank_index(log, alg);

	if (cursor->failed)
		return "the log ends inside the event's digests";
	if (bank < 0)
		return "a digest's algorithm is not one that the log's header names";
	if (digests[bank].data)
		return "two digests of the same algorithm";
	digests[bank] = cursor_bytes(cursor, log->banks[bank].digest_size);
	return cursor->failed ? "the log ends inside the event's digests" : NULL;
}

/* TCG_PCR_EVENT2: at most one digest for each bank (PFP 1.06 section 10.2.2). Digests may be
 * missing: Windows' boot manager extends only the bank that it uses. Returns NULL or what is
 * wrong. */
static const char *read_agile_event(
	const struct eventlog *log, struct cursor *cursor, struct event *ret)
{
	struct event event = {0};
	uint32_t digest_count;

	event.pcr = cursor_u32_le(cursor);
	event.type = cursor_u32_le(cursor);
	digest_count = cursor_u32_le(cursor);
	if (cursor->failed)
		return "the log ends inside the event's head";
	if (digest_count == 0 && event.type != EV_NO_ACTION)
		return "it has no digests";
	if (digest_count > log->bank_count)
		return "more digests than the log's header has algorithms";
	for (uint32_t i = 0; i < digest_count; i++) {
		const char *reason = read_digest(log, cursor, event.digest);

		if (reason)
			return reason;
	}
	event.data = cursor_bytes(cursor, cursor_u32_le(cursor));
	if (cursor->failed)
		return "the event's data is longer than the log";
	*ret = event;
	return NULL;
}

/* The one place that decides whether an event was measured: only by a digest of the bank that
 * counts. */
static void mark_measured(const struct eventlog *log, struct event *event)
{
	size_t bank = log->counted_bank;

	event->is_measured =
		event->type != EV_NO_ACTION && event->pcr < PCR_COUNT && event->digest[bank].data;
	if (!event->is_measured)
		return;
	event->measured = event->digest[bank];
	event->measured_alg = log->banks[bank].alg;
}

static const char *read_event(const struct eventlog *log, struct cursor *cursor, struct event *ret)
{
	const char *reason;

	reason = log->is_crypto_agile ? read_agile_event(log, cursor, ret)
				      : read_plain_event(cursor, ret);
	if (reason)
		return reason;
	mark_measured(log, ret);
	event_read(ret);
	return NULL;
}

static bool starts_with(struct bytes bytes, const char *text, size_t len)
{
	return bytes.len >= len && memcmp(bytes.data, text, len) == 0;
}

static const char *read_bank(struct cursor *cursor, struct eventlog *log)
{
	struct eventlog_bank bank = {
		.alg = cursor_u16_le(cursor), .digest_size = cursor_u16_le(cursor)};

	if (cursor->failed)
		return "the header's list of algorithms is longer than the header";
	if (bank.digest_size == 0 || bank.digest_size > EVENTLOG_MAX_DIGEST)
		return "an algorithm's digest size in the header is out of range";
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (algs[i].alg == bank.alg && algs[i].digest_size != bank.digest_size)
			return "an algorithm's digest size in the header is wrong";
	if (eventlog_bank_index(log, bank.alg) >= 0)
		return "the header names an algorithm twice";
	log->banks[log->bank_count++] = bank;
	return NULL;
}

/* TCG_EfiSpecIDEvent (PFP 1.06 section 10.4.5.1). Returns NULL or what is wrong. Bytes after the
 * vendor information are tolerated. */
static const char *read_spec_id(struct bytes data, struct eventlog *log)
{
	struct cursor cursor = cursor_of(data);
	uint8_t minor, major;
	uint32_t count;

	(void)cursor_bytes(&cursor, SIGNATURE_SIZE);
	(void)cursor_u32_le(&cursor); /* platform class, client or server; the format is the same */
	minor = cursor_u8(&cursor);
	major = cursor_u8(&cursor);
	(void)cursor_u8(&cursor); /* errata */
	(void)cursor_u8(&cursor); /* size of UINTN */
	count = cursor_u32_le(&cursor);
	if (cursor.failed)
		return "the header is too short";
	if (major != SPEC_MAJOR || minor != 0)
		return "the header's version is not 2.0";
	if (count == 0 || count > EVENTLOG_MAX_BANKS)
		return "the header's number of algorithms is out of range";
	for (uint32_t i = 0; i < count; i++) {
		const char *reason = read_bank(&cursor, log);

		if (reason)
			return reason;
	}
	(void)cursor_bytes(&cursor, cursor_u8(&cursor));
	return cursor.failed ? "the vendor information is longer than the header" : NULL;
}

/* Firmware reserves more room than a log needs, so bytes of one value, 00 or FF, may follow the
 * last event. They are searched once, from the end, so that a hostile log cannot cause a search per
 * event. */
static size_t padding_at(struct bytes bytes)
{
	uint8_t value = bytes.len ? bytes.data[bytes.len - 1] : 1;
	size_t at = bytes.len;

	if (value != 0x00 && value != 0xFF)
		return at;
	while (at > 0 && bytes.data[at - 1] == value)
		at--;
	return at;
}

/* The first event has the old format in both kinds of logs; its data tells the two apart. */
static const char *read_header(struct bytes bytes, struct eventlog *log)
{
	struct cursor cursor = cursor_of(bytes);
	struct event first;
	const char *reason = read_plain_event(&cursor, &first);

	if (reason)
		return reason;
	log->banks[0] = (struct eventlog_bank){.alg = EVENTLOG_SHA1, .digest_size = SHA1_SIZE};
	log->bank_count = 1;
	if (first.type != EV_NO_ACTION ||
		!starts_with(first.data, spec_id_family, sizeof(spec_id_family) - 1))
		return first.pcr < PCR_COUNT || first.pcr == EVENTLOG_NO_PCR ? NULL : "no such PCR";
	if (!starts_with(first.data, spec_id_agile, SIGNATURE_SIZE)) {
		/* SHA-1 logs begin with "Spec ID Event00" (BIOS) or "02" (EFI 1.2) */
		bool is_old = first.data.len >= SIGNATURE_SIZE && first.data.data[13] == '0' &&
			      first.data.data[14] < '3';
		return is_old ? NULL : "a header of an unknown kind";
	}
	log->is_crypto_agile = true;
	log->bank_count = 0;
	log->events_at = PLAIN_OVERHEAD + first.data.len;
	return read_spec_id(first.data, log);
}

/* An error at byte 0 means that this is no log at all. */
static int refuse_event(uint32_t number, size_t at, const char *reason, struct err *err)
{
	return err_set(err, ERR_EVENT_LOG_MALFORMED, 0, "%s: event %u at byte %zu: %s.",
		at ? "The event log is broken" : "This is no TCG event log", number, at, reason);
}

/* Reads every event once, and cuts log->bytes where the padding begins. */
static int check_events(struct eventlog *log, size_t padding, struct err *err)
{
	struct cursor cursor = cursor_of(log->bytes);
	struct event event;
	size_t at = log->events_at;

	(void)cursor_bytes(&cursor, log->events_at);
	while (at < log->bytes.len && at < padding) {
		const char *reason = read_event(log, &cursor, &event);

		if (reason)
			return refuse_event(log->event_count + (log->is_crypto_agile ? 1u : 0u), at,
				reason, err);
		log->event_count++;
		log->unmeasured_count += eventlog_is_unmeasured(&event);
		at = log->bytes.len - cursor.left;
	}
	log->bytes.len = at;
	return 0;
}

static size_t find_counted_bank(const struct eventlog *log)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		int bank = eventlog_bank_index(log, algs[i].alg);

		if (bank >= 0)
			return (size_t)bank;
	}
	return 0;
}

int eventlog_open(struct bytes bytes, struct eventlog *ret, struct err *err)
{
	struct eventlog log = {.bytes = bytes};
	size_t padding = padding_at(bytes);
	const char *reason;

	if (padding == 0)
		return err_set(err, ERR_EVENT_LOG_EMPTY, 0, "The event log is empty (%zu bytes).",
			bytes.len);
	if (bytes.len > EVENTLOG_MAX_FILE)
		return err_set(err, ERR_EVENT_LOG_MALFORMED, 0,
			"The event log has %zu bytes, at most %u are read.", bytes.len,
			EVENTLOG_MAX_FILE);
	reason = read_header(bytes, &log);
	if (reason)
		return refuse_event(0, 0, reason, err);
	log.counted_bank = find_counted_bank(&log);
	if (check_events(&log, padding, err) < 0)
		return -1;
	*ret = log;
	return 0;
}

struct eventlog_walk eventlog_walk(const struct eventlog *log)
{
	struct eventlog_walk walk = {
		.cursor = cursor_of(log->bytes), .number = log->is_crypto_agile ? 1 : 0};

	(void)cursor_bytes(&walk.cursor, log->events_at);
	return walk;
}

bool event_next_any(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret)
{
	size_t offset = log->bytes.len - walk->cursor.left;

	if (walk->cursor.left == 0 || read_event(log, &walk->cursor, ret))
		return false;
	ret->offset = offset;
	ret->number = walk->number++;
	return true;
}

bool event_next(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret)
{
	while (event_next_any(log, walk, ret))
		if (ret->is_measured)
			return true;
	return false;
}

bool eventlog_is_unmeasured(const struct event *event)
{
	return !event->is_measured && event->type != EV_NO_ACTION && event->pcr != EVENTLOG_NO_PCR;
}

bool eventlog_startup_locality(const struct event *event, uint8_t *ret)
{
	if (event->type != EV_NO_ACTION || event->data.len <= SIGNATURE_SIZE ||
		!starts_with(event->data, startup_locality, SIGNATURE_SIZE))
		return false;
	*ret = event->data.data[SIGNATURE_SIZE];
	return true;
}
