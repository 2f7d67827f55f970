/* boot_facts.h - what an appraisal proved about the boot, as rows (facts.h). Unproven values are
 * left unknown. */
#ifndef APPRAISE_BOOT_FACTS_H
#define APPRAISE_BOOT_FACTS_H

#include "appraise/facts.h"
#include "appraise/verdict.h"

/* The number of events in the log, and how many of them were not measured. */
void boot_facts_events(const struct facts *facts, const struct appraisal *appraisal);
/* Secure Boot and the VM's id, from the events of PCR 7 and PCR 6. */
void boot_facts_identity(const struct facts *facts, const struct appraisal *appraisal);
/* Revocations, authorities with their programs, unquoted PCRs, remarks. */
void boot_facts_rest(const struct facts *facts, const struct appraisal *appraisal);

#endif
