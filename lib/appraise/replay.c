#include "appraise/replay.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/codec.h"
#include "boot/grubtext.h"
#include "boot/uefivar.h"

/* DRTM's PCRs are all ones until a dynamic launch resets them to zero (PC Client PTP 1.05
 * section 4.6). They can be extended only after such a launch, so a log that extends them starts
 * them at zero. */
#define DRTM_FIRST_PCR 17
#define DRTM_LAST_PCR  22

#define HCRTM_LOCALITY 4

#define SECURE_BOOT_PCR 7

static bool extends(const struct event *event)
{
	return event->type != EV_NO_ACTION && event->pcr < TPM_PCR_COUNT;
}

/* The locality that started the TPM is the last byte of PCR 0 (TPM 2.0 Part 1 section 34.3). The
 * log states it, or it is 4 if the hardware measured before the firmware ran; then the first event
 * of PCR 0 is an H-CRTM event (PFP 1.06 sections 10.4.1, 10.4.5.3). */
static uint8_t startup_locality(const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	bool is_first = true;
	uint8_t locality = 0;
	uint8_t logged;

	while (event_next_any(log, &walk, &event)) {
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
	if (!measured_hash(bank->alg, &hash))
		return;
	crypto_digest(hash, parts, 2, extended);
	memcpy(bank->pcr[pcr], extended, bank->digest_size);
}

static void start_bank(struct eventlog_bank from, uint8_t locality, struct replay_bank *ret)
{
	enum crypto_hash hash;

	ret->alg = from.alg;
	ret->is_computed = measured_hash(from.alg, &hash);
	ret->digest_size = ret->is_computed ? from.digest_size : 0;
	if (ret->is_computed)
		ret->pcr[0][from.digest_size - 1] = locality;
}

/* DRTM's PCRs that nothing extended keep the value that the TPM's start gave them. */
static void set_untouched(struct replay_bank *bank)
{
	for (uint32_t pcr = DRTM_FIRST_PCR; pcr <= DRTM_LAST_PCR; pcr++)
		if (!(bank->mask & 1u << pcr))
			memset(bank->pcr[pcr], 0xFF, bank->digest_size);
}

/* Computes the banks from first to end - 1; the others stay empty. */
static void run_banks(const struct eventlog *log, size_t first, size_t end, struct replay *ret)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	uint8_t locality = startup_locality(log);

	memset(ret, 0, sizeof(*ret));
	ret->bank_count = log->bank_count;
	for (size_t i = first; i < end; i++)
		start_bank(log->banks[i], locality, &ret->banks[i]);
	while (event_next_any(log, &walk, &event)) {
		if (!extends(&event))
			continue;
		for (size_t i = first; i < end; i++)
			if (event.digest[i].data)
				extend(&ret->banks[i], event.pcr, event.digest[i]);
	}
	for (size_t i = first; i < end; i++)
		set_untouched(&ret->banks[i]);
}

void replay_run(const struct eventlog *log, struct replay *ret)
{
	run_banks(log, 0, log->bank_count, ret);
}

static int sha256_bank(const struct eventlog *log, size_t *ret, struct err *err)
{
	int bank = eventlog_bank_index(log, EVENTLOG_SHA256);

	if (log->event_count == 0)
		return err_set(
			err, ERR_EVENT_LOG_EMPTY, 0, "The event log has a header but no events.");
	if (bank < 0)
		return err_set(
			err, ERR_EVENT_LOG_MALFORMED, 0, "The event log has no SHA-256 digests.");
	*ret = (size_t)bank;
	return 0;
}

int replay_sha256(const struct eventlog *log, struct tpm_pcrs *ret, struct err *err)
{
	struct replay replay;
	size_t bank = 0;

	if (sha256_bank(log, &bank, err) < 0)
		return -1;
	run_banks(log, bank, bank + 1, &replay);
	ret->mask = replay.banks[bank].mask;
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		memcpy(ret->digest[pcr], replay.banks[bank].pcr[pcr], TPM_DIGEST_SIZE);
	return 0;
}

bool replay_stands_at(const struct eventlog *log, uint32_t pcr,
	const uint8_t value[TPM_DIGEST_SIZE], struct replay_stand *ret)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	int bank = eventlog_bank_index(log, EVENTLOG_SHA256);
	struct replay_stand stand = {0};
	struct replay_bank state = {0};
	bool is_found = false;

	if (bank < 0)
		return false;
	start_bank(log->banks[bank], startup_locality(log), &state);
	while (event_next(log, &walk, &event)) {
		if (event.pcr != pcr)
			continue;
		if (!is_found) {
			is_found = memcmp(state.pcr[pcr], value, TPM_DIGEST_SIZE) == 0;
			stand.next_event = event.number;
		}
		if (is_found)
			stand.unmeasured++;
		else
			stand.measured++;
		extend(&state, pcr, event.measured);
	}
	if (is_found)
		*ret = stand;
	return is_found;
}

#define SHOWN_BYTES 8 /* of a digest, in a message */

bool replay_has_handover(const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;

	while (event_next(log, &walk, &event))
		if (measured_is(&event, bytes_of_text("Exit Boot Services Invocation")))
			return true;
	return false;
}

int replay_explain(const struct eventlog *log, uint32_t pcr, const uint8_t held[TPM_DIGEST_SIZE],
	const uint8_t led_to[TPM_DIGEST_SIZE], enum err_code code, struct err *err)
{
	char led_to_hex[2 * SHOWN_BYTES + 1], held_hex[2 * SHOWN_BYTES + 1];
	struct replay_stand stand;

	hex_encode((struct bytes){led_to, SHOWN_BYTES}, led_to_hex);
	hex_encode((struct bytes){held, SHOWN_BYTES}, held_hex);
	if (!replay_stands_at(log, pcr, held, &stand))
		return err_set(err, code, 0,
			"PCR %u holds %s..., but the event log leads to %s... there: something was measured that the log does not show, or the log lost or changed an event.%s",
			pcr, held_hex, led_to_hex,
			replay_has_handover(log)
				? ""
				: " The log ends before 'Exit Boot Services': if its area in the firmware is full at every boot, fewer GRUB commands, boot options or option ROMs make it fit.");
	if (stand.measured == 0)
		return err_set(err, code, 0,
			"PCR %u holds its start value, but the event log leads to %s... there: the TPM was started anew since this log began, or measured none of its %u events.",
			pcr, led_to_hex, stand.unmeasured);
	return err_set(err, code, 0,
		"PCR %u holds %s..., but the event log leads to %s... there: the TPM stands where the log does before event %u; what the log shows there from then on (%u) was not measured.",
		pcr, held_hex, led_to_hex, stand.next_event, stand.unmeasured);
}

uint32_t replay_compare(const struct eventlog *log, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *held, struct findings *found)
{
	uint32_t differing = 0;
	struct err err;

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		if (!(held->mask & 1u << pcr) ||
			memcmp(led_to->digest[pcr], held->digest[pcr], TPM_DIGEST_SIZE) == 0)
			continue;
		differing |= 1u << pcr;
		if (found && replay_explain(log, pcr, held->digest[pcr], led_to->digest[pcr],
				     ERR_LOG_MISMATCH, &err) < 0)
			findings_add(found, &err);
	}
	return differing;
}

/* Windows' boot manager measures the data of its tagged events: their numbers have a class in bits
 * 31 and 30, a category in bits 19 to 16 and an index in bits 7 to 0. The tags of Linux's EFI stub
 * and systemd's boot programs only name what was measured. */
static bool is_windows_tag(struct bytes data)
{
	struct cursor cursor = cursor_of(data);
	uint32_t tag = cursor_u32_le(&cursor);

	return !cursor.failed && (tag & 0x3FF0FF00u) == 0;
}

#define GRUB_TEXT_PCR 8

/* GRUB measures its commands and the kernel's command line as they are, and logs them behind a
 * prefix (grub-core/commands/tpm.c, grub_tpm_verify_string: all 1259 events of 20 real machines).
 * False for any other text. */
static bool grub_text(const struct event *event, struct bytes *ret)
{
	static const char *const words[] = {
		"grub_cmd: ", "kernel_cmdline: ", "grub_kernel_cmdline ", "module_cmdline: "};
	struct bytes data = grubtext_of(event->data);

	if (event->type != EV_IPL || event->pcr != GRUB_TEXT_PCR)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (data.len < len || memcmp(data.data, words[i], len) != 0)
			continue;
		*ret = (struct bytes){data.data + len, data.len - len};
		return true;
	}
	return false;
}

/* True if the specification defines the event's digest as the digest of its data. The types left
 * out are not so defined (PFP 1.06 table 27: code, tables and GRUB's events only name what was
 * measured), or firmware was seen to break the rule: EV_S_CRTM_VERSION, and EV_COMPACT_HASH with a
 * text other than the VM's identifier (Dell laptops, 2021). */
static bool is_data_promised(const struct event *event)
{
	static const char vm_id[] = "UUID: ";

	switch (event->what) {
	case EVENT_SEPARATOR:
	case EVENT_VARIABLE:
	case EVENT_BOOT_VARIABLE:
	case EVENT_AUTHORITY:
	case EVENT_PARTITIONS:
	case EVENT_ACTION:
	case EVENT_DEVICE_POLICY:
	case EVENT_DEVICE_AUTHORITY:
		return true;
	case EVENT_COMPACT:
		return event->data.len >= sizeof(vm_id) - 1 &&
		       memcmp(event->data.data, vm_id, sizeof(vm_id) - 1) == 0;
	case EVENT_TAG:
		return event->pcr >= 12 && event->pcr <= 14 && is_windows_tag(event->data);
	case EVENT_COMMAND:
	case EVENT_COMMAND_LINE:
	case EVENT_MODULE_LINE:
	case EVENT_FILE:
	case EVENT_SECTION:
	case EVENT_ADDITION:
	case EVENT_EXTENSION:
	case EVENT_MOK:
	case EVENT_LOADER:
	case EVENT_PLATFORM:
	case EVENT_NOTE:
	case EVENT_VERSION:
	case EVENT_CODE:
	case EVENT_DEVICE:
	case EVENT_IMAGE:
		break;
	}
	return false;
}

/* Exceptions seen on real machines. Boot variables may be measured by their value alone (EDK II
 * does that), and with a TPM 1.2 so may those of Secure Boot (ThinkPad of 2017). A boot loader's
 * authority event may log one byte behind the variable that it did not measure (Container-Optimized
 * OS 85 and 93). */
static bool is_variable_measured(const struct event *event, bool is_tpm12)
{
	struct bytes value = event->variable.data;
	size_t unmeasured;

	if (!event->has_variable)
		return false;
	if (event->type == EV_EFI_VARIABLE_BOOT || event->type == EV_EFI_VARIABLE_BOOT2 ||
		(is_tpm12 && event->type == EV_EFI_VARIABLE_DRIVER_CONFIG))
		return measured_is(event, value);
	unmeasured = (size_t)(event->data.data + event->data.len - (value.data + value.len));
	return event->type == EV_EFI_VARIABLE_AUTHORITY && unmeasured > 0 &&
	       measured_is(event, (struct bytes){event->data.data, event->data.len - 1});
}

/* Firmware logs a separator's four bytes; some omits them, some adds padding (seen on Star Labs'
 * firmware). The digest identifies which of the two known separators it is. */
static bool is_separator_measured(const struct event *event)
{
	static const uint8_t zeros[4] = {0}, ones[4] = {0xFF, 0xFF, 0xFF, 0xFF};
	bool is_empty = event->data.len == 0;

	if (measured_is(event, (struct bytes){zeros, sizeof(zeros)}))
		return is_empty || (event->is_formed && event->separator == 0);
	if (measured_is(event, (struct bytes){ones, sizeof(ones)}))
		return is_empty || (event->is_formed && event->separator == UINT32_MAX);
	return false;
}

/* Firmware and boot loaders often measure what they log where nothing promises it: a version, a
 * table, RHEL 8's GRUB commands ("grub_cmd set pager=1", without the colon). */
static bool fits_unpromised(const struct event *event)
{
	static const char prefix[] = "grub_cmd ";
	struct bytes text = grubtext_of(event->data);

	if (measured_is(event, event->data) || (text.len && measured_is(event, text)))
		return true;
	return event->type == EV_IPL && event->pcr == GRUB_TEXT_PCR &&
	       text.len > sizeof(prefix) - 1 && memcmp(text.data, prefix, sizeof(prefix) - 1) == 0 &&
	       measured_is(event, bytes_behind(text, sizeof(prefix) - 1));
}

enum replay_data replay_data_of(const struct eventlog *log, const struct event *event)
{
	struct bytes text;
	enum crypto_hash hash;
	bool is_good;

	if (!event->is_measured)
		return REPLAY_NOT_MEASURED;
	if (!measured_hash(event->measured_alg, &hash))
		return REPLAY_UNPROMISED;
	if (grub_text(event, &text))
		is_good = measured_is(event, text);
	else if (is_data_promised(event))
		is_good = measured_is(event, event->data) ||
			  is_variable_measured(event, !log->is_crypto_agile) ||
			  (event->what == EVENT_SEPARATOR && is_separator_measured(event));
	else
		return fits_unpromised(event) ? REPLAY_FITS : REPLAY_UNPROMISED;
	return is_good ? REPLAY_AS_MEASURED : REPLAY_ALTERED;
}

static int check_data(const struct eventlog *log, uint32_t pcr_mask,
	const struct evidence *redacted, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	size_t bank; /* unused: only its presence is checked */

	if (sha256_bank(log, &bank, err) < 0)
		return -1;
	while (event_next(log, &walk, &event)) {
		if (!(pcr_mask & 1u << event.pcr) || replay_data_of(log, &event) != REPLAY_ALTERED)
			continue;
		if (redacted && event.pcr != SECURE_BOOT_PCR &&
			evidence_is_redacted(redacted, event.number))
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

int replay_check_evidence_data(
	const struct eventlog *log, const struct evidence *evidence, struct err *err)
{
	return check_data(log, evidence->pcrs.mask, evidence, err);
}
