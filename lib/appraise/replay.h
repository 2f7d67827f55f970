/* replay.h - what PCRs an event log leads to, and whether the events' data is what was measured. */
#ifndef APPRAISE_REPLAY_H
#define APPRAISE_REPLAY_H

#include "appraise/evidence.h"
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

/* EV_NO_ACTION and EVENTLOG_NO_PCR are not extended. PCR 0 starts at the StartupLocality (4 behind an H-CRTM event), all others at
 * zero; 17 to 22 come out as FF.. where the log does not extend them (PC Client PTP 1.05 section 4.6). */
void replay_run(const struct eventlog *log, struct replay *ret);

/* SHA-256 bank of the log against quoted values. ERR_LOG_MISMATCH names the first PCR that differs; ERR_EVENT_LOG_MALFORMED if the
 * log has no SHA-256 bank. PCRs of `quoted` that the log never extends must hold their start value. */
int replay_compare(const struct eventlog *log, const struct tpm_pcrs *quoted, struct err *err) err_check;

/* Every PCR of `values` that differs, as a mask, with what replay_compare would say of it; 0 too if the log has no SHA-256 bank. */
uint32_t replay_compare_each(
	const struct eventlog *log, const struct tpm_pcrs *values, struct err ret[TPM_PCR_COUNT]);

/* For the event types whose digest is defined by the event's data (replay.c says which): SHA-256 of the data; for EV_EFI_VARIABLE_BOOT
 * also of VariableData only, firmware does both. ERR_LOG_DATA_MISMATCH names the event. Only events of the PCRs in mask are looked at.
 * What the log says about an event's PCR and type is not measured: who reads facts from events must mind their order (secureboot.c). */
int replay_check_data(const struct eventlog *log, uint32_t pcr_mask, struct err *err) err_check;
/* The same for the quoted PCRs of evidence, without the events whose data was taken out; PCR 7, of which facts are read, has none. */
int replay_check_evidence_data(
	const struct eventlog *log, const struct evidence *evidence, struct err *err) err_check;

enum replay_data {
	REPLAY_UNPROMISED,  /* nothing binds the data to the digest: it is what somebody says */
	REPLAY_AS_MEASURED, /* the data is what was measured */
	REPLAY_ALTERED,
};
/* One event of a log. */
enum replay_data replay_data_of(const struct eventlog *log, const struct eventlog_event *event);

#endif
