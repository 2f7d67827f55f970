/* verify_print.c - prints the result of guest-attest verify, for people and for programs. Only
 * proven values are shown as facts. */
#include "appraise/boot_facts.h"
#include "appraise/renewal_facts.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "bundle/guessable.h"
#include "bundles.h"
#include "commands.h"
#include "verify.h"

#define UNANCHORED "No --ca was given: all parts fit together, and nothing shows whose TPM it is."

static void add_pcrs(const struct facts *facts, const struct tpm_pcrs *pcrs)
{
	const struct facts parts = facts_within(facts, "pcrs");

	for (uint32_t pcr = 0; parts.is_known && pcr < TPM_PCR_COUNT; pcr++) {
		char number[12], label[20], hex[2 * TPM_DIGEST_SIZE + 1];

		if (!(pcrs->mask & 1u << pcr))
			continue;
		(void)text_format(number, sizeof(number), "%u", pcr);
		(void)text_format(label, sizeof(label), "PCR %u", pcr);
		hex_encode((struct bytes){pcrs->digest[pcr], TPM_DIGEST_SIZE}, hex);
		fact_text(&parts, number, label, hex);
	}
}

static void add_cert(const struct facts *facts, const struct bundlecheck *check)
{
	const struct crypto_cert_info *cert = &check->cert;
	const struct facts known = facts_if(facts, check->has_cert);
	const struct facts parts = facts_within(&known, "certificate");
	char issuer[sizeof(cert->issuer) + 64];

	(void)text_format(issuer, sizeof(issuer), "%s%s", cert->issuer,
		check->is_issuer_checked ? "" : " (says the certificate: not checked, give --ca)");
	fact_text(&parts, "subject", "attestation key", cert->subject);
	fact_text(&parts, "issuer", NULL, cert->issuer);
	fact_text(&parts, NULL, "  issued by", issuer);
	fact_time(&parts, "notBefore", "  valid from", cert->not_before_s);
	fact_time(&parts, "notAfter", "  valid until", cert->not_after_s);
}

static void add_facts(const struct facts *facts, const struct verify_result *result)
{
	const struct appraisal *appraisal = &result->check->appraisal;
	const struct facts measured = facts_if(facts, appraisal->has_secureboot);
	const struct facts bound = facts_if(facts, appraisal->is_bound);

	add_cert(facts, result->check);
	boot_facts_events(&measured, appraisal);
	boot_facts_identity(&measured, appraisal);
	renewal_facts(&measured, appraisal);
	add_pcrs(&bound, &result->bundle->request.evidence.pcrs);
}

/* Adds what the bundle states besides the evidence. */
static void add_stated(const struct facts *facts, const struct bundle *bundle)
{
	const struct facts remote = facts_if(facts, bundle->has_provider);

	fact_time(facts, "made", "made", bundle->made_s);
	fact_text(facts, "program", "by guest-attest", bundle->program);
	fact_flag(facts, "redacted", NULL, bundle->is_redacted);
	fact_text(facts, "health", "verdict then", health_name(bundle->verdict.health));
	fact_text(facts, "local", "VM's own check then", health_name(bundle->local.health));
	fact_text(&remote, "provider", "provider", bundle->provider.address);
	fact_text(&remote, "remote", "its verdict then",
		health_name(bundle->provider.verdict.health));
	fact_text(facts, "hostname", "host name", bundle->machine.hostname);
	fact_text(facts, "kernel", "kernel", bundle->machine.kernel);
}

/* All that speaks against evidence and boot; what the bundle says against its boot comes last. */
static struct findings reasons_of(const struct bundlecheck *check)
{
	struct findings ret = {0};

	findings_add_all(&ret, &check->findings);
	if (check->boot.health == HEALTH_UNHEALTHY)
		findings_add(&ret, &check->boot.reason);
	return ret;
}

static void add_boot(json *document, const struct verdict *boot)
{
	json *members = json_add_object(document, "boot");

	json_add_text(members, "health", health_name(boot->health));
	json_add_reason(members, boot->reason.code, boot->reason.code ? boot->reason.msg : NULL);
}

int verify_print_json(const struct verify_result *result, struct err *err)
{
	const struct bundlecheck *check = result->check;
	auto_cleanup(findings) struct findings found = reasons_of(check);
	const struct err *first = found.count ? findings_at(&found, 0) : NULL;
	bool is_open = check->origin == BUNDLECHECK_UNANCHORED;
	auto_cleanup(json) json *document =
		document_new(first ? first->code : ERR_OK, first     ? first->msg
							   : is_open ? UNANCHORED
								     : NULL);
	struct facts facts, stated;
	char time[CLOCK_TEXT_SIZE];
	json *reasons, *notes;

	json_add_text(document, "verdict", bundlecheck_origin_name(check->origin));
	add_boot(document, &check->boot);
	reasons = json_add_array(document, "reasons");
	for (size_t i = 0; i < found.count; i++)
		json_add_reason(json_add_object(reasons, NULL), findings_at(&found, i)->code,
			findings_at(&found, i)->msg);
	json_add_bool(document, "issuerChecked", check->is_issuer_checked);
	json_add_bool(document, "tokenChecked", check->is_token_checked);
	notes = json_add_array(document, "notChecked");
	for (size_t i = 0; i < check->note_count; i++)
		json_add_text(notes, NULL, check->notes[i]);
	if (result->bundle->is_redacted)
		guessable_add(document, &result->bundle->request.evidence);
	else
		json_add_null(document, "guessable");
	clock_text(result->now_s, time);
	json_add_text(document, "checkedFor", time);
	facts = facts_as_json(json_add_object(document, "facts"));
	add_facts(&facts, result);
	stated = facts_as_json(document);
	stated = facts_if(&stated, result->bundle->is_whole);
	stated = facts_within(&stated, "stated");
	add_stated(&stated, result->bundle);
	return print_document(document, err);
}

void verify_print_text(const struct verify_result *result)
{
	const struct bundlecheck *check = result->check;
	auto_cleanup(findings) struct findings reasons = reasons_of(check);
	const struct facts facts = facts_as_text();
	char answer[ANSWER_SIZE];

	answer_text(check, answer);
	print_format("%s\n", answer);
	for (size_t i = 0; i < reasons.count; i++)
		print_reason(findings_at(&reasons, i)->code, findings_at(&reasons, i)->msg);
	for (size_t i = 0; i < check->note_count; i++) {
		print_format("  ");
		print_hanging(2, check->notes[i]);
	}
	print_format("\nFacts\n");
	add_facts(&facts, result);
	if (!result->bundle->is_whole)
		return;
	print_format("\nThe bundle says, unproved\n");
	add_stated(&facts, result->bundle);
}
