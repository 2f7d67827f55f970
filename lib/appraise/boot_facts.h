/* boot_facts.h - what an appraisal proved about the boot, as rows (facts.h). What was not proved is
 * no fact. */
#ifndef APPRAISE_BOOT_FACTS_H
#define APPRAISE_BOOT_FACTS_H

#include "appraise/facts.h"
#include "appraise/verdict.h"

/* How many events the log has, and how many of them were not measured. */
void boot_facts_events(const struct facts *facts, const struct appraisal *appraisal);
/* Secure Boot and the VM's id, as PCR 7's events have them. */
void boot_facts_identity(const struct facts *facts, const struct appraisal *appraisal);
/* What is revoked, who let which program start, the PCRs behind the quoted ones, remarks. */
void boot_facts_rest(const struct facts *facts, const struct appraisal *appraisal);

#endif
