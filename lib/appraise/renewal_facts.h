/* renewal_facts.h - Secure Boot's certificates and revocations beside the published ones, as rows
 * (facts.h) and as one text for the status. */
#ifndef APPRAISE_RENEWAL_FACTS_H
#define APPRAISE_RENEWAL_FACTS_H

#include "appraise/facts.h"
#include "appraise/verdict.h"

/* The state of the certificates of 2023, as this appraisal proves it; else as the firmware's
 * variables show it. */
struct renewal renewal_of_appraisal(const struct appraisal *appraisal);

/* Of the certificates, dbx and shim's revocation level. */
void renewal_facts(const struct facts *facts, const struct appraisal *appraisal);

/* "as published on 2025-10-15, and 12 entries behind 2026-06-10"; "" if nothing is known. */
#define RENEWAL_LEVEL_SIZE 96
void renewal_dbx_text(const struct dbx_level *level, char ret[RENEWAL_LEVEL_SIZE]);
/* The latest published level of shim (SbatLevel_Variable.txt of shim). */
#define RENEWAL_SBAT_LATEST "2025051000"
bool renewal_is_sbat_latest(const struct sbat *sbat);

#endif
