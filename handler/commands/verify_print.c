/* verify_print.c - what guest-attest verify found out, for people and for programs. Only what was proved is shown as a fact. */
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "commands.h"
#include "verify.h"

static const char *verdict_text(const struct verify_result *result)
{
	return result->reason_count ? "Refused" : "Verified";
}

static void add_reasons(json *reasons, const struct verify_result *result)
{
	for (size_t i = 0; i < result->reason_count; i++) {
		const struct err *reason = &result->reasons[i];
		json *members = json_add_object(reasons, NULL);

		json_add_int(members, "code", reason->code);
		json_add_text(members, "name", err_info(reason->code)->name);
		json_add_text(members, "message", reason->msg);
		json_add_text(members, "remedy", err_info(reason->code)->remedy);
	}
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

static void pcr_text(const struct verify_result *result, unsigned pcr, char ret[2 * TPM_DIGEST_SIZE + 1])
{
	hex_encode((struct bytes){result->request.evidence.pcrs.digest[pcr], TPM_DIGEST_SIZE}, ret);
}

static void add_facts(json *facts, const struct verify_result *result)
{
	const struct appraisal *appraisal = &result->appraisal;

	if (result->has_cert)
		add_cert(json_add_object(facts, "certificate"), &result->cert);
	if (appraisal->has_secureboot) {
		json_add_int(facts, "events", appraisal->event_count);
		json_add_bool(facts, "secureBoot", appraisal->secureboot.is_enabled);
		json_add_text(facts, "vmId", appraisal->secureboot.vm_id);
	}
	if (appraisal->is_bound) {
		json *pcrs = json_add_object(facts, "pcrs");

		for (unsigned pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
			char name[4], hex[2 * TPM_DIGEST_SIZE + 1];

			if (!(result->request.evidence.pcrs.mask & 1u << pcr))
				continue;
			(void)text_format(name, sizeof(name), "%u", pcr);
			pcr_text(result, pcr, hex);
			json_add_text(pcrs, name, hex);
		}
	}
}

int verify_print_json(const struct verify_result *result, struct err *err)
{
	auto_cleanup(json) json *members = json_new_object();
	char time[CLOCK_TEXT_SIZE];

	clock_text(result->now_s, time);
	json_add_text(members, "verdict", verdict_text(result));
	add_reasons(json_add_array(members, "reasons"), result);
	json_add_bool(members, "issuerChecked", result->is_issuer_checked);
	json_add_text(members, "checkedFor", time);
	add_facts(json_add_object(members, "facts"), result);
	if (print_json(members, JSON_INDENTED, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

static void print_cert(const struct verify_result *result)
{
	char not_before[CLOCK_TEXT_SIZE], not_after[CLOCK_TEXT_SIZE];

	clock_text(result->cert.not_before_s, not_before);
	clock_text(result->cert.not_after_s, not_after);
	print_format("  attestation key       %s\n  issued by             %s%s\n  valid                 %s "
		     "to %s\n",
		result->cert.subject, result->cert.issuer,
		result->is_issuer_checked ? "" : " (says the certificate: not checked, give --ca)",
		not_before, not_after);
}

static void print_facts(const struct verify_result *result)
{
	const struct appraisal *appraisal = &result->appraisal;

	print_format("\nFacts\n");
	if (result->has_cert)
		print_cert(result);
	if (appraisal->has_secureboot) {
		print_format("  Secure Boot           %s\n  boot events           %u\n",
			appraisal->secureboot.is_enabled ? "on" : "off", appraisal->event_count);
		if (appraisal->secureboot.vm_id[0])
			print_format("  VM id                 %s\n", appraisal->secureboot.vm_id);
	}
	for (unsigned pcr = 0; appraisal->is_bound && pcr < TPM_PCR_COUNT; pcr++) {
		char hex[2 * TPM_DIGEST_SIZE + 1];

		if (!(result->request.evidence.pcrs.mask & 1u << pcr))
			continue;
		pcr_text(result, pcr, hex);
		print_format("  PCR %-2u                %s\n", pcr, hex);
	}
}

void verify_print_text(const struct verify_result *result)
{
	print_format("%s\n", verdict_text(result));
	for (size_t i = 0; i < result->reason_count; i++) {
		const struct err_info *info = err_info(result->reasons[i].code);

		print_format("  %s (%s)\n  %s\n", result->reasons[i].msg, info->name, info->remedy);
	}
	if (!result->is_issuer_checked)
		print_format(
			"  The certificate's issuer was not checked: all parts fit together, but only --ca "
			"tells whose TPM it is.\n");
	print_facts(result);
}
