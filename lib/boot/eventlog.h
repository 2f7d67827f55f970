/* eventlog.h - the TCG event log: bytes -> events. No crypto, no judgement.
 *
 * Source: TCG PC Client Platform Firmware Profile 1.06 section 10 (crypto-agile TCG_PCR_EVENT2
 * after a "Spec ID Event03" header) and the older all-SHA-1 TCG_PCR_EVENT format. Every size in the
 * log is hostile. Views point into the caller's bytes.
 *
 * One bank counts: SHA-256, which is quoted, where the log has it (only logs that prove nothing
 * lack it). A log's other banks, and the events' types, order and texts, are what anybody wrote
 * into it. So an event without a digest of that bank was not measured, whatever its other digests
 * are: event_next passes it over, and event_next_any, for those who show or rewrite a
 * log, marks it. Trailing padding (only 00 or only FF bytes) ends the log. Errors:
 * ERR_EVENT_LOG_MALFORMED, with the offset; ERR_EVENT_LOG_EMPTY. */
#ifndef BOOT_EVENTLOG_H
#define BOOT_EVENTLOG_H

#include "boot/event.h"

#define EVENTLOG_MAX_BYTES (4u << 20) /* of a log that takes part in an attestation */
/* of a log that is only read: option ROMs can make megabytes */
#define EVENTLOG_MAX_FILE   (16u << 20)
#define EVENTLOG_MAX_DIGEST 128 /* of a bank that we do not know; today's largest is 64 */

/* TPM_ALG_ID values of digest banks */
enum eventlog_alg {
	EVENTLOG_SHA1 = 0x0004,
	EVENTLOG_SHA256 = 0x000B,
	EVENTLOG_SHA384 = 0x000C,
	EVENTLOG_SHA512 = 0x000D,
	EVENTLOG_SM3_256 = 0x0012,
	EVENTLOG_SHA3_256 = 0x0027,
	EVENTLOG_SHA3_384 = 0x0028,
	EVENTLOG_SHA3_512 = 0x0029,
};

struct eventlog_bank {
	uint16_t alg;
	uint16_t digest_size;
};

struct eventlog {
	struct bytes bytes; /* without the padding behind the last event */
	bool is_crypto_agile;
	size_t bank_count;
	struct eventlog_bank banks[EVENTLOG_MAX_BANKS];
	size_t counted_bank; /* of banks, the one that counts */
	/* offset of the first event that a walk gives: behind the header, if there is one */
	size_t events_at;
	uint32_t event_count; /* how many a walk gives */
	/* of these, how many claim a PCR and have no digest of the bank that counts */
	uint32_t unmeasured_count;
};

/* Reads the header and walks the whole log once, so that a walk later cannot fail. */
int eventlog_open(struct bytes bytes, struct eventlog *ret, struct err *err) err_check;

struct eventlog_walk {
	struct cursor cursor;
	uint32_t number;
};
struct eventlog_walk eventlog_walk(const struct eventlog *log);
/* The next event that was measured: all that facts may be read from. False at the end. */
bool event_next(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);
/* The next event, measured or not: for those few who show a log or rewrite it
 * (scripts/lint-structure has their names). */
bool event_next_any(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);

/* It claims a PCR and has no digest of the bank that counts: nothing that firmware does. */
bool eventlog_is_unmeasured(const struct event *event);

/* Position of a bank in banks, -1 if the log lacks it. */
int eventlog_bank_index(const struct eventlog *log, uint16_t alg);
/* "sha256" etc.; NULL if unknown. */
const char *eventlog_alg_name(uint16_t alg);
/* "EV_SEPARATOR" etc.; NULL if unknown. */
const char *eventlog_type_name(uint32_t type);
/* The locality byte of a StartupLocality EV_NO_ACTION event (PFP 10.4.5.3): true if this event is
 * one. */
bool eventlog_startup_locality(const struct event *event, uint8_t *ret);

#endif
