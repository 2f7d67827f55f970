/* guest-attest log: what the firmware measured, as a table, as JSON, or as the PCR values that it leads to. */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "base/codec.h"
#include "base/text.h"
#include "commands.h"

static const char usage[] =
	"Usage: guest-attest log [--pcrs | --json] FILE\n"
	"\n"
	"FILE is a TCG event log, for example /sys/kernel/security/tpm0/binary_bios_measurements; '-' is "
	"standard input.\n"
	"\n"
	"  --pcrs   print the PCR values that the log leads to, as JSON: {\"sha256\": {\"0\": \"hex\", ...}, "
	"...}\n"
	"  --json   print all events as JSON\n"
	"  --help   this text\n"
	"\n"
	"Without option it prints a table of the events. A broken log is refused with the place and the "
	"reason.\n"
	"Event data is shown as the log has it: only the digests are proved by the TPM.\n";

enum form { FORM_TABLE, FORM_JSON, FORM_PCRS, FORM_HELP };

static int read_log(const char *path, struct buf *ret, struct err *err)
{
	if (read_input(path, ret, err) == 0)
		return 0;
	if (err->native == ENOENT)
		err->code = ERR_NO_EVENT_LOG;
	if (err->native == EACCES || err->native == EPERM)
		err->code = ERR_EVENT_LOG_UNREADABLE;
	return -1;
}

static void add_bank(json *parent, const struct replay_bank *bank)
{
	char hex[2 * CRYPTO_MAX_HASH_SIZE + 1];
	char index[12];
	json *pcrs = json_add_object(parent, eventlog_alg_name(bank->alg));

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		if (!(bank->mask & 1u << pcr))
			continue;
		(void)text_format(index, sizeof(index), "%u", pcr);
		hex_encode((struct bytes){bank->pcr[pcr], bank->digest_size}, hex);
		json_add_text(pcrs, index, hex);
	}
}

static int print_pcrs(const struct eventlog *log, struct err *err)
{
	struct replay replay;
	auto_cleanup(json) json *banks = json_new_object();

	replay_run(log, &replay);
	for (size_t i = 0; i < replay.bank_count; i++)
		if (replay.banks[i].is_computed)
			add_bank(banks, &replay.banks[i]);
	if (print_json(banks, JSON_COMPACT, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

/* A type that has no name here is shown by its number. */
static void type_text(uint32_t type, char ret[40])
{
	const char *name = eventlog_type_name(type);

	if (name)
		(void)text_format(ret, 40, "%s", name);
	else
		(void)text_format(ret, 40, "0x%08x", type);
}

static int add_hex(json *parent, const char *name, struct bytes bytes, struct err *err)
{
	auto_cleanup(free) char *hex = malloc(2 * bytes.len + 1);

	if (!hex)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for %zu bytes as text.", bytes.len);
	hex_encode(bytes, hex);
	json_add_text(parent, name, hex);
	return 0;
}

static int add_digests(
	json *parent, const struct eventlog *log, const struct eventlog_event *event, struct err *err)
{
	for (size_t i = 0; i < log->bank_count; i++) {
		const char *known = eventlog_alg_name(log->banks[i].alg);
		char name[16];

		if (!event->digest[i].data)
			continue;
		(void)text_format(name, sizeof(name), "0x%04x", log->banks[i].alg);
		if (add_hex(parent, known ? known : name, event->digest[i], err) < 0)
			return -1;
	}
	return 0;
}

static void add_certificates(json *parent, const struct eventstory *story)
{
	json *subjects = story->cert_count ? json_add_array(parent, "certificates") : NULL;

	for (size_t i = 0; i < story->cert_count; i++)
		json_add_text(subjects, NULL, story->subjects[i]);
}

/* Event by event: a log of megabytes needs no tree of its own in memory. */
static int print_event_json(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct eventlog_event *event, struct err *err)
{
	char type[40];
	struct eventstory story;
	auto_cleanup(json) json *members = json_new_object();

	eventstory_tell(log, behind, event, &story);
	type_text(event->type, type);
	json_add_int(members, "number", event->number);
	json_add_int(members, "offset", (int64_t)event->offset);
	if (event->pcr == EVENTLOG_NO_PCR)
		json_add_null(members, "pcr");
	else
		json_add_int(members, "pcr", event->pcr);
	json_add_text(members, "type", type);
	json_add_text(members, "description", story.text);
	add_certificates(members, &story);
	if (add_digests(json_add_object(members, "digests"), log, event, err) < 0 ||
		add_hex(members, "data", event->data, err) < 0)
		return -1;
	return print_json(members, JSON_COMPACT, err);
}

static void add_keys(json *parent, const char *name, const struct secureboot_keys *keys)
{
	char hex[2 * CRYPTO_SHA256_SIZE + 1];
	json *members = json_add_object(parent, name);
	json *certs = json_add_array(members, "certificates");

	for (size_t i = 0; i < keys->cert_count; i++) {
		json *cert = json_add_object(certs, NULL);

		hex_encode((struct bytes){keys->certs[i].sha256, CRYPTO_SHA256_SIZE}, hex);
		json_add_text(cert, "subject", keys->certs[i].subject);
		json_add_text(cert, "sha256", hex);
	}
	hex_encode((struct bytes){keys->sha256, CRYPTO_SHA256_SIZE}, hex);
	json_add_int(members, "hashes", (int64_t)keys->hash_count);
	json_add_int(members, "others", (int64_t)keys->other_count);
	json_add_bool(members, "malformed", keys->is_malformed);
	json_add_text(members, "sha256", hex);
}

static int print_secure_boot_json(const struct eventlog *log, struct err *err)
{
	struct secureboot facts;
	struct err reason;
	auto_cleanup(json) json *members = json_new_object();

	if (secureboot_read(log, &facts, &reason) < 0) {
		json_add_text(members, "error", reason.msg);
		return print_json(members, JSON_COMPACT, err);
	}
	json_add_bool(members, "enabled", facts.is_enabled);
	add_keys(members, "PK", &facts.pk);
	add_keys(members, "KEK", &facts.kek);
	add_keys(members, "db", &facts.db);
	add_keys(members, "dbx", &facts.dbx);
	json_add_int(members, "authorities", (int64_t)facts.authority_count);
	if (*facts.vm_id)
		json_add_text(members, "vmId", facts.vm_id);
	return print_json(members, JSON_COMPACT, err);
}

#define ALL_PCRS 0xFFFFFFu

static int print_data_check_json(const struct eventlog *log, struct err *err)
{
	struct err reason = {0};
	bool is_good = replay_check_data(log, ALL_PCRS, &reason) == 0;
	auto_cleanup(json) json *members = json_new_object();

	if (is_good || reason.code == ERR_LOG_DATA_MISMATCH)
		json_add_bool(members, "asMeasured", is_good);
	else
		json_add_null(members, "asMeasured");
	if (!is_good)
		json_add_text(members, "error", reason.msg);
	return print_json(members, JSON_COMPACT, err);
}

static void print_data_check(const struct eventlog *log)
{
	struct err reason;

	if (replay_check_data(log, ALL_PCRS, &reason) == 0)
		print_format("\nData: agrees with the digests wherever an event's type promises it.\n");
	else
		print_format("\nData: not proved. %s\n", reason.msg);
}

static void print_secure_boot(const struct eventlog *log)
{
	struct secureboot facts;
	struct err reason;

	if (secureboot_read(log, &facts, &reason) < 0) {
		print_format("Secure Boot: unknown. %s\n", reason.msg);
		return;
	}
	print_format("Secure Boot: %s (certificates: PK %zu, KEK %zu, db %zu; revoked: %zu)\n",
		facts.is_enabled ? "on" : "off", facts.pk.cert_count, facts.kek.cert_count,
		facts.db.cert_count, facts.dbx.hash_count + facts.dbx.other_count);
	if (*facts.vm_id)
		print_format("VM: %s\n", facts.vm_id);
}

static int print_events_json(const struct eventlog *log, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;
	const char *separator = "";

	print_format("{\"format\":\"%s\",\"events\":[", log->is_crypto_agile ? "crypto-agile" : "sha1");
	while (eventlog_next(log, &walk, &event)) {
		print_format("%s\n", separator);
		if (print_event_json(log, &walk, &event, err) < 0)
			return -1;
		separator = ",";
	}
	print_format("\n],\"data\":");
	if (print_data_check_json(log, err) < 0)
		return -1;
	print_format(",\"secureBoot\":");
	if (print_secure_boot_json(log, err) < 0)
		return -1;
	print_format("}\n");
	return 0;
}

static void print_table(const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;

	print_format("%6s %4s  %-33s %s\n", "event", "PCR", "type", "data");
	while (eventlog_next(log, &walk, &event)) {
		char type[40], pcr[12] = "-";
		struct eventstory story;

		type_text(event.type, type);
		eventstory_tell(log, &walk, &event, &story);
		if (event.pcr != EVENTLOG_NO_PCR)
			(void)text_format(pcr, sizeof(pcr), "%u", event.pcr);
		print_format("%6u %4s  %-33s %s\n", event.number, pcr, type, story.text);
	}
}

static int print_log(const struct eventlog *log, enum form form, struct err *err)
{
	if (form == FORM_PCRS)
		return print_pcrs(log, err);
	if (form == FORM_JSON)
		return print_events_json(log, err);
	print_table(log);
	print_data_check(log);
	print_secure_boot(log);
	return 0;
}

static int show_log(const char *path, enum form form)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_FILE);
	struct eventlog log;
	struct err err;

	if (read_log(path, &bytes, &err) < 0 || eventlog_open(buf_bytes(&bytes), &log, &err) < 0 ||
		print_log(&log, form, &err) < 0)
		return print_err(&err);
	return 0;
}

/* 0, or EXIT_USAGE after saying why. */
static int parse_form(int argc, char **argv, enum form *ret)
{
	static const struct option options[] = {
		{"pcrs", no_argument, NULL, FORM_PCRS},
		{"json", no_argument, NULL, FORM_JSON},
		{"help", no_argument, NULL, FORM_HELP},
		{0},
	};
	int option;

	*ret = FORM_TABLE;
	opterr = 0; /* the message is ours */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return print_usage_error(
				"guest-attest log", "there is no option '%s'", argv[optind - 1]);
		if (*ret != FORM_TABLE && *ret != (enum form)option)
			return print_usage_error("guest-attest log", "give either --pcrs or --json");
		*ret = (enum form)option;
	}
	if (*ret != FORM_HELP && argc - optind != 1)
		return print_usage_error("guest-attest log", "give one FILE");
	return 0;
}

int command_log(int argc, char **argv)
{
	enum form form;
	int status = parse_form(argc, argv, &form);

	if (status != 0)
		return status;
	if (form == FORM_HELP) {
		print_format("%s", usage);
		return 0;
	}
	return show_log(argv[optind], form);
}
