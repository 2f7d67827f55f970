/* bundle_print.c - a bundle as JSON. */
#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "base/pem.h"
#include "base/text.h"
#include "bundle/bundle.h"
#include "bundle/guessable.h"

#define REDACTED_LIST_MAX (4u << 20)

static void add_verdict(json *parent, const char *name, const struct verdict *verdict)
{
	json *members = json_add_object(parent, name);

	json_add_text(members, "health", health_name(verdict->health));
	json_add_int(members, "code", verdict->reason.code);
	json_add_text(members, "name", err_info(verdict->reason.code)->name);
	json_add_text(members, "message", verdict->reason.code ? verdict->reason.msg : "");
	json_add_text(members, "remedy", err_info(verdict->reason.code)->remedy);
}

static void add_copy_if(json *parent, const char *name, const json *value)
{
	if (value)
		json_add_copy(parent, name, value);
}

static int add_provider(json *root, const struct bundle_provider *provider, struct err *err)
{
	json *members = json_add_object(root, "provider");
	auto_cleanup(json) json *keys = NULL;

	json_add_text(members, "address", provider->address);
	json_add_text(members, "chosenAs", provider->chosen_as);
	add_verdict(members, "verdict", &provider->verdict);
	add_copy_if(members, "tokenHeader", provider->token);
	add_copy_if(members, "claims", provider->claims);
	if (provider->compact.len == 0)
		return 0;
	if (json_parse(buf_bytes(&provider->keys), &keys, err) < 0)
		return err_wrap(err, "The provider's keys");
	json_add_bytes_text(members, "token", buf_bytes(&provider->compact));
	json_add_copy(members, "keys", keys);
	return 0;
}

static void add_machine(json *root, const struct machine *machine)
{
	json *members = json_add_object(root, "machine");

	json_add_text(members, "hostname", machine->hostname);
	json_add_text(members, "kernel", machine->kernel);
	json_add_text(members, "bootId", machine->boot_id);
	json_add_text(members, "architecture", machine->architecture);
}

static void add_unquoted(json *root, const struct tpm_pcrs *later)
{
	json *pcrs = json_add_object(root, "laterPcrs");

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		char name[12], hex[2 * TPM_DIGEST_SIZE + 1];

		if (!(later->mask & 1u << pcr))
			continue;
		(void)text_format(name, sizeof(name), "%u", pcr);
		hex_encode((struct bytes){later->digest[pcr], TPM_DIGEST_SIZE}, hex);
		json_add_text(pcrs, name, hex);
	}
}

/* "3,7-12": thousands of events are no thousands of values. */
static int add_redaction(json *root, const struct bundle *bundle, struct err *err)
{
	const struct evidence *evidence = &bundle->request.evidence;
	uint32_t end = (uint32_t)(8 * evidence->redacted.len);
	auto_cleanup(buf) struct buf list = buf_with_max(REDACTED_LIST_MAX);

	json_add_bool(root, "redacted", bundle->is_redacted);
	for (uint32_t first = 0, last; bundle->is_redacted && first < end; first = last + 1) {
		char range[32];

		last = first;
		if (!evidence_is_redacted(evidence, first))
			continue;
		while (evidence_is_redacted(evidence, last + 1))
			last++;
		(void)text_format(range, sizeof(range), first == last ? "%s%u" : "%s%u-%u",
			list.len ? "," : "", first, last);
		if (buf_append_text(&list, range, err) < 0)
			return -1;
	}
	if (!bundle->is_redacted)
		return 0;
	json_add_bytes_text(root, "redactedEvents", buf_bytes(&list));
	guessable_add(root, evidence);
	return 0;
}

/* Adds the base64 of each certificate of a PEM text: JSON texts have no line breaks. */
static int add_chain(json *root, const struct buf *pem, struct err *err)
{
	json *certs = json_add_array(root, "chain");
	struct bytes rest = buf_bytes(pem), one;

	while (pem_next(&rest, &one)) {
		auto_cleanup(buf) struct buf der = buf_with_max(BUNDLE_MAX_CHAIN);
		auto_cleanup(buf) struct buf text = buf_with_max(2 * BUNDLE_MAX_CHAIN);

		if (pem_decode(one, &der, err) < 0 ||
			base64_encode(buf_bytes(&der), BASE64_STANDARD, &text, err) < 0)
			return err_wrap(err, "'chain'");
		json_add_bytes_text(certs, NULL, buf_bytes(&text));
	}
	return 0;
}

static int add_info(json *root, struct bytes info, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(REQUEST_MAX_BODY);

	if (base64_encode(info, BASE64_URL, &text, err) < 0)
		return -1;
	json_add_bytes_text(root, "AttestationInfo", buf_bytes(&text));
	return 0;
}

int bundle_print(const struct bundle *bundle, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *root = json_new_object();
	char made[CLOCK_TEXT_SIZE];

	clock_text(bundle->made_s, made);
	json_add_text(root, "format", BUNDLE_FORMAT);
	json_add_int(root, "version", BUNDLE_VERSION);
	json_add_text(root, "program", bundle->program);
	json_add_text(root, "made", made);
	json_add_int(root, "madeUnix", bundle->made_s);
	if (add_redaction(root, bundle, err) < 0)
		return -1;
	add_verdict(root, "verdict", &bundle->verdict);
	add_verdict(root, "local", &bundle->local);
	if (bundle->has_provider && add_provider(root, &bundle->provider, err) < 0)
		return -1;
	add_copy_if(root, "facts", bundle->facts);
	add_machine(root, &bundle->machine);
	add_unquoted(root, &bundle->unquoted);
	if (add_chain(root, &bundle->chain, err) < 0 ||
		add_info(root, buf_bytes(&bundle->info), err) < 0 ||
		json_print(root, JSON_INDENTED, ret, err) < 0)
		return -1;
	return buf_append_text(ret, "\n", err);
}
