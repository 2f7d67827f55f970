/* replay.h - what PCRs an event log leads to, and whether the events' data is what was measured. */
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

/* EV_NO_ACTION and EVENTLOG_NO_PCR are not extended. PCR 0 starts at the StartupLocality (4 behind
 * an H-CRTM event), all others at zero; 17 to 22 come out as FF.. where the log does not extend
 * them (PC Client PTP 1.05 section 4.6). */
void replay_run(const struct eventlog *log, struct replay *ret);

/* The SHA-256 bank alone; mask: the PCRs that the log extends, all others hold their start value.
 * ERR_EVENT_LOG_MALFORMED if the log has no such bank, ERR_EVENT_LOG_EMPTY if it has no events. */
int replay_sha256(const struct eventlog *log, struct tpm_pcrs *ret, struct err *err) err_check;

/* What the log leads to (replay_sha256) against values of the SHA-256 bank: a mask of the PCRs that
 * differ, 0 if none does. PCRs of `held` that the log never extends must hold their start value.
 * found: gets an ERR_LOG_MISMATCH for each, with what is known about it (replay_explain); may be
 * NULL. */
uint32_t replay_compare(const struct eventlog *log, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *held, struct findings *found);

/* A value that a PCR has on the log's way: where the TPM stopped, or where events were put into the
 * log that it never measured. */
struct replay_stand {
	uint32_t measured; /* the PCR's events up to there */
	uint32_t next_event; /* number of the first one behind */
	uint32_t unmeasured; /* the PCR's events from there on, 1 or more */
};
/* False if the log does not pass through this value of the PCR's SHA-256 bank before its end. */
bool replay_stands_at(const struct eventlog *log, uint32_t pcr,
	const uint8_t value[TPM_DIGEST_SIZE], struct replay_stand *ret);

/* One sentence, with `code`, about a PCR that holds something else than the log leads to: which
 * side moved, as far as it can be told. */
int replay_explain(const struct eventlog *log, uint32_t pcr, const uint8_t held[TPM_DIGEST_SIZE],
	const uint8_t led_to[TPM_DIGEST_SIZE], enum err_code code, struct err *err) err_check;

/* For the event types whose digest is defined by the event's data (replay.c says which): SHA-256 of
 * the data; for EV_EFI_VARIABLE_BOOT also of VariableData only, firmware does both; for GRUB's
 * commands and the kernel's command line of the text behind GRUB's word. ERR_LOG_DATA_MISMATCH
 * names the event. Only events of the PCRs in mask are looked at. What the log says about an
 * event's PCR and type is not measured: who reads facts from events must mind their order
 * (secureboot.c). */
int replay_check_data(const struct eventlog *log, uint32_t pcr_mask, struct err *err) err_check;
/* The same for the quoted PCRs of evidence, without the events whose data was taken out; PCR 7, of
 * which facts are read, has none. */
int replay_check_evidence_data(
	const struct eventlog *log, const struct evidence *evidence, struct err *err) err_check;

enum replay_data {
	REPLAY_NOT_MEASURED, /* the event itself is what somebody says: see eventlog.h */
	REPLAY_UNPROMISED, /* nothing binds the data to the digest: it is what somebody says */
	REPLAY_AS_MEASURED, /* the data is what was measured */
	REPLAY_ALTERED,
};
/* One event of a log, by its digest of the bank that counts and by no other. */
enum replay_data replay_data_of(const struct eventlog *log, const struct event *event);

#endif
