/* guest-attest log: shows what the boot measured, as a story, a table, JSON, or the PCR values that
 * it leads to. */
#include <errno.h>
#include <string.h>
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "attest/collect.h"
#include "base/codec.h"
#include "base/text.h"
#include "boot/cclog.h"
#include "commands.h"
#include "log.h"
#include "log_facts.h"

struct options {
	const char *file;
	bool is_table, is_pcrs, is_json;
};

static int print_pcrs(const struct eventlog *log, struct err *err)
{
	struct replay replay;
	auto_cleanup(json) json *banks = json_new_object();
	char hex[2 * CRYPTO_MAX_HASH_SIZE + 1], index[12];

	replay_run(log, &replay);
	for (size_t i = 0; i < replay.bank_count; i++) {
		const struct replay_bank *bank = &replay.banks[i];
		json *pcrs;

		if (!bank->is_computed)
			continue;
		pcrs = json_add_object(banks, eventlog_alg_name(bank->alg));
		for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
			if (!(bank->mask & 1u << pcr))
				continue;
			(void)text_format(index, sizeof(index), "%u", pcr);
			hex_encode((struct bytes){bank->pcr[pcr], bank->digest_size}, hex);
			json_add_text(pcrs, index, hex);
		}
	}
	if (print_json(banks, JSON_COMPACT, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

/* Compares the other banks: no attestation uses them, but a mismatch still reveals a false log. */
static void print_other_digests(const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	uint32_t altered = 0, first = 0;

	while (event_next(log, &walk, &event)) {
		if (replay_data_of(log, &event) != REPLAY_ALTERED)
			continue;
		first = altered++ ? first : event.number;
	}
	if (altered)
		print_format(
			"By those that it has, %u of its events do not hold the data that was measured; the first is event %u.\n",
			altered, first);
	else
		print_format(
			"By those that it has, data agrees wherever an event's type promises it.\n");
}

static void print_data_check(const struct eventlog *log)
{
	struct err reason;

	if (replay_check_data(log, LOG_ALL_PCRS, &reason) == 0)
		print_format(
			"\nData: agrees with the digests wherever an event's type promises it.\n");
	else
		print_format("\nData: not proved. %s\n", reason.msg);
	if (!replay_has_handover(log))
		print_format(
			"End: the log has no 'Exit Boot Services'. Either this firmware does not measure it, or what was measured last is missing, as where the log's area in the firmware is full.\n");
	if (log->unmeasured_count)
		print_format(
			"Not measured: %u of the log's %u events have no digest of the %s bank, the one that counts. Nothing is read from them.\n",
			log->unmeasured_count, log->event_count,
			eventlog_alg_name(log->banks[log->counted_bank].alg));
	if (log->event_count && eventlog_bank_index(log, EVENTLOG_SHA256) < 0)
		print_other_digests(log);
}

static void print_secure_boot(const struct eventlog *log)
{
	auto_cleanup(free) struct secureboot *facts = NULL;
	struct err reason;

	if (log_read_secure_boot(log, &facts, &reason) < 0) {
		print_format("Secure Boot: unknown. %s\n", reason.msg);
		return;
	}
	print_format("Secure Boot: %s (certificates: PK %zu, KEK %zu, db %zu; revoked: %zu)\n",
		facts->is_enabled ? "on" : "off", facts->keys[UEFI_PK].cert_count,
		facts->keys[UEFI_KEK].cert_count, facts->keys[UEFI_DB].cert_count,
		facts->keys[UEFI_DBX].hash_count + facts->keys[UEFI_DBX].other_count);
	if (*facts->vm_id)
		print_format("VM: %s\n", facts->vm_id);
}

static int print_table(const struct eventlog *log, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event, as_pcr;
	bool is_cc = cclog_is(log);

	print_format("%6s %4s  %-33s %s\n", "event", "PCR", "type", "data");
	while (event_next_any(log, &walk, &event)) {
		char type[LOG_TYPE_SIZE], pcr[12] = "-";
		struct eventstory story;

		log_type_text(event.type, type);
		as_pcr = is_cc ? cclog_as_pcr(&event) : event;
		if (eventstory_describe(log, &walk, &as_pcr, &story, err) < 0)
			return -1;
		if (event.pcr != EVENTLOG_NO_PCR)
			(void)text_format(pcr, sizeof(pcr), "%u", event.pcr);
		print_format("%6u %4s  %-33s %s%s\n", event.number, pcr, type,
			eventlog_is_unmeasured(&event) ? "not measured: " : "", story.text);
	}
	return 0;
}

static int print_log(const struct eventlog *log, const struct options *options, struct err *err)
{
	if (options->is_pcrs)
		return print_pcrs(log, err);
	if (options->is_json)
		return log_print_json(log, err);
	if ((options->is_table ? print_table(log, err) : log_print_story(log, err)) < 0)
		return -1;
	print_data_check(log);
	print_secure_boot(log);
	return 0;
}

static int show_log(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_FILE);
	/* the remedies for this machine's own log apply only to that log */
	bool is_own = strcmp(options->file, "/" COLLECT_EVENT_LOG) == 0;
	struct eventlog log;

	if (read_input(options->file, &bytes, err) < 0) {
		if (is_own && err->native == ENOENT)
			err->code = ERR_NO_EVENT_LOG;
		if (is_own && (err->native == EACCES || err->native == EPERM))
			err->code = ERR_EVENT_LOG_UNREADABLE;
		return -1;
	}
	if (eventlog_open(buf_bytes(&bytes), &log, err) < 0) {
		err->code = is_own ? err->code : ERR_FORMAT;
		return err_wrap(err, "%s",
			strcmp(options->file, "-") == 0 ? "Standard input" : options->file);
	}
	if (print_log(&log, options, err) < 0)
		*ret_exit_code = print_err(err); /* part of the answer is printed already */
	return 0;
}

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;

	return options->is_table + options->is_pcrs + options->is_json > 1
		       ? err_set(err, ERR_USAGE, 0, "give one of --events, --pcrs and --json")
		       : 0;
}

static const struct option_row rows[] = {
	OPTION_WORD(struct options, file, "FILE", ""),
	OPTION(struct options, is_table, "events", NULL, "print a table of all events"),
	OPTION(struct options, is_pcrs, "pcrs", NULL,
		"print the PCR values that the log leads to, as JSON: {\"sha256\": {\"0\": \"hex\", ...}, ...}"),
	OPTION(struct options, is_json, "json", NULL, "print all events as JSON"),
	{0},
};

const struct command log_command = {
	.name = "log",
	.summary = "show a TCG event log, or the PCR values that it leads to",
	.words = "[--events | --pcrs | --json] FILE",
	.about = "FILE is a TCG event log, for example /sys/kernel/security/tpm0/binary_bios_measurements; '-' is standard input.",
	.notes = "Without option the boot is shown by its phases. A broken log is refused with the place and the reason. Event data is shown as the log has it: only the digests are proved by the TPM.\nExit code: 0 shown, 2 the log is unreadable or broken, 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.is_for_anybody = always,
	.check = check_options,
	.run = show_log,
};
