#include "appraise/replay.h"

#include <string.h>
#include "base/codec.h"
#include "boot/uefivar.h"

/* DRTM's PCRs are all ones until a dynamic launch resets them to zero (PC Client PTP 1.05 section 4.6). Only such a launch lets
 * anybody extend them, so a log that does starts them at zero. */
#define DRTM_FIRST_PCR 17
#define DRTM_LAST_PCR  22

#define HCRTM_LOCALITY 4

#define SECURE_BOOT_PCR 7

static bool hash_of_alg(uint16_t alg, enum crypto_hash *ret)
{
	switch (alg) {
	case EVENTLOG_SHA1:
		*ret = CRYPTO_SHA1;
		return true;
	case EVENTLOG_SHA256:
		*ret = CRYPTO_SHA256;
		return true;
	case EVENTLOG_SHA384:
		*ret = CRYPTO_SHA384;
		return true;
	case EVENTLOG_SHA512:
		*ret = CRYPTO_SHA512;
		return true;
	default:
		return false;
	}
}

static bool extends(const struct eventlog_event *event)
{
	return event->type != EV_NO_ACTION && event->pcr < TPM_PCR_COUNT;
}

/* The locality that started the TPM is the last byte of PCR 0 (TPM 2.0 Part 1 section 34.3): as the log says, or 4 if the hardware
 * measured before the firmware ran, which makes the first event of PCR 0 an H-CRTM event (PFP 1.06 sections 10.4.1, 10.4.5.3). */
static uint8_t startup_locality(const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;
	bool is_first = true;
	uint8_t locality = 0;
	uint8_t logged;

	while (eventlog_next(log, &walk, &event)) {
		if (eventlog_startup_locality(&event, &logged))
			return logged;
		if (event.pcr != 0 || !extends(&event))
			continue;
		if (is_first && event.type == EV_EFI_HCRTM_EVENT)
			locality = HCRTM_LOCALITY;
		is_first = false;
	}
	return locality;
}

static void extend(struct replay_bank *bank, uint32_t pcr, struct bytes digest)
{
	const struct bytes parts[] = {{bank->pcr[pcr], bank->digest_size}, digest};
	uint8_t extended[CRYPTO_MAX_HASH_SIZE];
	enum crypto_hash hash;

	bank->mask |= 1u << pcr;
	if (!hash_of_alg(bank->alg, &hash))
		return;
	crypto_digest(hash, parts, 2, extended);
	memcpy(bank->pcr[pcr], extended, bank->digest_size);
}

static void start_bank(struct eventlog_bank from, uint8_t locality, struct replay_bank *ret)
{
	enum crypto_hash hash;

	ret->alg = from.alg;
	ret->is_computed = hash_of_alg(from.alg, &hash);
	ret->digest_size = ret->is_computed ? from.digest_size : 0;
	if (ret->is_computed)
		ret->pcr[0][from.digest_size - 1] = locality;
}

/* PCRs that nothing extended hold what the TPM's start left there. */
static void set_untouched(struct replay_bank *bank)
{
	for (uint32_t pcr = DRTM_FIRST_PCR; pcr <= DRTM_LAST_PCR; pcr++)
		if (!(bank->mask & 1u << pcr))
			memset(bank->pcr[pcr], 0xFF, bank->digest_size);
}

void replay_run(const struct eventlog *log, struct replay *ret)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;
	uint8_t locality = startup_locality(log);

	memset(ret, 0, sizeof(*ret));
	ret->bank_count = log->bank_count;
	for (size_t i = 0; i < log->bank_count; i++)
		start_bank(log->banks[i], locality, &ret->banks[i]);
	while (eventlog_next(log, &walk, &event)) {
		if (!extends(&event))
			continue;
		for (size_t i = 0; i < log->bank_count; i++)
			if (event.digest[i].data)
				extend(&ret->banks[i], event.pcr, event.digest[i]);
	}
	for (size_t i = 0; i < log->bank_count; i++)
		set_untouched(&ret->banks[i]);
}

static int sha256_bank(const struct eventlog *log, size_t *ret, struct err *err)
{
	int bank = eventlog_bank_index(log, EVENTLOG_SHA256);

	if (log->event_count == 0)
		return err_set(err, ERR_EVENT_LOG_EMPTY, 0, "The event log has a header but no events.");
	if (bank < 0)
		return err_set(err, ERR_EVENT_LOG_MALFORMED, 0, "The event log has no SHA-256 digests.");
	*ret = (size_t)bank;
	return 0;
}

#define SHOWN_BYTES 8 /* of a digest, in a message */

static int compare_pcr(
	const struct replay_bank *bank, const struct tpm_pcrs *quoted, uint32_t pcr, struct err *err)
{
	char computed_hex[2 * SHOWN_BYTES + 1], quoted_hex[2 * SHOWN_BYTES + 1];

	if (memcmp(bank->pcr[pcr], quoted->digest[pcr], TPM_DIGEST_SIZE) == 0)
		return 0;
	hex_encode((struct bytes){bank->pcr[pcr], SHOWN_BYTES}, computed_hex);
	hex_encode((struct bytes){quoted->digest[pcr], SHOWN_BYTES}, quoted_hex);
	return err_set(err, ERR_LOG_MISMATCH, 0,
		"PCR %u holds %s..., but the event log leads to %s... there.", pcr, quoted_hex, computed_hex);
}

int replay_compare(const struct eventlog *log, const struct tpm_pcrs *quoted, struct err *err)
{
	struct replay replay;
	size_t bank = 0;

	if (sha256_bank(log, &bank, err) < 0)
		return -1;
	replay_run(log, &replay);
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (quoted->mask & 1u << pcr && compare_pcr(&replay.banks[bank], quoted, pcr, err) < 0)
			return -1;
	return 0;
}

uint32_t replay_compare_each(
	const struct eventlog *log, const struct tpm_pcrs *values, struct err ret[TPM_PCR_COUNT])
{
	struct replay replay;
	size_t bank = 0;
	uint32_t differing = 0;
	struct err ignored;

	if (sha256_bank(log, &bank, &ignored) < 0)
		return 0;
	replay_run(log, &replay);
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (values->mask & 1u << pcr && compare_pcr(&replay.banks[bank], values, pcr, &ret[pcr]) < 0)
			differing |= 1u << pcr;
	return differing;
}

static bool is_digest_of(struct bytes digest, struct bytes data)
{
	uint8_t computed[CRYPTO_SHA256_SIZE];

	crypto_sha256(data, computed);
	return bytes_equal(digest, (struct bytes){computed, sizeof(computed)});
}

/* Windows' boot manager measures its tagged events as they stand: their numbers have a class in bits 31 and 30, a category in bits 19 to
 * 16 and an index in bits 7 to 0. Linux's EFI stub and systemd's boot programs measure what their tags only name. */
static bool is_windows_tag(struct bytes data)
{
	struct cursor cursor = cursor_of(data);
	uint32_t tag = cursor_u32_le(&cursor);

	return !cursor.failed && (tag & 0x3FF0FF00u) == 0;
}

/* Which events' digests are promised to be SHA-256 of their data. What is left out is not promised (PFP 1.06 table 27: code, tables
 * and grub's events name what was measured, they do not hold it), or was seen to be broken by firmware: EV_S_CRTM_VERSION and
 * EV_COMPACT_HASH with other text than the VM's identifier (Dell laptops, 2021). */
static bool is_data_promised(const struct eventlog_event *event)
{
	static const char vm_id[] = "UUID: ";

	switch (event->type) {
	case EV_SEPARATOR:
	case EV_EFI_VARIABLE_DRIVER_CONFIG:
	case EV_EFI_VARIABLE_BOOT:
	case EV_EFI_VARIABLE_BOOT2:
	case EV_EFI_VARIABLE_AUTHORITY:
	case EV_EFI_GPT_EVENT:
	case EV_EFI_ACTION:
		return true;
	case EV_COMPACT_HASH:
		return event->data.len >= sizeof(vm_id) - 1 &&
		       memcmp(event->data.data, vm_id, sizeof(vm_id) - 1) == 0;
	case EV_EVENT_TAG:
		return event->pcr >= 12 && event->pcr <= 14 && is_windows_tag(event->data);
	default:
		return false;
	}
}

/* Exceptions in the field: boot variables may be measured by their value alone (EDK II does), and a boot loader's authority event may
 * log one byte behind the variable that it did not measure (Container-Optimized OS 85 and 93). */
static bool is_variable_digest(const struct eventlog_event *event, struct bytes digest)
{
	struct uefivar var;
	size_t unmeasured;

	if (!uefivar_parse(event->data, &var))
		return false;
	if (event->type == EV_EFI_VARIABLE_BOOT || event->type == EV_EFI_VARIABLE_BOOT2)
		return is_digest_of(digest, var.data);
	unmeasured = (size_t)(event->data.data + event->data.len - (var.data.data + var.data.len));
	return event->type == EV_EFI_VARIABLE_AUTHORITY && unmeasured > 0 &&
	       is_digest_of(digest, (struct bytes){event->data.data, event->data.len - 1});
}

enum replay_data replay_data_of(const struct eventlog *log, const struct eventlog_event *event)
{
	int bank = eventlog_bank_index(log, EVENTLOG_SHA256);

	/* without a digest it did not extend this bank: no reader may believe it */
	if (bank < 0 || !extends(event) || !is_data_promised(event) || !event->digest[bank].data)
		return REPLAY_UNPROMISED;
	return is_digest_of(event->digest[bank], event->data) ||
			       is_variable_digest(event, event->digest[bank])
		       ? REPLAY_AS_MEASURED
		       : REPLAY_ALTERED;
}

static int check_data(
	const struct eventlog *log, uint32_t pcr_mask, const struct evidence *redacted, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;
	size_t bank = 0;

	if (sha256_bank(log, &bank, err) < 0)
		return -1;
	while (eventlog_next(log, &walk, &event)) {
		if (!extends(&event) || !(pcr_mask & 1u << event.pcr) ||
			replay_data_of(log, &event) != REPLAY_ALTERED)
			continue;
		if (redacted && event.pcr != SECURE_BOOT_PCR && evidence_is_redacted(redacted, event.number))
			continue;
		return err_set(err, ERR_LOG_DATA_MISMATCH, 0,
			"Event %u of the event log (%s in PCR %u) does not hold the data that was measured.",
			event.number, eventlog_type_name(event.type), event.pcr);
	}
	return 0;
}

int replay_check_data(const struct eventlog *log, uint32_t pcr_mask, struct err *err)
{
	return check_data(log, pcr_mask, NULL, err);
}

int replay_check_evidence_data(const struct eventlog *log, const struct evidence *evidence, struct err *err)
{
	return check_data(log, evidence->pcrs.mask, evidence, err);
}
