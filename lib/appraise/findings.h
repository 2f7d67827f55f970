/* findings.h - everything that speaks against evidence, not only the first: for those who read it
 * elsewhere, and for reports. A verdict has one reason (verdict.h); here are all that do not follow
 * from one another. */
#ifndef APPRAISE_FINDINGS_H
#define APPRAISE_FINDINGS_H

#include "appraise/verdict.h"

#define FINDINGS_MAX 48 /* what comes after is not listed: nobody reads more */

struct findings {
	size_t count;
	struct err items[FINDINGS_MAX];
};

/* Nothing is added twice. */
void findings_add(struct findings *findings, const struct err *err);
bool findings_hold(const struct findings *findings, enum err_code code);

/* What appraise_evidence says, and adds all reasons, the verdict's own first: faults of the quote
 * and of the encryption key, each quoted PCR that the log does not lead to, altered event data, and
 * what Secure Boot lacked. Nothing is added for a Healthy verdict. What only a good quote, or a log
 * that it proves, could tell is not guessed. */
void findings_of_evidence(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct appraisal *ret, struct findings *findings);

#endif
