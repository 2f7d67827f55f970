/* findings.h - all that speaks against evidence, in the order in which it was found. The stages of
 * an appraisal append to it while they run; the first finding is the verdict's reason (verdict.h),
 * and readers elsewhere are shown all. */
#ifndef APPRAISE_FINDINGS_H
#define APPRAISE_FINDINGS_H

#include "base/err.h"

#define FINDINGS_MAX 48 /* what comes after is not listed: nobody reads more */

/* Zeroed: none. */
struct findings {
	size_t count; /* of those kept, up to FINDINGS_MAX */
	struct err first; /* needs no memory, so that no failed allocation hides it */
	struct err *others; /* owned; NULL for one finding or none */
	bool lacks_memory; /* for the others: there are more than `count` */
};

void findings_done(struct findings *findings);
static inline void findings_cleanup(struct findings *findings)
{
	findings_done(findings);
}

/* Nothing is added twice. */
void findings_add(struct findings *findings, const struct err *err);
void findings_add_all(struct findings *findings, const struct findings *others);
/* Adds one sentence about one fault, as err_fill does. */
void finding(struct findings *findings, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* index: below count. */
const struct err *findings_at(const struct findings *findings, size_t index);
/* ERR_NO_MEMORY also if it is why not all are listed. */
bool findings_hold(const struct findings *findings, enum err_code code);
/* The first finding as an error, for callers that need no other. */
int findings_check(const struct findings *findings, struct err *err) err_check;

#endif
