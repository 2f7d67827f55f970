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

#include "base/cursor.h"

#define EVENTLOG_MAX_BYTES (4u << 20) /* of a log that takes part in an attestation */
/* of a log that is only read: option ROMs can make megabytes */
#define EVENTLOG_MAX_FILE   (16u << 20)
#define EVENTLOG_MAX_BANKS  8
#define EVENTLOG_MAX_DIGEST 128 /* of a bank that we do not know; today's largest is 64 */
/* index of events that extend nothing (seen on Lenovo firmware) */
#define EVENTLOG_NO_PCR 0xFFFFFFFFu

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

/* Event types that somebody here needs (PC Client PFP 10.4.1); all others pass through as
 * numbers. */
enum eventlog_type {
	EV_POST_CODE = 0x1,
	EV_NO_ACTION = 0x3,
	EV_SEPARATOR = 0x4,
	EV_ACTION = 0x5,
	EV_EVENT_TAG = 0x6,
	EV_S_CRTM_CONTENTS = 0x7,
	EV_S_CRTM_VERSION = 0x8,
	EV_PLATFORM_CONFIG_FLAGS = 0xA,
	EV_TABLE_OF_DEVICES = 0xB,
	EV_COMPACT_HASH = 0xC,
	EV_IPL = 0xD,
	EV_NONHOST_CODE = 0xF,
	EV_NONHOST_CONFIG = 0x10,
	EV_NONHOST_INFO = 0x11,
	EV_POST_CODE2 = 0x13,
	EV_EFI_VARIABLE_DRIVER_CONFIG = 0x80000001u,
	EV_EFI_VARIABLE_BOOT = 0x80000002u,
	EV_EFI_BOOT_SERVICES_APPLICATION = 0x80000003u,
	EV_EFI_BOOT_SERVICES_DRIVER = 0x80000004u,
	EV_EFI_RUNTIME_SERVICES_DRIVER = 0x80000005u,
	EV_EFI_GPT_EVENT = 0x80000006u,
	EV_EFI_ACTION = 0x80000007u,
	EV_EFI_PLATFORM_FIRMWARE_BLOB = 0x80000008u,
	EV_EFI_HANDOFF_TABLES = 0x80000009u,
	EV_EFI_PLATFORM_FIRMWARE_BLOB2 = 0x8000000Au,
	EV_EFI_HANDOFF_TABLES2 = 0x8000000Bu,
	EV_EFI_VARIABLE_BOOT2 = 0x8000000Cu,
	EV_EFI_GPT_EVENT2 = 0x8000000Du,
	EV_EFI_HCRTM_EVENT = 0x80000010u,
	EV_EFI_VARIABLE_AUTHORITY = 0x800000E0u,
	EV_EFI_SPDM_FIRMWARE_BLOB = 0x800000E1u,
	EV_EFI_SPDM_FIRMWARE_CONFIG = 0x800000E2u,
	EV_EFI_SPDM_DEVICE_POLICY = 0x800000E3u,
	EV_EFI_SPDM_DEVICE_AUTHORITY = 0x800000E4u,
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

struct event {
	size_t offset; /* of the event in the log */
	/* position in the log; a crypto-agile log's header is number 0, which no walk gives */
	uint32_t number;
	uint32_t pcr; /* 0..23, or EVENTLOG_NO_PCR */
	uint32_t type;
	/* in the order of eventlog.banks; data NULL where the event did not extend that bank */
	struct bytes digest[EVENTLOG_MAX_BANKS];
	struct bytes data;
	/* it extended a PCR in the bank that counts: no EV_NO_ACTION, a PCR, and a digest of that
	 * bank */
	bool is_measured;
	struct bytes measured; /* that digest; data NULL if it was not measured */
	uint16_t measured_alg; /* of that digest; 0 if it was not measured */
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
