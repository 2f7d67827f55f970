#include "foretell/foretold_log.h"

#include <string.h>
#include "appraise/authority.h"
#include "appraise/measured.h"
#include "appraise/replay.h"
#include "base/text.h"
#include "boot/logwriter.h"
#include "boot/pcr.h"

#define VARIABLE_HEAD 32 /* GUID, length of the name, length of the data */

void foretold_done(struct foretold *foretold)
{
	buf_done(&foretold->log);
}

/* ---- this boot ---- */

struct digests {
	size_t count;
	bool is_cut;
	uint8_t items[FORETOLD_MAX][TPM_DIGEST_SIZE];
};

static bool holds(const struct digests *digests, const uint8_t *digest)
{
	for (size_t i = 0; i < digests->count; i++)
		if (memcmp(digests->items[i], digest, TPM_DIGEST_SIZE) == 0)
			return true;
	return false;
}

static void keep(struct digests *digests, const uint8_t *digest)
{
	if (holds(digests, digest))
		return;
	digests->is_cut |= digests->count == FORETOLD_MAX;
	if (!digests->is_cut)
		memcpy(digests->items[digests->count++], digest, TPM_DIGEST_SIZE);
}

/* What this boot's log shows of what is exchanged. */
struct this_boot {
	struct digests programs; /* in their order, each once */
	struct digests authorities; /* of their events */
	size_t tries; /* boot options, until one started */
	bool has_early_authority; /* of a driver or option ROM */
	bool has_past_separator;
	bool is_db_same, is_same; /* as held now: db; all variables and the level */
};

static const struct buf *held_key(const struct uefivar *var, const struct held *held)
{
	for (size_t i = 0; i < UEFI_KEYS; i++)
		if (uefivar_is(var, uefi_keys[i].guid, uefi_keys[i].name))
			return &held->keys[i];
	return NULL;
}

static bool is_program(const struct event *event)
{
	return event->pcr == PCR_PROGRAMS && measured_is_program(event);
}

static bool is_level(const struct event *event)
{
	return event->pcr == PCR_SECURE_BOOT && event->has_variable &&
	       strcmp(event->variable.name, "SbatLevel") == 0;
}

/* False without failure for any other event. */
static int is_authority(const struct event *event, bool *ret, struct err *err)
{
	struct authority ignored;

	return authority_of_event(event, &ignored, ret, err);
}

static int look_at(const struct event *event, const struct foretold_boot *boot,
	struct this_boot *ret, struct err *err)
{
	const struct buf *key =
		event->pcr == PCR_SECURE_BOOT && event->has_variable && !ret->has_past_separator
			? held_key(&event->variable, boot->held)
			: NULL;
	bool is_one;

	if (is_authority(event, &is_one, err) < 0)
		return -1;
	if (event->pcr == PCR_SECURE_BOOT && measured_is_separator(event))
		ret->has_past_separator = true;
	if (key && !bytes_equal(event->variable.data, buf_bytes(key))) {
		ret->is_same = false;
		ret->is_db_same = ret->is_db_same && key != &boot->held->keys[UEFI_DB];
	}
	if (is_level(event) && !bytes_equal(event->variable.data, boot->level))
		ret->is_same = false;
	if (is_one && !ret->programs.count)
		ret->has_early_authority |= ret->authorities.count > 0;
	if (is_one)
		keep(&ret->authorities, event->measured.data);
	if (is_program(event))
		keep(&ret->programs, event->measured.data);
	ret->tries += event->pcr == PCR_PROGRAMS && measured_is_return(event);
	return 0;
}

/* ---- the next one ---- */

struct writing {
	const struct eventlog *log;
	const struct foretold_boot *boot;
	const struct this_boot *now;
	bool is_past_separator;
	bool is_written[FORETOLD_MAX]; /* the program's authority */
	struct digests by_firmware, by_shim; /* authorities that were measured */
	struct buf *to;
};

static int put_number(struct buf *to, uint64_t number, struct err *err)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
	return buf_append(to, bytes, sizeof(bytes), err);
}

/* A variable of a plain name, with its contents. */
static int put_variable(const uint8_t guid[UEFI_GUID_SIZE], const char *name, struct bytes data,
	struct buf *to, struct err *err)
{
	if (buf_append(to, guid, UEFI_GUID_SIZE, err) < 0 ||
		put_number(to, strlen(name), err) < 0 || put_number(to, data.len, err) < 0)
		return -1;
	for (const char *c = name; *c; c++)
		if (buf_append(to, (const uint8_t[]){(uint8_t)*c, 0}, 2, err) < 0)
			return -1;
	return buf_append(to, data.data, data.len, err);
}

/* Writes an event whose digest is that of its data. */
static int write_measured(
	struct writing *writing, struct event event, const struct buf *data, struct err *err)
{
	uint8_t digest[TPM_DIGEST_SIZE];

	event.data = buf_bytes(data);
	crypto_sha256(event.data, digest);
	return logwriter_event(writing->to, &event, digest, err);
}

static int write_variable(
	struct writing *writing, const struct event *old, struct bytes contents, struct err *err)
{
	auto_cleanup(buf) struct buf data = buf_with_max(EVENTLOG_MAX_BYTES);

	if (put_variable(old->variable.guid, old->variable.name, contents, &data, err) < 0)
		return -1;
	return write_measured(writing, *old, &data, err);
}

/* The data and the digest of the event that measures an authority. */
static int make_authority(const struct gate *authority, struct buf *ret,
	uint8_t ret_digest[TPM_DIGEST_SIZE], struct err *err)
{
	if (put_variable(authority->guid, authority->variable, authority->entry, ret, err) < 0)
		return -1;
	crypto_sha256(buf_bytes(ret), ret_digest);
	return 0;
}

/* Firmware and shim each measure an authority once. */
static int write_authority(
	struct writing *writing, const struct foretold_program *program, struct err *err)
{
	const struct event event = {.pcr = PCR_SECURE_BOOT, .type = EV_EFI_VARIABLE_AUTHORITY};
	auto_cleanup(buf) struct buf data = buf_with_max(EVENTLOG_MAX_BYTES);
	struct digests *known = program->is_by_shim ? &writing->by_shim : &writing->by_firmware;
	uint8_t digest[TPM_DIGEST_SIZE];

	if (make_authority(program->authority, &data, digest, err) < 0)
		return -1;
	if (holds(known, digest))
		return 0;
	keep(known, digest);
	return write_measured(writing, event, &data, err);
}

/* A program may be measured twice: by shim and by what starts it. */
static int write_program(struct writing *writing, const struct event *old, struct err *err)
{
	size_t index = 0;

	while (memcmp(writing->now->programs.items[index], old->measured.data, TPM_DIGEST_SIZE) != 0)
		index++;
	if (!writing->is_written[index] && writing->boot->programs[index].authority &&
		write_authority(writing, &writing->boot->programs[index], err) < 0)
		return -1;
	writing->is_written[index] = true;
	return logwriter_event(writing->to, old, writing->boot->programs[index].sha256, err);
}

static int write_secure_boot(struct writing *writing, const struct event *old, struct err *err)
{
	const struct held *held = writing->boot->held;
	const struct buf *key = old->has_variable && !writing->is_past_separator
					? held_key(&old->variable, held)
					: NULL;
	const uint8_t state = held->is_secure_boot;
	bool is_one;

	if (is_authority(old, &is_one, err) < 0)
		return -1;
	writing->is_past_separator |= measured_is_separator(old);
	if (is_one)
		return 0; /* those of the next boot come with their programs */
	if (key)
		return write_variable(writing, old, buf_bytes(key), err);
	if (is_level(old))
		return write_variable(writing, old, writing->boot->level, err);
	if (old->has_variable && !writing->is_past_separator &&
		uefivar_is(&old->variable, uefi_global_variable_guid, "SecureBoot"))
		return write_variable(writing, old, (struct bytes){&state, 1}, err);
	return logwriter_event(writing->to, old, old->measured.data, err);
}

static int write_event(struct writing *writing, const struct event *old, struct err *err)
{
	uint8_t locality;

	if (!old->is_measured)
		return eventlog_startup_locality(old, &locality)
			       ? logwriter_event(writing->to, old, NULL, err)
			       : 0;
	if (old->pcr == PCR_SECURE_BOOT)
		return write_secure_boot(writing, old, err);
	return is_program(old) ? write_program(writing, old, err)
			       : logwriter_event(writing->to, old, old->measured.data, err);
}

static int write_log(struct writing *writing, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(writing->log);
	struct event event;

	if (logwriter_header(writing->to, writing->log, err) < 0)
		return -1;
	while (event_next_any(writing->log, &walk, &event))
		if (write_event(writing, &event, err) < 0)
			return -1;
	return 0;
}

/* ---- may it be believed? ---- */

static bool is_program_same(const struct writing *writing, size_t index)
{
	return memcmp(writing->boot->programs[index].sha256, writing->now->programs.items[index],
		       TPM_DIGEST_SIZE) == 0;
}

static int is_vouched_by(
	const struct event *event, const struct signers *signers, bool *ret, struct err *err)
{
	const struct bytes certificate = bytes_behind(event->variable.data, UEFI_GUID_SIZE);

	*ret = false;
	for (size_t i = 0; i < signers->count && !*ret; i++)
		if (signers_are_vouched(&signers->items[i], certificate, ret, err) < 0)
			return -1;
	return 0;
}

/* Does a certificate that vouched in this boot still vouch for a signature of the program? */
static int is_still_vouched(
	const struct eventlog *log, const struct signers *signers, bool *ret, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;

	*ret = false;
	while (!*ret && event_next(log, &walk, &event)) {
		bool is_one;

		if (is_authority(&event, &is_one, err) < 0 ||
			(is_one && event.has_variable && is_vouched_by(&event, signers, ret, err) < 0))
			return -1;
	}
	return 0;
}

/* Another authority for the same program, from the same db, must come from other signatures: the
 * program's digest leaves them out. */
static int is_explained(
	const struct writing *writing, size_t index, bool *ret_is_new, bool *ret, struct err *err)
{
	const struct foretold_program *program = &writing->boot->programs[index];
	auto_cleanup(buf) struct buf data = buf_with_max(EVENTLOG_MAX_BYTES);
	uint8_t digest[TPM_DIGEST_SIZE];
	bool is_vouched;

	*ret = true;
	if (!program->authority || !writing->now->is_db_same || !is_program_same(writing, index))
		return 0;
	if (make_authority(program->authority, &data, digest, err) < 0)
		return -1;
	if (holds(&writing->now->authorities, digest))
		return 0;
	*ret_is_new = true;
	if (is_still_vouched(writing->log, program->signers, &is_vouched, err) < 0)
		return -1;
	*ret = !is_vouched;
	return 0;
}

/* Where nothing changed, this boot must have measured what is foretold. */
static int explains_this_boot(
	const struct writing *writing, const struct foretold_pcr *pcr, bool *ret, struct err *err)
{
	bool is_same = writing->now->is_same, is_new = false;

	*ret = true;
	for (size_t i = 0; i < writing->boot->count && *ret; i++) {
		if (is_explained(writing, i, &is_new, ret, err) < 0)
			return -1;
		is_same = is_same && is_program_same(writing, i);
	}
	if (is_same && !is_new)
		*ret = !pcr->has_changed;
	return 0;
}

static int judge_secure_boot(const struct writing *writing, struct foretold_pcr *pcr, struct err *err)
{
	const char *why = NULL;
	bool is_explained;

	if (explains_this_boot(writing, pcr, &is_explained, err) < 0)
		return -1;
	if (writing->now->has_early_authority)
		why = "A driver or option ROM was authorised before the first program.";
	else if (!is_explained)
		why = "This boot measured other authorities than the rules known here lead to.";
	pcr->is_foretold = !why;
	(void)text_format(pcr->why, sizeof(pcr->why), "%s", why ? why : "");
	return 0;
}

/* The firmware measures in PCR 4 that it tries a boot option, whether that starts or not (EDK2's
 * Tcg2Dxe, OnReadyToBoot). */
static void judge_programs(const struct writing *writing, struct foretold_pcr *pcr)
{
	pcr->is_foretold = !writing->boot->tries || writing->boot->tries == writing->now->tries;
	if (!pcr->is_foretold)
		(void)text_format(pcr->why, sizeof(pcr->why),
			"The firmware tries other boot options before, which it measures.");
}

static void compare(const struct tpm_pcrs *now, const struct tpm_pcrs *next, uint32_t pcr,
	struct foretold_pcr *ret)
{
	memcpy(ret->now, now->digest[pcr], sizeof(ret->now));
	memcpy(ret->next, next->digest[pcr], sizeof(ret->next));
	ret->has_changed = memcmp(ret->now, ret->next, sizeof(ret->now)) != 0;
	ret->is_foretold = true;
}

static int foretell_pcrs(const struct writing *writing, struct foretold *ret, struct err *err)
{
	struct tpm_pcrs now, next;
	struct eventlog log;

	if (eventlog_open(buf_bytes(&ret->log), &log, err) < 0 ||
		replay_sha256(writing->log, &now, err) < 0 || replay_sha256(&log, &next, err) < 0)
		return -1;
	compare(&now, &next, PCR_PROGRAMS, &ret->programs);
	compare(&now, &next, PCR_SECURE_BOOT, &ret->secure_boot);
	judge_programs(writing, &ret->programs);
	return judge_secure_boot(writing, &ret->secure_boot, err);
}

static void stop(struct foretold *ret, const char *why)
{
	(void)text_format(ret->programs.why, sizeof(ret->programs.why), "%s", why);
	(void)text_format(ret->secure_boot.why, sizeof(ret->secure_boot.why), "%s", why);
}

int foretold_log(const struct eventlog *log, const struct foretold_boot *boot, struct foretold *ret,
	struct err *err)
{
	struct this_boot now = {.tries = 1, .is_db_same = true, .is_same = true};
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	struct writing writing = {.log = log, .boot = boot, .now = &now};
	struct foretold foretold = {.log = buf_with_max(EVENTLOG_MAX_BYTES)};

	*ret = (struct foretold){0};
	if (!log->is_crypto_agile || eventlog_bank_index(log, EVENTLOG_SHA256) < 0)
		return stop(ret, "This boot's event log has no SHA-256 digests."), 0;
	while (event_next(log, &walk, &event))
		if (look_at(&event, boot, &now, err) < 0)
			return -1;
	if (now.programs.is_cut || now.programs.count != boot->count) {
		(void)text_format(foretold.programs.why, sizeof(foretold.programs.why),
			"This boot started %zu programs, the next one will start %zu.",
			now.programs.count, boot->count);
		return stop(ret, foretold.programs.why), 0;
	}
	writing.to = &foretold.log;
	if (write_log(&writing, err) < 0 || foretell_pcrs(&writing, &foretold, err) < 0) {
		foretold_done(&foretold);
		return -1;
	}
	*ret = foretold;
	return 0;
}
