/* replay.h - the PCR values that an event log leads to, and whether the events' data is what was
 * measured. */
#ifndef APPRAISE_REPLAY_H
#define APPRAISE_REPLAY_H

#include "appraise/evidence.h"
#include "appraise/findings.h"
#include "boot/eventlog.h"
#include "edge/crypto.h"

struct replay_bank {
	uint16_t alg;
	bool is_computed; /* false for an algorithm that we lack (SM3) */
	size_t digest_size;
	uint32_t mask; /* PCRs that the log extends */
	uint8_t pcr[TPM_PCR_COUNT][CRYPTO_MAX_HASH_SIZE];
};

struct replay {
	size_t bank_count;
	struct replay_bank banks[EVENTLOG_MAX_BANKS];
};

/* EV_NO_ACTION and EVENTLOG_NO_PCR extend nothing. PCR 0 starts at the StartupLocality (4 after an
 * H-CRTM event), all others at zero; 17 to 22 are all FF where the log does not extend them (PC
 * Client PTP 1.05 section 4.6). */
void replay_run(const struct eventlog *log, struct replay *ret);

/* The SHA-256 bank alone; mask: the PCRs that the log extends. All others hold their start value.
 * ERR_EVENT_LOG_MALFORMED if the log has no such bank, ERR_EVENT_LOG_EMPTY if it has no events. */
int replay_sha256(const struct eventlog *log, struct tpm_pcrs *ret, struct err *err) err_check;

/* Compares what the log leads to (replay_sha256) with values of the SHA-256 bank. Returns a mask of
 * the PCRs that differ. A PCR of `held` that the log never extends must hold its start value.
 * found: gets an ERR_LOG_MISMATCH for each, with what is known about it (replay_explain); may be
 * NULL. */
uint32_t replay_compare(const struct eventlog *log, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *held, struct findings *found);

/* Where on the log's way a PCR has some value: there the TPM stopped, or from there on the log
 * holds events that the TPM never measured. */
struct replay_stand {
	uint32_t measured; /* number of the PCR's events up to there */
	uint32_t next_event; /* number of the first event behind it */
	uint32_t unmeasured; /* number of the PCR's events from there on, 1 or more */
};
/* False if the PCR's SHA-256 bank never has this value before the end of the log. */
bool replay_stands_at(const struct eventlog *log, uint32_t pcr,
	const uint8_t value[TPM_DIGEST_SIZE], struct replay_stand *ret);

/* Does the log hold "Exit Boot Services Invocation", the EV_EFI_ACTION that firmware measures when
 * it hands over to a kernel? A log without it may be cut; a third of real ones are without it. */
bool replay_has_handover(const struct eventlog *log);

/* Sets an error with `code`: one sentence about a PCR that differs from what the log leads to, and
 * which side moved as far as that is known; whether the log may be full. Always returns -1. */
int replay_explain(const struct eventlog *log, uint32_t pcr, const uint8_t held[TPM_DIGEST_SIZE],
	const uint8_t led_to[TPM_DIGEST_SIZE], enum err_code code, struct err *err) err_check;

/* Checks the data of events whose type defines the digest by the data (replay.c lists them):
 * SHA-256 of the data; a separator's data may also be missing or padded; for EV_EFI_VARIABLE_BOOT
 * also of VariableData alone, because firmware does both; for GRUB's commands and the kernel's
 * command line, of the text behind GRUB's prefix. ERR_LOG_DATA_MISMATCH names the event. Checks
 * only events of the PCRs in mask. An event's PCR and type in the log are not measured, so code
 * that reads facts from events must check their order (secureboot.c). */
int replay_check_data(const struct eventlog *log, uint32_t pcr_mask, struct err *err) err_check;
/* The same for the quoted PCRs of evidence, without the events whose data was redacted. In PCR 7
 * every event is checked, because facts are read from it. */
int replay_check_evidence_data(
	const struct eventlog *log, const struct evidence *evidence, struct err *err) err_check;

enum replay_data {
	REPLAY_NOT_MEASURED, /* the event was not measured (eventlog.h), so it proves nothing */
	/* the digest is of something else, as the event's type allows, or of a kind that is not
	 * computed here: the data proves nothing */
	REPLAY_UNPROMISED,
	REPLAY_AS_MEASURED, /* the data is what was measured, as the event's type promises */
	/* the data is what was measured, which the event's type does not promise */
	REPLAY_FITS,
	REPLAY_ALTERED, /* not what was measured, against the promise of the event's type */
};
/* For one event of a log, by its digest of the bank that counts. */
enum replay_data replay_data_of(const struct eventlog *log, const struct event *event);

#endif
