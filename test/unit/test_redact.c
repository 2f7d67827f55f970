#include "check.h"
#include <stdlib.h>
#include "../support/logmaker.h"
#include "bundle/redact.h"
#include "bundle/redact_log.h"
#include "bundle/guessable.h"

#define ID  "6e0fd6a5-0f3b-4b5c-9d7e-2a1b3c4d5e6f"
#define NIL "00000000-0000-0000-0000-000000000000"

struct row {
	uint32_t pcr, type;
	struct bytes before, after; /* after.data NULL: stays */
};

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}
#define X8 "\x11\x22\x33\x44\x55\x66\x77\x88"
#define Z8 "\0\0\0\0\0\0\0\0"

/* A program's load event: address, size, address, and the path's size, of which nothing is read;
 * then the path. */
#define LOADED X8 X8 X8 X8
#define END    "\x7f\xff\x04\0"

#define HD(signature)   "\x04\x01\x2a\0" X8 X8 "\x01\0\0\0" signature "\x02\x02"
#define MAC(address)    "\x03\x0b\x25\0" address
#define NVME(eui)       "\x03\x17\x10\0\x01\0\0\0" eui
#define VMBUS(instance) "\x01\x04\x24\0" X8 X8 instance
#define SERIAL(text)    "\x03\x10\x12\0" text
#define NAMED           "\x04\x04\x08\0a\0\0\0"

#define BOOT_ORDER                                                                                           \
	"\x61\xdf\xe4\x8b\xca\x93\xd2\x11\xaa\x0d\0\xe0\x98\x03\x2b\x8c\x09\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0" \
	"B\0o\0o\0t\0O\0r\0d\0e\0r\0\x01\0"
#define WORD "redacted"

static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};
static const struct logmaker_digest digests[] = {{EVENTLOG_SHA256, 32, 0xAB}};

/* One event's log, quoted with PCRs 0 to 7. */
static void make(const struct row *row, struct evidence *ret)
{
	*ret = EVIDENCE_EMPTY;
	ret->pcrs.mask = 0xFF;
	put_header(&ret->event_log, banks, 1);
	put_event_head(&ret->event_log, row->pcr, row->type, digests, 1);
	put_event_data(&ret->event_log, row->before);
}

static void check_row(const struct row *row, size_t index)
{
	auto_cleanup(evidence) struct evidence evidence;
	struct bytes expected = row->after.data ? row->after : row->before;
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;

	make(row, &evidence);
	check_ok(redact_log(&evidence, &err), &err);
	check_ok(eventlog_open(buf_bytes(&evidence.event_log), &log, &err), &err);
	walk = eventlog_walk(&log);
	if (!event_next_any(&log, &walk, &event))
		fail_msg("row %zu: the event is gone", index);
	if (!bytes_equal(event.data, expected))
		fail_msg("row %zu: other data than expected", index);
	if (evidence_is_redacted(&evidence, event.number) != (row->after.data != NULL))
		fail_msg("row %zu: marked wrongly", index);
	assert_true(bytes_are_all(event.digest[0], 0xAB));
}

static void identifiers_go_and_digests_stay(void **state)
{
	static const struct row rows[] = {
		{6, EV_COMPACT_HASH, BYTES("UUID: " ID), BYTES(WORD Z8 Z8 Z8 Z8 "\0\0")},
		{0, EV_S_CRTM_VERSION, BYTES("x" ID "y"), BYTES("x" NIL "y")},
		{0, EV_S_CRTM_VERSION,
			BYTES("6\0e\0000\0f\0d\0006\0a\0005\0-\0000\0f\0003\0b\0-\0004\0b\0005\0c\0-\0009\0d\0007\0e\0-\0002\0a\0001\0b\0003\0c\0004\0d\0005\0e\0006\0f\0"),
			BYTES("0\0000\0000\0000\0000\0000\0000\0000\0-\0000\0000\0000\0000\0-\0000\0000\0000\0000\0-\0000\0000\0000\0000\0-\0000\0000\0000\0000\0000\0000\0000\0000\0000\0000\0000\0000\0")},
		/* boot options: names may hold serial numbers and addresses, what follows a path
		   anything */
		{1, EV_EFI_VARIABLE_BOOT, BYTES("(MAC:3cecef7ec348)"), BYTES(WORD Z8 "\0\0")},
		{1, EV_EFI_VARIABLE_BOOT2, BYTES("S36ENR00A8064"), BYTES(WORD "\0\0\0\0\0")},
		{1, EV_EFI_VARIABLE_BOOT, BYTES(BOOT_ORDER), {0}},
		{1, EV_EFI_VARIABLE_DRIVER_CONFIG, BYTES("asset tag 4711"),
			BYTES(WORD "\0\0\0\0\0\0")},
		{1, EV_EFI_ACTION, BYTES("an action"), {0}},
		/* where a program came from */
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES(LOADED HD(X8 X8) NAMED END),
			BYTES(LOADED HD(Z8 Z8) NAMED END)},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES(LOADED MAC(X8 X8 X8 X8 "\x01") END),
			BYTES(LOADED MAC(Z8 Z8 Z8 Z8 "\0") END)},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES(LOADED NVME(X8) END),
			BYTES(LOADED NVME(Z8) END)},
		{2, EV_EFI_BOOT_SERVICES_DRIVER, BYTES(LOADED VMBUS(X8 X8) END),
			BYTES(LOADED VMBUS(Z8 Z8) END)},
		{2, EV_EFI_RUNTIME_SERVICES_DRIVER, BYTES(LOADED SERIAL("SERIALNUMBER12") END),
			BYTES(LOADED SERIAL(Z8 "\0\0\0\0\0\0") END)},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES(LOADED NAMED END "behind"),
			BYTES(LOADED NAMED END "\0\0\0\0\0\0")},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES(LOADED NAMED END), {0}},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES("cut"), {0}},
		/* boot loaders' texts */
		{5, EV_EVENT_TAG, BYTES("default acme.conf"), BYTES(WORD Z8 "\0")},
		{5, EV_IPL, BYTES("short"), BYTES("\0\0\0\0\0")},
		{0, EV_EFI_PLATFORM_FIRMWARE_BLOB, BYTES("nothing to hide"), {0}},
		/* not whole */
		{0, EV_S_CRTM_VERSION, BYTES("e0fd6a5-0f3b-4b5c-9d7e-2a1b3c4d5e6f"), {0}},
		{7, EV_EFI_VARIABLE_DRIVER_CONFIG, BYTES("x" ID), {0}}, /* the verdict is read from
									   it */
		{6, EV_SEPARATOR, BYTES("\0\0\0\0"), {0}},
		{5, EV_EFI_GPT_EVENT, BYTES("too short"), {0}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i], i);
}

static void what_is_quoted_of_later_pcrs_keeps_its_text(void **state)
{
	static const struct row row = {12, EV_EVENT_TAG, BYTES("a tag of Windows"), {0}};
	auto_cleanup(evidence) struct evidence evidence;
	struct err err;

	(void)state;
	make(&row, &evidence);
	evidence.pcrs.mask |= 1u << 12;
	check_ok(redact_log(&evidence, &err), &err);
	assert_false(evidence_is_redacted(&evidence, 1));
}

/* Entries of the size that the header says; what is behind the last is nobody's. */
static void check_disk(uint32_t type, size_t entry)
{
	uint8_t table[92 + 8 + 2 * 256 + 3];
	size_t size = 92 + 8 + 2 * entry + 3;
	struct row row = {5, type, {table, size}, {0}};
	auto_cleanup(evidence) struct evidence evidence;
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;

	memset(table, 0x5A, sizeof(table));
	memcpy(table + 84, &(uint32_t){(uint32_t)entry}, 4);
	make(&row, &evidence);
	check_ok(redact_log(&evidence, &err), &err);
	assert_true(evidence_is_redacted(&evidence, 1));
	check_ok(eventlog_open(buf_bytes(&evidence.event_log), &log, &err), &err);
	walk = eventlog_walk(&log);
	assert_true(event_next_any(&log, &walk, &event));
	for (size_t i = 0; i < event.data.len; i++) {
		size_t in_entry = i < 100 ? 0 : (i - 100) % entry;
		bool is_gone = (i >= 56 && i < 72) || (in_entry >= 16 && in_entry < 32) ||
			       (in_entry >= 56 && in_entry < 128) || i >= size - 3;

		if (i / 4 != 21 && (event.data.data[i] == 0) != is_gone)
			fail_msg("byte %zu of entries of %zu", i, entry);
	}
}

static void disks_lose_ids_and_names(void **state)
{
	(void)state;
	check_disk(EV_EFI_GPT_EVENT, 128);
	check_disk(EV_EFI_GPT_EVENT2, 128);
	check_disk(EV_EFI_GPT_EVENT, 256);
}

/* With both banks, quoted with PCRs 0 to 7. */
static void put_text_event(struct buf *log, uint32_t pcr, uint32_t type,
	const struct logmaker_digest *first, uint32_t count, const char *data)
{
	put_event_head(log, pcr, type, first, count);
	put_event_data(log, TEXT(data));
}

static void of_a_log_only_what_the_tpm_signed_is_left(void **state)
{
	static const struct logmaker_bank both[] = {{EVENTLOG_SHA1, 20}, {EVENTLOG_SHA256, 32}};
	static const struct logmaker_digest of_both[] = {
		{EVENTLOG_SHA1, 20, 0x11}, {EVENTLOG_SHA256, 32, 0x22}};
	static const char locality[] = "StartupLocality\0\x03";
	auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	uint8_t found;
	struct err err;

	(void)state;
	evidence.pcrs.mask = 0xFF;
	put_header(&evidence.event_log, both, 2);
	put_event_head(&evidence.event_log, 0, EV_NO_ACTION, of_both, 2);
	put_event_data(&evidence.event_log,
		(struct bytes){(const uint8_t *)locality, sizeof(locality) - 1});
	put_text_event(&evidence.event_log, 0, EV_NO_ACTION, of_both, 2, "a name");
	put_text_event(&evidence.event_log, 1, EV_EFI_ACTION, of_both, 1,
		"never measured in the quoted bank");
	put_text_event(&evidence.event_log, 8, EV_IPL, of_both, 2, "kernel_cmdline: ip=10.0.0.4");
	put_text_event(&evidence.event_log, EVENTLOG_NO_PCR, EV_EFI_ACTION, of_both, 2, "no PCR");
	put_text_event(&evidence.event_log, 6, EV_COMPACT_HASH, of_both, 2, "UUID: x");
	check_ok(redact_log(&evidence, &err), &err);
	check_ok(eventlog_open(buf_bytes(&evidence.event_log), &log, &err), &err);
	assert_int_equal(log.event_count, 2);
	assert_int_equal(log.bank_count, 1);
	assert_int_equal(log.banks[0].alg, EVENTLOG_SHA256);
	walk = eventlog_walk(&log);
	assert_true(event_next_any(&log, &walk, &event));
	assert_true(eventlog_startup_locality(&event, &found));
	assert_int_equal(found, 3);
	assert_true(bytes_are_all(event.digest[0], 0));
	assert_false(evidence_is_redacted(&evidence, event.number));
	assert_true(event_next_any(&log, &walk, &event));
	assert_int_equal(event.pcr, 6);
	assert_true(bytes_are_all(event.digest[0], 0x22));
	assert_true(evidence_is_redacted(&evidence, event.number));
}

static void what_can_be_guessed_is_told(void **state)
{
	static const struct {
		uint32_t pcr, type;
		const char *kind; /* NULL: nothing */
	} rows[] = {
		{1, EV_EFI_VARIABLE_BOOT, "boot-options"},
		{1, EV_EFI_VARIABLE_BOOT2, "boot-options"}, {1, EV_EFI_HANDOFF_TABLES2, "board"},
		{4, EV_EFI_BOOT_SERVICES_APPLICATION, NULL}, /* its digest is the program's */
		{2, EV_EFI_BOOT_SERVICES_DRIVER, NULL}, {5, EV_EFI_GPT_EVENT2, "partitions"},
		{6, EV_COMPACT_HASH, "vm-id"}, {4, EV_COMPACT_HASH, "loader-texts"},
		{5, EV_IPL, "loader-texts"}, {0, EV_S_CRTM_VERSION, "other-texts"},
		{7, EV_EFI_VARIABLE_DRIVER_CONFIG, NULL}, /* never redacted, whatever is said */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row row = {rows[i].pcr, rows[i].type, BYTES("something"), {0}};
		auto_cleanup(evidence) struct evidence evidence;
		struct guessable rests[GUESSABLE_MAX];
		char text[GUESSABLE_SENTENCE_SIZE];
		struct err err;

		make(&row, &evidence);
		assert_int_equal(guessable_find(&evidence, rests), 0);
		check_ok(evidence_mark_redacted(&evidence, 1, &err), &err);
		if (guessable_find(&evidence, rests) != (rows[i].kind != NULL) ||
			(rows[i].kind && strcmp(rests[0].kind, rows[i].kind) != 0))
			fail_msg("row %zu", i);
		guessable_sentence(&evidence, text);
		assert_int_equal(text[0] != '\0', rows[i].kind != NULL);
		if (rows[i].kind && !strstr(text, rests[0].what))
			fail_msg("row %zu: %s", i, text);
	}
}

/* Of all kinds at once. */
static void the_longest_sentence_is_whole(void **state)
{
	static const struct row rows[] = {{1, EV_EFI_VARIABLE_BOOT, BYTES("x"), {0}},
		{1, EV_EFI_HANDOFF_TABLES, BYTES("x"), {0}}, {5, EV_EFI_GPT_EVENT, BYTES("x"), {0}},
		{6, EV_COMPACT_HASH, BYTES("x"), {0}}, {5, EV_IPL, BYTES("x"), {0}},
		{0, EV_S_CRTM_VERSION, BYTES("x"), {0}}};
	auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;
	char text[GUESSABLE_SENTENCE_SIZE];
	struct err err;

	(void)state;
	put_header(&evidence.event_log, banks, 1);
	for (uint32_t i = 0; i < COUNT(rows); i++) {
		put_event_head(&evidence.event_log, rows[i].pcr, rows[i].type, digests, 1);
		put_event_data(&evidence.event_log, rows[i].before);
		check_ok(evidence_mark_redacted(&evidence, i + 1, &err), &err);
	}
	guessable_sentence(&evidence, text);
	assert_non_null(strstr(text, "ids in other texts."));
}

static void a_log_that_is_none_leaves_nothing(void **state)
{
	auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;
	struct err err;

	(void)state;
	check_ok(buf_append(&evidence.event_log, ID, sizeof(ID), &err), &err);
	check_ok(redact_log(&evidence, &err), &err);
	assert_int_equal(evidence.event_log.len, 0);
}

static void a_vm_is_recognised_by_its_digest(void **state)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 16);
	char hash[REDACT_HASH_SIZE];
	struct eventlog log;
	struct err err;

	(void)state;
	redact_vm_id("A", hash);
	/* sha256("UUID: A") */
	assert_string_equal(
		hash, "sha256:1a2a8172462a3d21ba957bc6e5347534f6002cd7cf7ec6c86731709a6c59b83d");
	put_header(&bytes, banks, 1);
	put_event_head(&bytes, 6, EV_COMPACT_HASH, digests, 1);
	put_event_data(&bytes, TEXT("redacted"));
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	assert_true(redact_is_of_log(
		"sha256:abababababababababababababababababababababababababababababababab", &log));
	assert_false(redact_is_of_log(hash, &log));
	assert_false(redact_is_of_log("sha256:", &log));
	assert_false(redact_is_of_log("abab", &log));
}

static void only_a_regions_shared_provider_is_everybodys(void **state)
{
	static const struct {
		const char *address;
		bool stays;
	} rows[] = {
		{"https://shareduks.uks.attest.azure.net", true},
		{"https://sharedugv.ugv.attest.azure.us", true},
		{"https://sharedacme.weu.attest.azure.net", false},
		{"https://shareduks.uks.attest.azurenet", false},
		{"https://acme.uks.attest.azure.net", false},
		{"https://shared", false},
		{"https://shareduks", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
		struct err err;

		strcpy(bundle.provider.address, rows[i].address);
		check_ok(redact_bundle(&bundle, &err), &err);
		assert_string_equal(
			bundle.provider.address, rows[i].stays ? rows[i].address : BUNDLE_REDACTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers_go_and_digests_stay),
		cmocka_unit_test(what_is_quoted_of_later_pcrs_keeps_its_text),
		cmocka_unit_test(disks_lose_ids_and_names),
		cmocka_unit_test(only_a_regions_shared_provider_is_everybodys),
		cmocka_unit_test(of_a_log_only_what_the_tpm_signed_is_left),
		cmocka_unit_test(what_can_be_guessed_is_told),
		cmocka_unit_test(the_longest_sentence_is_whole),
		cmocka_unit_test(a_log_that_is_none_leaves_nothing),
		cmocka_unit_test(a_vm_is_recognised_by_its_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
