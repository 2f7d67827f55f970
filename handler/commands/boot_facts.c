/* boot_facts.c - what an appraisal found out about the boot, for people and for programs: Secure
 * Boot, who let which program start, the PCRs behind the quoted ones. Only what was proved; what
 * was not is no fact. */
#include "base/codec.h"
#include "base/text.h"
#include "commands.h"
#include "facts.h"

static void add_unquoted(const struct facts *facts, const struct unquoted_pcrs *unquoted)
{
	const struct {
		const char *name, *label;
		uint32_t mask;
		const char *what;
	} rows[] = {
		{"asLogged", "PCRs not quoted", unquoted->as_logged, "as the log leads to"},
		{"extendedByBootPhases", " ", unquoted->by_phases,
			"as the log leads to, and systemd's phases of the boot"},
		{"extendedLater", " ", unquoted->grown, "extended by the running system"},
		{"beyondLog", " ", unquoted->beyond, "not what the log leads to"},
		{"notMeasured", " ", unquoted->unmeasured, "the log shows more than was measured"},
	};
	const struct facts known = facts_if(facts, unquoted->compared);
	const struct facts parts = facts_within(&known, "pcrsReadNotQuoted");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fact_pcrs(&parts, rows[i].name, rows[i].label, rows[i].mask, rows[i].what);
}

static void add_authority(json *list, const struct authority *authority)
{
	json *members = json_add_object(list, NULL);
	char hex[2 * CRYPTO_SHA256_SIZE + 1];

	hex_encode((struct bytes){authority->sha256, sizeof(authority->sha256)}, hex);
	json_add_int(members, "event", authority->event);
	json_add_text(members, "variable", authority->variable);
	json_add_known_text(members, "certificate", authority->has_cert ? hex : NULL);
	json_add_known_text(members, "hash", authority->has_cert ? NULL : hex);
	json_add_known_text(members, "subject", authority->subject);
	json_add_known_text(members, "program", authority->program);
}

static void print_authority(const struct authority *authority)
{
	char name[CRYPTO_NAME_SIZE];

	authority_label(authority->common_name, authority->subject, name);
	print_format("  vouched for           %s: %s (%s)\n",
		authority->program[0] ? authority->program : "(no file)",
		authority->has_cert ? name : "its hash", authority->variable);
}

static void add_authorities(const struct facts *facts, const struct authorities *authorities)
{
	json *list = fact_list(facts, "authorities");

	for (size_t i = 0; facts->is_known && i < authorities->count; i++)
		if (facts->is_text)
			print_authority(&authorities->items[i]);
		else
			add_authority(list, &authorities->items[i]);
}

static void add_remarks(const struct facts *facts, const struct appraisal *appraisal)
{
	json *list = fact_list(facts, "remarks");

	for (size_t i = 0; i < appraisal->remark_count; i++) {
		const struct err *remark = &appraisal->remarks[i];

		if (facts->is_text)
			print_format("  remark                %s (%s) %s\n", remark->msg,
				err_info(remark->code)->name, err_info(remark->code)->remedy);
		else
			json_add_reason(json_add_object(list, NULL), remark->code, remark->msg);
	}
}

void add_boot_facts(const struct facts *facts, const struct appraisal *appraisal)
{
	const struct secureboot *secureboot = &appraisal->secureboot;
	/* these are read from PCR 7's events */
	const struct facts measured = facts_if(facts, appraisal->has_secureboot);
	char sbat[128] = "", vm_id[128] = "";

	if (secureboot->has_sbat)
		sbat_text(&secureboot->sbat, sbat, sizeof(sbat));
	if (secureboot->vm_id[0])
		(void)text_format(vm_id, sizeof(vm_id), "%s%s", secureboot->vm_id,
			appraisal->is_vm_id_confirmed ? " (the metadata service says the same)" : "");
	fact_flag(&measured, "secureBoot", "Secure Boot", secureboot->is_enabled);
	fact_count(&measured, "revoked", "revoked by dbx",
		secureboot->dbx.hash_count + secureboot->dbx.other_count);
	fact_text(&measured, "sbatLevel", "revoked by SBAT", sbat);
	add_authorities(&measured, &appraisal->authorities);
	fact_text(&measured, "vmId", NULL, secureboot->vm_id);
	fact_flag(&measured, "vmIdConfirmed", NULL, appraisal->is_vm_id_confirmed);
	fact_text(&measured, NULL, "VM id", vm_id);
	add_unquoted(facts, &appraisal->unquoted);
	add_remarks(facts, appraisal);
}
