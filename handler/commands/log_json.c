/* log_json.c - the log for programs, printed event by event: a log of megabytes needs no JSON tree
 * of its size. */
#include <string.h>
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "base/codec.h"
#include "base/text.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"
#include "boot/devicepath.h"
#include "boot/siglist.h"
#include "commands.h"
#include "log.h"
#include "log_facts.h"

#define MAX_EVENT_JSON (1u << 20) /* an event without its data */
#define HEX_PIECE      512

static void add_digests(json *parent, const struct eventlog *log, const struct event *event)
{
	for (size_t i = 0; i < log->bank_count; i++) {
		const char *known = eventlog_alg_name(log->banks[i].alg);
		char name[16], hex[2 * EVENTLOG_MAX_DIGEST + 1];

		if (!event->digest[i].data)
			continue;
		(void)text_format(name, sizeof(name), "0x%04x", log->banks[i].alg);
		hex_encode(event->digest[i], hex);
		json_add_text(parent, known ? known : name, hex);
	}
}

/* Adds the owners of a key variable's entries. */
static void add_owners(json *parent, const struct event *event, size_t cert_count)
{
	struct siglist list;
	json *owners = json_add_array(parent, "owners");

	if (!cert_count || event->what != EVENT_VARIABLE)
		return;
	siglist_read(event->variable.data, &list);
	for (size_t i = 0; i < list.owner_count; i++) {
		const struct siglist_owner *owner = &list.owners[i];
		const char *name = siglist_owner_name(owner->guid);
		json *members = json_add_object(owners, NULL);
		char guid[UEFI_GUID_TEXT_SIZE];

		uefi_guid_text(owner->guid, guid);
		json_add_text(members, "owner", guid);
		json_add_known_text(members, "name", name);
		json_add_int(members, "certificates", (int64_t)owner->count.certs);
		json_add_int(members, "hashes", (int64_t)owner->count.hashes);
		json_add_int(members, "others", (int64_t)owner->count.others);
	}
}

/* asMeasured: null if the event's type does not bind its data to the digest, or the event was not
 * measured. */
static void add_data_check(json *parent, const struct eventlog *log, const struct event *event)
{
	static const char *const standings[] = {
		[REPLAY_NOT_MEASURED] = "notMeasured",
		[REPLAY_UNPROMISED] = "other",
		[REPLAY_AS_MEASURED] = "promised",
		[REPLAY_FITS] = "fits",
		[REPLAY_ALTERED] = "altered",
	};
	enum replay_data found = replay_data_of(log, event);

	json_add_bool(parent, "measured", event->is_measured);
	if (found == REPLAY_AS_MEASURED || found == REPLAY_ALTERED)
		json_add_bool(parent, "asMeasured", found == REPLAY_AS_MEASURED);
	else
		json_add_null(parent, "asMeasured");
	json_add_text(parent, "standing", standings[found]);
}

/* Prints the data piece by piece: it may be as long as the log. */
static int print_with_data(const json *members, struct bytes data, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_EVENT_JSON);
	struct cursor cursor = cursor_of(data);
	char hex[2 * HEX_PIECE + 1];

	if (json_print(members, JSON_COMPACT, &text, err) < 0)
		return -1;
	print_format("%.*s,\"data\":\"", (int)text.len - 1, (const char *)text.data);
	while (cursor.left) {
		hex_encode(cursor_bytes(&cursor, cursor.left < HEX_PIECE ? cursor.left : HEX_PIECE),
			hex);
		print_format("%s", hex);
	}
	print_format("\"}");
	return 0;
}

/* `as_pcr` is the event as in a TPM's log. */
static int print_event_json(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct event *event, const struct event *as_pcr, struct err *err)
{
	char type[LOG_TYPE_SIZE], file[DEVICEPATH_FILE_SIZE] = "";
	struct eventstory story;
	auto_cleanup(json) json *members = json_new_object();
	struct bootphase_place place;
	bool has_place = bootphase_of(as_pcr, &place);
	json *subjects;

	if (eventstory_describe(log, behind, as_pcr, &story, err) < 0)
		return -1;
	log_type_text(event->type, type);
	(void)event_image_file(as_pcr, file, sizeof(file));
	json_add_int(members, "number", event->number);
	json_add_int(members, "offset", (int64_t)event->offset);
	if (event->pcr == EVENTLOG_NO_PCR)
		json_add_null(members, "pcr");
	else
		json_add_int(members, "pcr", event->pcr);
	json_add_text(members, "type", type);
	json_add_known_text(members, "phase", has_place ? bootphase_name(place.phase) : NULL);
	json_add_known_text(members, "kind", has_place ? bootphase_kind_name(place.kind) : NULL);
	json_add_text(members, "description", story.text);
	json_add_text(members, "text", story.text + story.kind_len);
	json_add_known_text(
		members, "variable", event_is_variable(as_pcr) ? as_pcr->variable.name : NULL);
	json_add_known_text(members, "file", as_pcr->what == EVENT_IMAGE ? file : NULL);
	subjects = json_add_array(members, "certificates");
	for (size_t i = 0; i < story.cert_count; i++)
		json_add_text(subjects, NULL, story.subjects[i]);
	add_owners(members, event, story.cert_count);
	add_digests(json_add_object(members, "digests"), log, event);
	add_data_check(members, log, as_pcr);
	return print_with_data(members, event->data, err);
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
	static const char *const unknown[] = {
		"enabled", "PK", "KEK", "db", "dbx", "authorities", "vmId"};
	auto_cleanup(free) struct secureboot *facts = NULL;
	struct err reason = {0};
	bool is_known = log_read_secure_boot(log, &facts, &reason) == 0;
	auto_cleanup(json) json *members = json_new_object();

	json_add_reason(members, is_known ? ERR_OK : reason.code, is_known ? NULL : reason.msg);
	if (is_known) {
		json_add_bool(members, "enabled", facts->is_enabled);
		for (size_t i = 0; i < UEFI_KEYS; i++)
			add_keys(members, uefi_keys[i].name, &facts->keys[i]);
		json_add_int(members, "authorities", (int64_t)facts->authority_count);
		json_add_known_text(members, "vmId", facts->vm_id);
	}
	for (size_t i = 0; !is_known && i < sizeof(unknown) / sizeof(unknown[0]); i++)
		json_add_null(members, unknown[i]);
	return print_json(members, JSON_COMPACT, err);
}

static int print_data_check_json(const struct eventlog *log, struct err *err)
{
	struct err reason = {0};
	bool is_good = replay_check_data(log, LOG_ALL_PCRS, &reason) == 0;
	auto_cleanup(json) json *members = json_new_object();

	json_add_reason(members, is_good ? ERR_OK : reason.code, is_good ? NULL : reason.msg);
	if (is_good || reason.code == ERR_LOG_DATA_MISMATCH)
		json_add_bool(members, "asMeasured", is_good);
	else
		json_add_null(members, "asMeasured");
	return print_json(members, JSON_COMPACT, err);
}

/* Prints the members of every document without the closing brace: the events follow one by one. */
static int print_beginning(const struct eventlog *log, bool is_cc, struct err *err)
{
	auto_cleanup(json) json *document = document_new(ERR_OK, NULL);
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_EVENT_JSON);

	json_add_text(document, "format", log->is_crypto_agile ? "crypto-agile" : "sha1");
	json_add_text(document, "registers", is_cc ? "RTMR" : "PCR");
	json_add_int(document, "notMeasured", log->unmeasured_count);
	json_add_bool(document, "hasHandover", replay_has_handover(log));
	if (json_print(document, JSON_COMPACT, &text, err) < 0)
		return -1;
	print_format("%.*s,\"events\":[", (int)text.len - 1, (const char *)text.data);
	return 0;
}

int log_print_json(const struct eventlog *log, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	const char *separator = "";
	bool is_cc = cclog_is(log);

	if (print_beginning(log, is_cc, err) < 0)
		return -1;
	while (event_next_any(log, &walk, &event)) {
		struct event as_pcr = is_cc ? cclog_as_pcr(&event) : event;

		print_format("%s\n", separator);
		if (print_event_json(log, &walk, &event, &as_pcr, err) < 0)
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
