/* eventlog.h - reads the TCG event log into events, without cryptography or judgement.
 *
 * Source: TCG PC Client Platform Firmware Profile 1.06 section 10 (crypto-agile TCG_PCR_EVENT2
 * after a "Spec ID Event03" header) and the older all-SHA-1 TCG_PCR_EVENT format. Every size in the
 * log is hostile. Views point into the caller's bytes.
 *
 * One bank counts: SHA-256, which the TPM quotes. (A log without it proves nothing; then another
 * bank counts.) A log's other banks, and the types, order and texts of its events, can be forged.
 * So an event without a digest of the bank that counts was not measured, whatever its other digests
 * are. Nor was an event of a PCR that no TPM has. event_next skips such events; event_next_any, for
 * code that shows or rewrites a log, marks them. Trailing padding (only 00 or only FF bytes) ends
 * the log. Errors: ERR_EVENT_LOG_MALFORMED, with the offset; ERR_EVENT_LOG_EMPTY. */
#ifndef BOOT_EVENTLOG_H
#define BOOT_EVENTLOG_H

#include "boot/event.h"

#define EVENTLOG_MAX_BYTES (4u << 20) /* of a log that is attested */
/* of a log that is only shown: option ROMs can add megabytes */
#define EVENTLOG_MAX_FILE (16u << 20)
/* of a bank of an unknown algorithm; the largest known digest has 64 */
#define EVENTLOG_MAX_DIGEST 128

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
	struct bytes bytes; /* without the padding after the last event */
	bool is_crypto_agile;
	size_t bank_count;
	struct eventlog_bank banks[EVENTLOG_MAX_BANKS];
	size_t counted_bank; /* index in banks of the one that counts */
	/* offset of the first event of a walk: after the header, if there is one */
	size_t events_at;
	uint32_t event_count; /* of a walk, measured or not */
	/* those of them that name a PCR but have no digest of the bank that counts */
	uint32_t unmeasured_count;
};

/* Reads the header and checks every event, so that a later walk cannot fail. */
int eventlog_open(struct bytes bytes, struct eventlog *ret, struct err *err) err_check;

struct eventlog_walk {
	struct cursor cursor;
	uint32_t number;
};
struct eventlog_walk eventlog_walk(const struct eventlog *log);
/* The next measured event; facts may be read from these only. False at the end. */
bool event_next(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);
/* The next event, measured or not: for the few files that show or rewrite a log
 * (scripts/lint-structure lists them). */
bool event_next_any(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);

/* Whether it names a PCR but has no digest of the bank that counts. Firmware writes no such
 * events. */
bool eventlog_is_unmeasured(const struct event *event);

/* Position of a bank in banks, -1 if the log lacks it. */
int eventlog_bank_index(const struct eventlog *log, uint16_t alg);
/* "sha256", ...; NULL if unknown. */
const char *eventlog_alg_name(uint16_t alg);
/* "EV_SEPARATOR", ...; NULL if unknown. */
const char *eventlog_type_name(uint32_t type);
/* Reads the locality of a StartupLocality event (EV_NO_ACTION, PFP 10.4.5.3); false if this is not
 * one. */
bool eventlog_startup_locality(const struct event *event, uint8_t *ret);

#endif
