#include "appraise/boot_facts.h"

#include "appraise/authority.h"
#include "base/codec.h"
#include "base/text.h"

#define LINE_SIZE 1024

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

static void add_authority_members(json *list, const struct authority *authority)
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

static void add_authority_line(const struct facts *facts, const struct authority *authority)
{
	char name[CRYPTO_NAME_SIZE], line[LINE_SIZE];

	authority_label(authority->common_name, authority->subject, name);
	(void)text_format(line, sizeof(line), "%s: %s (%s)",
		authority->program[0] ? authority->program : "(no file)",
		authority->has_cert ? name : "its hash", authority->variable);
	fact_text(facts, NULL, "vouched for", line);
}

static void add_authorities(const struct facts *facts, const struct authorities *authorities)
{
	json *list = fact_list(facts, "authorities");

	for (size_t i = 0; facts->is_known && i < authorities->count; i++) {
		add_authority_line(facts, &authorities->items[i]);
		if (!facts->line)
			add_authority_members(list, &authorities->items[i]);
	}
}

static void add_remarks(const struct facts *facts, const struct appraisal *appraisal)
{
	json *list = fact_list(facts, "remarks");

	for (size_t i = 0; i < appraisal->remark_count; i++) {
		const struct err *remark = &appraisal->remarks[i];
		char line[LINE_SIZE];

		(void)text_format(line, sizeof(line), "%s (%s) %s", remark->msg,
			err_info(remark->code)->name, err_info(remark->code)->remedy);
		fact_text(facts, NULL, "remark", line);
		if (!facts->line)
			json_add_reason(json_add_object(list, NULL), remark->code, remark->msg);
	}
}

/* Rows that are known only if Secure Boot's events could be read. */
static struct facts if_secureboot_known(const struct facts *facts, const struct appraisal *appraisal)
{
	return facts_if(facts, appraisal->has_secureboot);
}

void boot_facts_events(const struct facts *facts, const struct appraisal *appraisal)
{
	fact_count(facts, "events", "boot events", appraisal->event_count);
	fact_count(facts, "eventsNotMeasured",
		appraisal->unmeasured_count ? "  not measured" : NULL, appraisal->unmeasured_count);
}

void boot_facts_identity(const struct facts *facts, const struct appraisal *appraisal)
{
	const struct facts measured = if_secureboot_known(facts, appraisal);
	const char *vm_id = appraisal->secureboot.vm_id;
	char line[LINE_SIZE] = "";

	if (vm_id[0])
		(void)text_format(line, sizeof(line), "%s%s", vm_id,
			appraisal->is_vm_id_confirmed ? " (the metadata service says the same)" : "");
	fact_flag(&measured, "secureBoot", "Secure Boot", appraisal->secureboot.is_enabled);
	fact_text(&measured, "vmId", NULL, vm_id);
	fact_text(&measured, NULL, "VM id", line);
}

void boot_facts_rest(const struct facts *facts, const struct appraisal *appraisal)
{
	const struct secureboot *secureboot = &appraisal->secureboot;
	const struct facts measured = if_secureboot_known(facts, appraisal);
	char sbat[128] = "";

	if (secureboot->has_sbat)
		sbat_text(&secureboot->sbat, sbat, sizeof(sbat));
	fact_flag(&measured, "vmIdConfirmed", NULL, appraisal->is_vm_id_confirmed);
	fact_count(&measured, "revoked", "revoked by dbx",
		secureboot->keys[UEFI_DBX].hash_count + secureboot->keys[UEFI_DBX].other_count);
	fact_text(&measured, "sbatLevel", "revoked by SBAT", sbat);
	add_authorities(&measured, &appraisal->authorities);
	add_unquoted(facts, &appraisal->unquoted);
	add_remarks(facts, appraisal);
}
