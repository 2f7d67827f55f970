/* fuzz_verify.c - the whole of 'verify': true bundles with parts changed, exchanged among each
 * other, and left out; whatever is still called verified says of the boot what the quote in it
 * proves, and repeats no claim that a checked token does not make.
 *
 * Input: one byte chooses the bundle (test/data/evidence), one what the reader knows; then four
 * bytes are one change: kind, place, what, how. At its end it tells how many were still verified: a
 * target whose bundles are all refused would find nothing. */
#include <stdlib.h>
#include <string.h>
#include "../support/changed_json.h"
#include "../support/edited_log.h"
#include "../support/reading.h"
#include "../support/share.h"
#include "base/codec.h"
#include "maa/token.h"

#define BUNDLES     3
#define MAX_CHANGES 4
#define LEAST_SHARE 10 /* percent */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A bundle in pieces, so that a change costs no more than its own piece: `info` without the log,
 * `outer` without the information. */
struct pieces {
	struct buf outer, info, log;
};

static struct whole {
	struct bundle bundle;
	struct reading truth;
	struct pieces pieces;
} wholes[BUNDLES];

static struct edited_dictionary dictionary;
static struct anchors anchors;
static struct buf keys;

static void pieces_cleanup(struct pieces *pieces)
{
	buf_done(&pieces->outer);
	buf_done(&pieces->info);
	buf_done(&pieces->log);
}

/* ---- the true bundles ---- */

static void remove_member(struct buf *text, const char *name)
{
	changed_json_apply(&(struct json_change){.parent = "", .name = name}, text);
}

static struct pieces take_apart(const char *file, const struct bundle *bundle)
{
	struct pieces ret = {recorded_evidence_file(file), buf_with_max(BUNDLE_MAX_BYTES),
		buf_with_max(EVENTLOG_MAX_BYTES)};
	struct err err;

	if (buf_set(&ret.info, buf_bytes(&bundle->info), &err) < 0 ||
		buf_set(&ret.log, buf_bytes(&bundle->request.evidence.event_log), &err) < 0)
		abort();
	remove_member(&ret.outer, "AttestationInfo");
	remove_member(&ret.info, "TcgLogs");
	return ret;
}

static void add_texts(const struct bundle *bundle)
{
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;

	if (eventlog_open(buf_bytes(&bundle->request.evidence.event_log), &log, &err) < 0)
		abort();
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event) && dictionary.count < COUNT(dictionary.texts))
		if (event.pcr == 7 || event.pcr == 4)
			dictionary.texts[dictionary.count++] =
				(struct edited_text){event.pcr, event.type, event.data};
}

static void begin(void)
{
	static const char *const names[BUNDLES] = {"good.json", "changed.json", "off.json"};
	auto_cleanup(buf) struct buf root = buf_with_max(0);
	struct err err;

	if (dictionary.count)
		return;
	for (size_t i = 0; i < BUNDLES; i++) {
		wholes[i].bundle = recorded_evidence(names[i]);
		wholes[i].pieces = take_apart(names[i], &wholes[i].bundle);
		read_boot(&wholes[i].bundle, &wholes[i].truth);
		add_texts(&wholes[i].bundle);
	}
	anchors = anchors_empty();
	root = recorded_evidence_file("root.pem");
	if (anchors_add(&anchors, buf_bytes(&root), &err) < 0)
		abort();
	keys = buf_with_max(KEYS_MAX_BYTES);
	if (buf_set(&keys, buf_bytes(&wholes[0].bundle.provider.keys), &err) < 0)
		abort();
	share_begin("bundles", "were verified", LEAST_SHARE);
}

/* ---- changes ---- */

static const struct place {
	const char *parent, *name;
} outer_places[] = {{"", "verdict"}, {"", "local"}, {"", "facts"}, {"", "provider"},
	{"", "laterPcrs"}, {"", "chain"}, {"", "machine"}, {"", "redacted"}, {"", "redactedEvents"},
	{"", "made"}, {"", "madeUnix"}, {"", "version"}, {"", "format"}, {"", "extra"},
	{"verdict", "health"}, {"verdict", "code"}, {"verdict", "name"}, {"verdict", "message"},
	{"local", "health"}, {"local", "code"}, {"facts", "secureBoot"}, {"facts", "vmId"},
	{"facts", "events"}, {"facts", "attestationKeySubject"}, {"facts", "extra"},
	{"provider", "address"}, {"provider", "verdict"}, {"provider", "claims"},
	{"provider", "token"}, {"provider", "tokenHeader"}, {"provider", "keys"},
	{"claims", "secureboot"}, {"claims", "iss"}, {"claims", "nbf"}, {"claims", "exp"},
	{"claims", "extra"}, {"claims", "x-ms-runtime"}, {"claims", "x-ms-azurevm-vmid"},
	{"laterPcrs", "8"}, {"laterPcrs", "14"}},
  info_places[] = {{"", "TpmInfo"}, {"", "ClientPayload"}, {"", "IsolationInfo"}, {"", "OSType"},
	  {"", "OSDistro"}, {"", "OSVersionMajor"}, {"", "AttestationProtocolVersion"},
	  {"TpmInfo", "AikCert"}, {"TpmInfo", "AikPub"}, {"TpmInfo", "PcrQuote"},
	  {"TpmInfo", "PcrSignature"}, {"TpmInfo", "EncKeyPub"}, {"TpmInfo", "EncKeyCertifyInfo"},
	  {"TpmInfo", "EncKeyCertifyInfoSignature"}, {"TpmInfo", "PcrSet"}, {"TpmInfo", "PCRs"},
	  {"", "TcgLogs"}, {"PCRs", "Digest"}, {"PCRs", "Index"}};

static const char *const values[] = {"\"\"", "null", "true", "false", "0", "1", "203",
	"\"Healthy\"", "\"Unhealthy\"", "\"Unknown\"", "\"ok\"", "\"1-400\"", "\"4-9\"",
	"\"99999999-2222-3333-4444-555555555555\"", "\"redacted\"",
	"\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"", "{}", "[]",
	"[0,1,2,3,4,5,6]",
	"{\"health\":\"Healthy\",\"code\":0,\"name\":\"ok\",\"message\":\"\",\"remedy\":\"\"}",
	"\"0000000000000000000000000000000000000000000000000000000000000000\"", "\"AAAA\"",
	"4102444800"};

/* The first member of this place in a true bundle. */
static const json *find(const json *tree, const char *own_name, const struct place *place)
{
	const json *found = NULL;

	if (json_is_object(tree) && strcmp(own_name, place->parent) == 0)
		found = json_get(tree, place->name);
	for (const json *child = json_first(tree); child && !found; child = json_next(child))
		if (json_is_object(child) || json_is_array(child))
			found = find(child, json_name(child) ? json_name(child) : own_name, place);
	return found;
}

/* What another bundle has there; what it lacks goes. */
static void exchange(const struct buf *from, const struct place *place, struct buf *text)
{
	auto_cleanup(json) json *tree = NULL;
	auto_cleanup(buf) struct buf value = buf_with_max(BUNDLE_MAX_BYTES);
	const json *found;
	struct err err;

	if (json_parse(buf_bytes(from), &tree, &err) < 0)
		abort();
	found = find(tree, "", place);
	if (found && json_print(found, JSON_COMPACT, &value, &err) < 0)
		abort();
	changed_json_apply(
		&(struct json_change){
			.parent = place->parent, .name = place->name, .value = buf_bytes(&value)},
		text);
}

static void set(const struct place *place, struct edit edit, struct buf *text)
{
	const char *value = edit.b == 255 ? NULL : values[edit.b % COUNT(values)];

	changed_json_apply(&(struct json_change){.parent = place->parent,
				   .name = place->name,
				   .value = value ? bytes_of_text(value) : (struct bytes){0},
				   .is_twice = edit.c % 16 == 15},
		text);
}

/* One bit of what is base64 there. */
static void flip(const struct place *place, struct edit edit, struct buf *text)
{
	auto_cleanup(json) json *tree = NULL;
	auto_cleanup(buf) struct buf bytes = buf_with_max(BUNDLE_MAX_BYTES);
	auto_cleanup(buf) struct buf value = buf_with_max(BUNDLE_MAX_BYTES);
	const char *found;
	struct err err;

	if (json_parse(buf_bytes(text), &tree, &err) < 0)
		return;
	found = json_text(find(tree, "", place));
	if (!found || base64_decode(bytes_of_text(found), BASE64_STANDARD, &bytes, &err) < 0 ||
		!bytes.len)
		return;
	bytes.data[(size_t)edit.b * bytes.len / 256] ^= (uint8_t)(1u << edit.c % 8);
	changed_json_put(&value, "\"");
	if (base64_encode(buf_bytes(&bytes), BASE64_STANDARD, &value, &err) < 0)
		abort();
	changed_json_put(&value, "\"");
	changed_json_apply(
		&(struct json_change){
			.parent = place->parent, .name = place->name, .value = buf_bytes(&value)},
		text);
}

/* How many events there are is one of the facts that the bundle states. */
static void edit_log(uint8_t kind, struct edit edit, struct pieces *pieces)
{
	struct buf *log = &pieces->log;
	static struct edited_log edited; /* 90 KiB */
	const uint8_t bytes[] = {kind, edit.a, edit.b, edit.c};
	struct buf ret = buf_with_max(EVENTLOG_MAX_BYTES);
	struct eventlog opened;
	struct err err;

	if (eventlog_open(buf_bytes(log), &opened, &err) == 0 &&
		opened.event_count < EDITED_MAX_EVENTS / 2) {
		edited_log_of(buf_bytes(log), &dictionary, &edited);
		edited_apply(&edited, (struct bytes){bytes, sizeof(bytes)});
		edited_print(&edited, &ret);
		edited_log_cleanup(&edited);
		buf_done(log);
		*log = ret;
		changed_json_apply(
			&(struct json_change){.parent = "facts", .name = "events"}, &pieces->outer);
	}
}

static void set_outer(const char *parent, const char *name, const char *value, struct buf *outer)
{
	changed_json_apply(&(struct json_change){.parent = parent,
				   .name = name,
				   .value = value ? bytes_of_text(value) : (struct bytes){0}},
		outer);
}

/* Said to be redacted: some events, or all. Then its evidence proves no VM id any more that it, or
 * a provider's claims, could state. */
static void redact(struct edit edit, struct buf *outer)
{
	unsigned int first = edit.c & 1 ? 1 : 1 + edit.a % 60;
	unsigned int last = edit.c & 1 ? 400 : first + edit.b % 60;
	char range[32];

	(void)snprintf(range, sizeof(range), "\"%u-%u\"", first, last);
	set_outer("", "redacted", "true", outer);
	set_outer("", "redactedEvents", range, outer);
	set_outer("facts", "vmId", NULL, outer);
	set_outer("", "provider", NULL, outer);
}

static void change(uint8_t kind, struct edit edit, struct pieces *pieces)
{
	const struct pieces *other = &wholes[edit.b % BUNDLES].pieces;
	const struct place *outer = &outer_places[edit.a % COUNT(outer_places)];
	const struct place *info = &info_places[edit.a % COUNT(info_places)];
	struct err err;

	switch (kind % 10) {
	case 0:
		exchange(&other->outer, outer, &pieces->outer);
		return;
	case 1:
		exchange(&other->info, info, &pieces->info);
		return;
	case 2:
		set(outer, edit, &pieces->outer);
		return;
	case 3:
		set(info, edit, &pieces->info);
		return;
	case 4:
		flip(info, edit, &pieces->info);
		return;
	case 5:
		redact(edit, &pieces->outer);
		return;
	case 6:
		if (buf_set(&pieces->log, buf_bytes(&other->log), &err) < 0)
			abort();
		return;
	case 7: /* what is said to be taken out may be anything; Secure Boot's variables are among
		   the first events */
		redact((struct edit){.c = 1}, &pieces->outer);
		edit_log(edit_kind_of(edit_flip), (struct edit){edit.a % 12, edit.b, edit.c}, pieces);
		return;
	default:
		edit_log(kind / 10, edit, pieces);
		return;
	}
}

static void put_together(struct pieces *pieces, struct buf *ret)
{
	auto_cleanup(buf) struct buf log = buf_with_max(BUNDLE_MAX_BYTES);
	auto_cleanup(buf) struct buf info = buf_with_max(BUNDLE_MAX_BYTES);
	struct err err;

	changed_json_put(&log, "\"");
	if (base64_encode(buf_bytes(&pieces->log), BASE64_STANDARD, &log, &err) < 0)
		abort();
	changed_json_put(&log, "\"");
	pieces->info.len--; /* the bracket at its end */
	changed_json_add(&pieces->info, "TcgLogs", buf_bytes(&log));
	changed_json_put(&pieces->info, "}");
	changed_json_put(&info, "\"");
	if (base64_encode(buf_bytes(&pieces->info), BASE64_URL, &info, &err) < 0 ||
		buf_append(ret, pieces->outer.data, pieces->outer.len - 1, &err) < 0)
		abort();
	changed_json_put(&info, "\"");
	changed_json_add(ret, "AttestationInfo", buf_bytes(&info));
	changed_json_put(ret, "}");
}

/* ---- what was verified beside what is true ---- */

static const struct whole *find_truth(const struct evidence *evidence)
{
	for (size_t i = 0; i < BUNDLES; i++) {
		const struct tpm_attest *quote = &wholes[i].bundle.request.evidence.quote;

		if (quote->attest_len == evidence->quote.attest_len &&
			memcmp(quote->attest, evidence->quote.attest, quote->attest_len) == 0)
			return &wholes[i];
	}
	reading_fail("a quote that no TPM made");
}

static void compare_boot(
	const struct bundle *bundle, const struct bundlecheck *check, const struct reading *truth)
{
	auto_cleanup(reading) struct reading found = {
		.appraisal = check->appraisal, .vouched = buf_with_max(PAGE_MAX_BYTES)};
	struct secureboot *facts = &found.appraisal.secureboot;

	if (!check->appraisal.has_secureboot || truth->appraisal.verdict.health != HEALTH_HEALTHY)
		reading_fail("a boot that is not Healthy");
	if (bundle->is_redacted && !facts->vm_id[0])
		memcpy(facts->vm_id, truth->appraisal.secureboot.vm_id, sizeof(facts->vm_id));
	compare_facts(facts, &truth->appraisal.secureboot);
	compare_signers(&found.appraisal.authorities, &truth->appraisal.authorities);
	compare_marks(&bundle->request.evidence);
	read_page(bundle, &found);
	if (!bytes_equal(buf_bytes(&found.vouched), buf_bytes(&truth->vouched)))
		reading_fail("the page lists other signers");
}

/* Of what stands beside the evidence. */
static void compare_words(const struct bundle *bundle, const struct reading *truth)
{
	const json *secure_boot = json_get(bundle->facts, "secureBoot");
	const char *vm_id = json_text(json_get(bundle->facts, "vmId"));

	if (secure_boot && !json_true(secure_boot))
		reading_fail("it says that Secure Boot was off");
	if (vm_id && !bundle->is_redacted && strcmp(vm_id, truth->appraisal.secureboot.vm_id) != 0)
		reading_fail("it says another VM id");
	if (bundle->is_whole && bundle->verdict.health == HEALTH_HEALTHY && bundle->provider.claims &&
		!json_true(json_get(bundle->provider.claims, "secureboot")))
		reading_fail("it says Healthy, and the claims do not");
}

static void compare_token(
	const struct bundle *bundle, const struct bundlecheck *check, bool has_own_keys)
{
	if (check->boot.health == HEALTH_HEALTHY && !(check->is_token_checked && has_own_keys))
		reading_fail("a good boot that no token proves");
	if (!check->is_token_checked)
		return;
	if (has_own_keys && !json_equal(bundle->provider.claims, wholes[0].bundle.provider.claims))
		reading_fail("claims that the provider did not make");
	if (find_truth(&bundle->request.evidence) != &wholes[0])
		reading_fail("a token of another boot");
}

static void compare(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	const struct bundlecheck *check)
{
	const struct whole *truth = find_truth(&bundle->request.evidence);

	compare_boot(bundle, check, &truth->truth);
	compare_words(bundle, &truth->truth);
	compare_token(bundle, check, inputs->keys.len > 0);
	if (check->is_issuer_checked && !bytes_equal(buf_bytes(&bundle->request.evidence.ak_cert),
						buf_bytes(&truth->bundle.request.evidence.ak_cert)))
		reading_fail("a certificate that its issuer did not sign");
}

static void verify(struct bytes text, uint8_t knowledge)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	static struct bundlecheck check; /* 40 KiB */
	const struct bundlecheck_inputs inputs = {.anchors = knowledge & 1 ? &anchors : NULL,
		.keys = knowledge & 2 ? buf_bytes(&keys) : (struct bytes){0},
		.now_s = wholes[0].bundle.made_s + 60,
		.is_now_given = knowledge & 4};
	struct err err;

	if (bundle_parse(text, &bundle, &err) < 0)
		return;
	bundlecheck_run(&bundle, &inputs, &check);
	if (check.findings.count)
		return;
	share.good++;
	compare(&bundle, &inputs, &check);
}

static struct pieces copy_of(const struct pieces *pieces)
{
	struct pieces ret = {buf_with_max(BUNDLE_MAX_BYTES), buf_with_max(BUNDLE_MAX_BYTES),
		buf_with_max(EVENTLOG_MAX_BYTES)};
	struct err err;

	if (buf_set(&ret.outer, buf_bytes(&pieces->outer), &err) < 0 ||
		buf_set(&ret.info, buf_bytes(&pieces->info), &err) < 0 ||
		buf_set(&ret.log, buf_bytes(&pieces->log), &err) < 0)
		abort();
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(pieces) struct pieces pieces = {0};
	auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);

	begin();
	if (size < 2)
		return 0;
	pieces = copy_of(&wholes[data[0] % BUNDLES].pieces);
	for (size_t i = 0; i < MAX_CHANGES && 2 + 4 * i + 4 <= size; i++) {
		const uint8_t *at = data + 2 + 4 * i;

		change(at[0], (struct edit){at[1], at[2], at[3]}, &pieces);
	}
	put_together(&pieces, &text);
	share.made++;
	verify(buf_bytes(&text), data[1]);
	return 0;
}
