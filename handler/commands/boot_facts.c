/* boot_facts.c - what an appraisal found out about the boot, for people and for programs: Secure
 * Boot, who let which program start, the PCRs behind the quoted ones. Only what was proved, or it
 * is said that it is not. */
#include "base/codec.h"
#include "base/text.h"
#include "commands.h"

static void add_pcrs(json *parent, const char *name, uint32_t mask)
{
	json *pcrs = json_add_array(parent, name);

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (mask & 1u << pcr)
			json_add_int(pcrs, NULL, pcr);
}

static void add_later(json *facts, const struct unquoted_pcrs *later)
{
	json *members;

	if (!later->compared)
		return;
	members = json_add_object(facts, "pcrsReadNotQuoted");
	add_pcrs(members, "asLogged", later->as_logged);
	add_pcrs(members, "extendedByBootPhases", later->by_phases);
	add_pcrs(members, "extendedLater", later->grown);
	add_pcrs(members, "beyondLog", later->beyond);
	add_pcrs(members, "notMeasured", later->unmeasured);
}

static void add_authorities(json *facts, const struct authorities *authorities)
{
	json *list = json_add_array(facts, "authorities");

	for (size_t i = 0; i < authorities->count; i++) {
		const struct authority *authority = &authorities->items[i];
		json *members = json_add_object(list, NULL);
		char hex[2 * CRYPTO_SHA256_SIZE + 1];

		hex_encode((struct bytes){authority->sha256, sizeof(authority->sha256)}, hex);
		json_add_int(members, "event", authority->event);
		json_add_text(members, "variable", authority->variable);
		json_add_text(members, authority->has_cert ? "certificate" : "hash", hex);
		json_add_text(members, "subject", authority->subject);
		json_add_text(members, "program", authority->program);
	}
}

static void add_remarks(json *facts, const struct appraisal *appraisal)
{
	json *list = json_add_array(facts, "remarks");

	for (size_t i = 0; i < appraisal->remark_count; i++)
		add_err(json_add_object(list, NULL), &appraisal->remarks[i]);
}

void add_boot_facts(json *facts, const struct appraisal *appraisal)
{
	const struct secureboot *secureboot = &appraisal->secureboot;
	char sbat[128];

	if (appraisal->has_secureboot) {
		json_add_bool(facts, "secureBoot", secureboot->is_enabled);
		json_add_int(facts, "revoked",
			(int64_t)(secureboot->dbx.hash_count + secureboot->dbx.other_count));
		if (secureboot->has_sbat) {
			sbat_text(&secureboot->sbat, sbat, sizeof(sbat));
			json_add_text(facts, "sbatLevel", sbat);
		}
		add_authorities(facts, &appraisal->authorities);
		json_add_text(facts, "vmId", secureboot->vm_id);
		if (appraisal->is_vm_id_confirmed)
			json_add_bool(facts, "vmIdConfirmed", true);
	}
	add_later(facts, &appraisal->unquoted);
	add_remarks(facts, appraisal);
}

static void print_authorities(const struct authorities *authorities)
{
	for (size_t i = 0; i < authorities->count; i++) {
		const struct authority *authority = &authorities->items[i];
		char name[CRYPTO_NAME_SIZE];

		authority_short_name(authority->subject, name);
		print_format("  vouched for           %s: %s (%s)\n",
			authority->program[0] ? authority->program : "(no file)",
			authority->has_cert ? name : "its hash", authority->variable);
	}
}

static void print_secure_boot(const struct appraisal *appraisal)
{
	const struct secureboot *secureboot = &appraisal->secureboot;
	char sbat[128];

	print_format("  Secure Boot           %s\n", secureboot->is_enabled ? "on" : "off");
	print_format("  revoked by dbx        %zu\n",
		secureboot->dbx.hash_count + secureboot->dbx.other_count);
	if (secureboot->has_sbat) {
		sbat_text(&secureboot->sbat, sbat, sizeof(sbat));
		print_format("  revoked by SBAT       %s\n", sbat);
	}
	print_authorities(&appraisal->authorities);
	if (secureboot->vm_id[0])
		print_format("  VM id                 %s%s\n", secureboot->vm_id,
			appraisal->is_vm_id_confirmed ? " (the metadata service says the same)" : "");
}

static void print_later(const char *label, uint32_t mask, const char *what)
{
	char list[UNQUOTED_TEXT_SIZE];

	unquoted_text(mask, list);
	if (mask)
		print_format("  %-21s %s: %s\n", label, list, what);
}

void print_boot_facts(const struct appraisal *appraisal)
{
	const struct unquoted_pcrs *later = &appraisal->unquoted;

	if (appraisal->has_secureboot)
		print_secure_boot(appraisal);
	print_later("PCRs not quoted", later->as_logged, "as the log leads to");
	print_later("", later->by_phases, "as the log leads to, and systemd's phases of the boot");
	print_later("", later->grown, "extended by the running system");
	print_later("", later->beyond, "not what the log leads to");
	print_later("", later->unmeasured, "the log shows more than was measured");
	for (size_t i = 0; i < appraisal->remark_count; i++)
		print_format("  remark                %s (%s) %s\n", appraisal->remarks[i].msg,
			err_info(appraisal->remarks[i].code)->name,
			err_info(appraisal->remarks[i].code)->remedy);
}
