/* verify_print.c - what guest-attest verify found out, for people and for programs. Only what was
 * proved is shown as a fact. */
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "bundle/redact_rest.h"
#include "commands.h"
#include "verify.h"

static const char *verdict_text(const struct verify_result *result)
{
	return result->check->findings.count ? "Refused" : "Verified";
}

static void add_reasons(json *reasons, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		add_err(json_add_object(reasons, NULL), findings_at(findings, i));
}

static void add_cert(json *members, const struct crypto_cert_info *cert)
{
	char not_before[CLOCK_TEXT_SIZE], not_after[CLOCK_TEXT_SIZE];

	clock_text(cert->not_before_s, not_before);
	clock_text(cert->not_after_s, not_after);
	json_add_text(members, "subject", cert->subject);
	json_add_text(members, "issuer", cert->issuer);
	json_add_text(members, "notBefore", not_before);
	json_add_text(members, "notAfter", not_after);
}

static void pcr_text(const struct tpm_pcrs *pcrs, uint32_t pcr, char ret[2 * TPM_DIGEST_SIZE + 1])
{
	hex_encode((struct bytes){pcrs->digest[pcr], TPM_DIGEST_SIZE}, ret);
}

static void add_pcrs(json *parent, const char *name, const struct tpm_pcrs *pcrs)
{
	json *members = json_add_object(parent, name);

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		char number[12], hex[2 * TPM_DIGEST_SIZE + 1];

		if (!(pcrs->mask & 1u << pcr))
			continue;
		(void)text_format(number, sizeof(number), "%u", pcr);
		pcr_text(pcrs, pcr, hex);
		json_add_text(members, number, hex);
	}
}

static void add_facts(json *facts, const struct verify_result *result)
{
	const struct appraisal *appraisal = &result->check->appraisal;

	if (result->check->has_cert)
		add_cert(json_add_object(facts, "certificate"), &result->check->cert);
	if (appraisal->has_secureboot) {
		json_add_int(facts, "events", appraisal->event_count);
		json_add_int(facts, "eventsNotMeasured", appraisal->unmeasured_count);
		json_add_bool(facts, "secureBoot", appraisal->secureboot.is_enabled);
		json_add_text(facts, "vmId", appraisal->secureboot.vm_id);
	}
	if (appraisal->is_bound)
		add_pcrs(facts, "pcrs", &result->bundle->request.evidence.pcrs);
}

/* Nobody proves it. */
static void add_stated(json *root, const struct verify_result *result)
{
	const struct bundle *bundle = result->bundle;
	char made[CLOCK_TEXT_SIZE];
	json *stated;

	if (!bundle->is_whole)
		return;
	stated = json_add_object(root, "stated");
	clock_text(bundle->made_s, made);
	json_add_text(stated, "made", made);
	json_add_text(stated, "program", bundle->program);
	json_add_bool(stated, "redacted", bundle->is_redacted);
	json_add_text(stated, "health", health_name(bundle->verdict.health));
	json_add_text(stated, "local", health_name(bundle->local.health));
	if (bundle->has_provider) {
		json_add_text(stated, "provider", bundle->provider.address);
		json_add_text(stated, "remote", health_name(bundle->provider.verdict.health));
	}
	json_add_text(stated, "hostname", bundle->machine.hostname);
	json_add_text(stated, "kernel", bundle->machine.kernel);
}

int verify_print_json(const struct verify_result *result, struct err *err)
{
	const struct bundlecheck *check = result->check;
	auto_cleanup(json) json *members = json_new_object();
	char time[CLOCK_TEXT_SIZE];
	json *notes;

	clock_text(result->now_s, time);
	json_add_text(members, "verdict", verdict_text(result));
	add_reasons(json_add_array(members, "reasons"), &check->findings);
	json_add_bool(members, "issuerChecked", check->is_issuer_checked);
	json_add_bool(members, "tokenChecked", check->is_token_checked);
	notes = json_add_array(members, "notChecked");
	for (size_t i = 0; i < check->note_count; i++)
		json_add_text(notes, NULL, check->notes[i]);
	if (result->bundle->is_redacted)
		redact_add_rests(members, &result->bundle->request.evidence);
	json_add_text(members, "checkedFor", time);
	add_facts(json_add_object(members, "facts"), result);
	add_stated(members, result);
	if (print_json(members, JSON_INDENTED, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

static void print_cert(const struct bundlecheck *check)
{
	char not_before[CLOCK_TEXT_SIZE], not_after[CLOCK_TEXT_SIZE];

	clock_text(check->cert.not_before_s, not_before);
	clock_text(check->cert.not_after_s, not_after);
	print_format(
		"  attestation key       %s\n  issued by             %s%s\n  valid                 %s to %s\n",
		check->cert.subject, check->cert.issuer,
		check->is_issuer_checked ? "" : " (says the certificate: not checked, give --ca)",
		not_before, not_after);
}

static void print_pcrs(const struct tpm_pcrs *pcrs)
{
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		char hex[2 * TPM_DIGEST_SIZE + 1];

		if (!(pcrs->mask & 1u << pcr))
			continue;
		pcr_text(pcrs, pcr, hex);
		print_format("  PCR %-2u                %s\n", pcr, hex);
	}
}

static void print_facts(const struct verify_result *result)
{
	const struct appraisal *appraisal = &result->check->appraisal;

	print_format("\nFacts\n");
	if (result->check->has_cert)
		print_cert(result->check);
	if (appraisal->has_secureboot) {
		print_format("  Secure Boot           %s\n  boot events           %u\n",
			appraisal->secureboot.is_enabled ? "on" : "off", appraisal->event_count);
		if (appraisal->unmeasured_count)
			print_format("    not measured        %u\n", appraisal->unmeasured_count);
		if (appraisal->secureboot.vm_id[0])
			print_format("  VM id                 %s\n", appraisal->secureboot.vm_id);
	}
	if (appraisal->is_bound)
		print_pcrs(&result->bundle->request.evidence.pcrs);
}

static void print_line(const char *name, const char *value)
{
	if (value[0])
		print_format("  %-21s %s\n", name, value);
}

static void print_stated(const struct bundle *bundle)
{
	char made[CLOCK_TEXT_SIZE];

	if (!bundle->is_whole)
		return;
	clock_text(bundle->made_s, made);
	print_format("\nThe bundle says, unproved\n");
	print_line("made", made);
	print_line("by guest-attest", bundle->program);
	print_line("verdict then", health_name(bundle->verdict.health));
	print_line("VM's own check then", health_name(bundle->local.health));
	if (bundle->has_provider) {
		print_line("provider", bundle->provider.address);
		print_line("its verdict then", health_name(bundle->provider.verdict.health));
	}
	print_line("host name", bundle->machine.hostname);
	print_line("kernel", bundle->machine.kernel);
}

static void print_below(const char *text)
{
	print_format("  ");
	print_hanging(2, text);
}

void verify_print_text(const struct verify_result *result)
{
	const struct bundlecheck *check = result->check;

	print_format("%s%s\n", verdict_text(result),
		check->findings.count || check->is_issuer_checked
			? ""
			: ", except whose TPM it is: no --ca was given");
	for (size_t i = 0; i < check->findings.count; i++) {
		const struct err_info *info = err_info(findings_at(&check->findings, i)->code);

		char text[ERR_MSG_SIZE + 80];

		(void)text_format(text, sizeof(text), "%s (%s)",
			findings_at(&check->findings, i)->msg, info->name);
		print_below(text);
		print_below(info->remedy);
	}
	for (size_t i = 0; i < check->note_count; i++)
		print_below(check->notes[i]);
	print_facts(result);
	print_stated(result->bundle);
}
