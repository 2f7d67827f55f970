#include "bundle/redact.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/codec.h"
#include "base/text.h"
#include "boot/eventlog.h"
#include "bundle/redact_log.h"
#include "edge/crypto.h"

#define VM_ID_PREFIX "UUID: " /* in front of the id, as Azure's firmware measures it */
#define VM_ID_PCR    6

void redact_vm_id(const char *vm_id, char ret[REDACT_HASH_SIZE])
{
	const struct bytes parts[] = {bytes_of_text(VM_ID_PREFIX), bytes_of_text(vm_id)};
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_digest(CRYPTO_SHA256, parts, 2, digest);
	memcpy(ret, REDACT_HASH_PREFIX, sizeof(REDACT_HASH_PREFIX));
	hex_encode((struct bytes){digest, sizeof(digest)}, ret + sizeof(REDACT_HASH_PREFIX) - 1);
}

bool redact_is_of_log(const char *hash, const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	uint8_t wanted[CRYPTO_SHA256_SIZE];
	struct event event;
	struct err ignored;

	if (eventlog_bank_index(log, EVENTLOG_SHA256) < 0 ||
		strncmp(hash, REDACT_HASH_PREFIX, sizeof(REDACT_HASH_PREFIX) - 1) != 0 ||
		hex_decode(bytes_of_text(hash + sizeof(REDACT_HASH_PREFIX) - 1), wanted,
			sizeof(wanted), &ignored) < 0)
		return false;
	while (event_next(log, &walk, &event)) {
		if (event.pcr != VM_ID_PCR)
			continue;
		/* behind the separator anybody could have measured it */
		if (measured_is_separator(&event))
			return false;
		if (bytes_equal(event.measured, (struct bytes){wanted, sizeof(wanted)}))
			return true;
	}
	return false;
}

/* ---- trees ---- */

/* Names come from the protocol or a policy; texts may hold anything. The depth is bounded by the
 * JSON parser. */
static void add_without_ids(json *parent, const char *name, const json *value)
{
	const char *text = json_text(value);
	json *child;

	if (name && strcmp(name, "client-payload") == 0) {
		json_add_null(parent, name); /* even a nonce can be recognised by its sender */
	} else if (text) {
		json_add_text(parent, name,
			redact_has_uuid(bytes_of_text(text)) ? BUNDLE_REDACTED : text);
	} else if (json_is_object(value) || json_is_array(value)) {
		child = json_is_object(value) ? json_add_object(parent, name)
					      : json_add_array(parent, name);
		json_each (item, value)
			add_without_ids(child, json_name(item), item);
	} else {
		json_add_copy(parent, name, value);
	}
}

/* The digest that the firmware measured is in the log anyway, so it may replace the VM's id. Any
 * other digest would reveal more. */
static void add_vm_id(json *parent, const char *name, const char *id, const struct evidence *evidence)
{
	char hash[REDACT_HASH_SIZE];
	struct eventlog log;
	struct err ignored;

	redact_vm_id(id, hash);
	if (eventlog_open(buf_bytes(&evidence->event_log), &log, &ignored) == 0 &&
		redact_is_of_log(hash, &log))
		json_add_text(parent, name, hash);
	else
		json_add_text(parent, name, BUNDLE_REDACTED);
}

static json *claims_without_ids(const json *claims, const struct evidence *evidence, bool keep_issuer)
{
	json *ret = json_new_object();

	json_each (claim, claims) {
		const char *name = json_name(claim);
		const char *text = json_text(claim);

		if (text && strcmp(name, "x-ms-azurevm-vmid") == 0)
			add_vm_id(ret, name, text, evidence);
		else if (text && strcmp(name, "iss") == 0 && !keep_issuer)
			json_add_text(ret, name, BUNDLE_REDACTED);
		/* the token's number identifies it to its provider */
		else if (strcmp(name, "jti") != 0)
			add_without_ids(ret, name, claim);
	}
	return ret;
}

static void replace(json **tree, json *with)
{
	json_free(*tree);
	*tree = with;
}

/* ---- parts ---- */

/* A region's shared provider identifies nobody: https://sharedCODE.CODE.attest.azure.net
 * (region.h). Other addresses may begin with that word too. */
static bool is_shared(const char *address)
{
	static const char prefix[] = "https://shared";
	const char *code = address + sizeof(prefix) - 1;
	size_t len;

	if (strncmp(address, prefix, sizeof(prefix) - 1) != 0)
		return false;
	len = strcspn(code, ".");
	return code[len] && strncmp(code + len + 1, code, len) == 0 &&
	       strncmp(code + 2 * len + 1, ".attest.azure.", sizeof(".attest.azure.") - 1) == 0;
}

/* Messages name hosts, proxies, requests and PCR values that the redacted bundle lacks. A message
 * that the redacted evidence gives as well may stay. */
static void redact_reason(struct verdict *said, const struct verdict *shown)
{
	if (!said->reason.code)
		return;
	if (said->reason.code == shown->reason.code)
		memcpy(said->reason.msg, shown->reason.msg, sizeof(said->reason.msg));
	else
		(void)text_format(said->reason.msg, sizeof(said->reason.msg), "%s", REDACT_REASON);
}

static void redact_provider(struct bundle *bundle)
{
	struct bundle_provider *provider = &bundle->provider;
	bool keep = is_shared(provider->address);

	if (provider->claims)
		replace(&provider->claims,
			claims_without_ids(provider->claims, &bundle->request.evidence, keep));
	if (keep || !provider->address[0])
		return;
	replace(&provider->token, NULL);
	(void)text_format(provider->address, sizeof(provider->address), "%s", BUNDLE_REDACTED);
	(void)text_format(provider->chosen_as, sizeof(provider->chosen_as), "%s", BUNDLE_REDACTED);
}

/* Replaces facts and reasons by those of the redacted evidence. */
static int recompute_facts(struct bundle *bundle, struct err *err)
{
	const char *vm_id = json_text(json_get(bundle->facts, "vmId"));
	auto_cleanup(appraisal) struct appraisal *appraisal = NULL;
	json *facts;

	if (appraisal_new(&appraisal, err) < 0)
		return -1;
	if (bundle->info.len)
		appraise_evidence(&bundle->request.evidence, BINDING_NULL_OR_OWNER, appraisal);
	redact_reason(&bundle->provider.verdict, &appraisal->verdict);
	redact_reason(&bundle->verdict, &appraisal->verdict);
	redact_reason(&bundle->local, &appraisal->verdict);
	if (!bundle->facts)
		return 0;
	facts = bundle_facts(&bundle->request, appraisal);
	if (vm_id)
		add_vm_id(facts, "vmId", vm_id, &bundle->request.evidence);
	replace(&bundle->facts, facts);
	return 0;
}

static int rebuild_info(
	const json *info, const struct evidence *evidence, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *changed = json_new_object();
	auto_cleanup(buf) struct buf log = buf_with_max(REQUEST_MAX_INFO);

	if (base64_encode(buf_bytes(&evidence->event_log), BASE64_STANDARD, &log, err) < 0)
		return -1;
	json_each (member, info) {
		if (strcmp(json_name(member), "TcgLogs") == 0)
			json_add_bytes_text(changed, "TcgLogs", buf_bytes(&log));
		else if (strcmp(json_name(member), "ClientPayload") == 0)
			json_add_null(changed, "ClientPayload");
		else
			json_add_copy(changed, json_name(member), member);
	}
	return json_print(changed, JSON_COMPACT, ret, err);
}

/* Parses the request again, so that exactly the redacted evidence is appraised. */
static int redact_info(struct bundle *bundle, struct err *err)
{
	auto_cleanup(json) json *info = NULL;
	auto_cleanup(buf) struct buf changed = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(request) struct request request = {0};
	struct evidence *evidence = &bundle->request.evidence;

	if (json_parse(buf_bytes(&bundle->info), &info, err) < 0 || redact_log(evidence, err) < 0 ||
		rebuild_info(info, evidence, &changed, err) < 0 ||
		request_parse_info(buf_bytes(&changed), &request, err) < 0 ||
		buf_set(&bundle->info, buf_bytes(&changed), err) < 0)
		return -1;
	buf_done(&request.evidence.redacted);
	request.evidence.redacted = evidence->redacted;
	evidence->redacted = (struct buf){0};
	request_done(&bundle->request);
	bundle->request = request;
	memset(&request, 0, sizeof(request)); /* ownership has moved */
	return 0;
}

int redact_bundle(struct bundle *bundle, struct err *err)
{
	if (bundle->provider.compact.len)
		return err_set(err, ERR_FORMAT, 0, "A bundle with its token cannot be redacted.");
	if (bundle->is_redacted)
		return err_set(err, ERR_FORMAT, 0, "The bundle is redacted already.");
	if (bundle->info.len && redact_info(bundle, err) < 0)
		return -1;
	redact_provider(bundle);
	if (recompute_facts(bundle, err) < 0)
		return -1;
	bundle->unquoted = (struct tpm_pcrs){0};
	(void)text_format(bundle->machine.hostname, MACHINE_TEXT_SIZE, "%s", BUNDLE_REDACTED);
	(void)text_format(bundle->machine.boot_id, MACHINE_TEXT_SIZE, "%s", BUNDLE_REDACTED);
	bundle->is_redacted = true;
	return 0;
}
