#include "appraise/renewal_facts.h"

#include <string.h>
#include "base/text.h"

#define LINE_SIZE 512

struct renewal renewal_of_appraisal(const struct appraisal *appraisal)
{
	static const struct renewal_variables unread;

	struct renewal renewal =
		renewal_of(appraisal->has_secureboot ? &appraisal->secureboot.renewal : &unread,
			&appraisal->firmware);

	renewal.vm = appraisal->vm;
	return renewal;
}

void renewal_dbx_text(const struct dbx_level *level, char ret[RENEWAL_LEVEL_SIZE])
{
	ret[0] = '\0';
	if (!level->is_known)
		return;
	if (level->missing == 0)
		(void)text_format(
			ret, RENEWAL_LEVEL_SIZE, "as published on %s, the latest", level->latest);
	else if (level->held)
		(void)text_format(ret, RENEWAL_LEVEL_SIZE,
			"as published on %s, and %zu entries behind %s", level->held,
			level->missing, level->latest);
	else
		(void)text_format(ret, RENEWAL_LEVEL_SIZE,
			"as never published, and %zu entries behind %s", level->missing,
			level->latest);
}

/* A level's date has ten digits; one without a date revokes nothing. */
bool renewal_is_sbat_latest(const struct sbat *sbat)
{
	return strlen(sbat->date) == strlen(RENEWAL_SBAT_LATEST) &&
	       strcmp(sbat->date, RENEWAL_SBAT_LATEST) >= 0;
}

/* The entries of one variable: Microsoft's by name, all others by their number. */
static void add_certs(const struct facts *facts, const char *name, const char *label,
	const struct known_certs *certs)
{
	json *list = fact_list(facts, name);
	char line[LINE_SIZE] = "";

	for (int cert = 0; cert < KNOWN_CERT_COUNT; cert++) {
		const char *text = known_cert_name((enum known_cert)cert);

		if (!(certs->found & KNOWN_CERT_BIT(cert)))
			continue;
		json_add_text(list, NULL, text);
		(void)text_list_add(line, sizeof(line), "%s", text);
	}
	if (certs->others)
		(void)text_list_add(line, sizeof(line), "%s%zu not Microsoft's",
			line[0] ? "and " : "", certs->others);
	fact_text(facts, NULL, label, line);
}

static void add_renewal(const struct facts *facts, const struct renewal *renewal)
{
	const struct facts known = facts_if(facts, renewal->state != RENEWAL_UNKNOWN);
	const struct facts parts = facts_within(&known, "secureBoot2023");
	char line[LINE_SIZE], missing[RENEWAL_TEXT_SIZE], remedy[RENEWAL_TEXT_SIZE];

	if (!parts.is_known)
		return;
	renewal_text(renewal, missing);
	renewal_remedy(renewal, remedy);
	(void)text_format(line, sizeof(line), "%s%s", renewal_state_text(renewal->state),
		renewal->is_measured ? "" : " (as the firmware shows it now, not proved)");
	fact_text(&parts, NULL, "certificates of 2023", line);
	fact_text(&parts, "state", NULL, renewal_state_name(renewal->state));
	fact_flag(&parts, "measured", NULL, renewal->is_measured);
	fact_flag(&parts, "due", NULL, renewal->is_due);
	fact_flag(&parts, "pending", NULL, renewal->is_pending);
	fact_text(&parts, "missing", "  missing", missing);
	fact_text(&parts, "remedy", "  to do", remedy);
	add_certs(&parts, "kek", "  KEK", &renewal->variables->certs[UEFI_KEK]);
	add_certs(&parts, "db", "  db", &renewal->variables->certs[UEFI_DB]);
	fact_flag(&parts, "windows2011Revoked", NULL, renewal->is_windows_2011_revoked);
	fact_text(&parts, NULL, "  revoked",
		renewal->is_windows_2011_revoked ? known_cert_name(KNOWN_CERT_WINDOWS_2011) : "");
}

static void add_dbx(const struct facts *facts, const struct dbx_level *level)
{
	const struct facts known = facts_if(facts, level->is_known);
	const struct facts parts = facts_within(&known, "dbxPublished");
	char line[RENEWAL_LEVEL_SIZE];

	if (!parts.is_known)
		return;
	renewal_dbx_text(level, line);
	fact_text(&parts, NULL, "dbx", line);
	fact_text(&parts, "architecture", NULL, level->architecture);
	fact_text(&parts, "held", NULL, level->held);
	fact_text(&parts, "latest", NULL, level->latest);
	fact_count(&parts, "missing", NULL, level->missing);
}

static void add_sbat(const struct facts *facts, const struct secureboot *secureboot)
{
	const struct facts known = facts_if(facts, secureboot->has_sbat);
	const struct facts parts = facts_within(&known, "sbatPublished");

	if (!parts.is_known)
		return;
	fact_text(&parts, NULL, "SBAT",
		renewal_is_sbat_latest(&secureboot->sbat)
			? "the latest published"
			: "behind the latest published, " RENEWAL_SBAT_LATEST);
	fact_text(&parts, "date", NULL, secureboot->sbat.date);
	fact_text(&parts, "latest", NULL, RENEWAL_SBAT_LATEST);
	fact_flag(&parts, "isLatest", NULL, renewal_is_sbat_latest(&secureboot->sbat));
}

void renewal_facts(const struct facts *facts, const struct appraisal *appraisal)
{
	const struct facts measured = facts_if(facts, appraisal->has_secureboot);
	const struct renewal renewal = renewal_of_appraisal(appraisal);

	add_renewal(facts, &renewal);
	add_dbx(&measured, &appraisal->secureboot.renewal.dbx_level);
	add_sbat(&measured, &appraisal->secureboot);
}
