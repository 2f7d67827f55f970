/* findings.h - all that speaks against evidence, in the order in which it was found. The stages of
 * an appraisal append findings. The first one is the verdict's reason (verdict.h); other readers
 * show all. */
#ifndef APPRAISE_FINDINGS_H
#define APPRAISE_FINDINGS_H

#include "base/err.h"

#define FINDINGS_MAX 48 /* further ones are dropped: the first ones explain the verdict */

/* Zeroed: no findings. */
struct findings {
	size_t count; /* of those kept, at most FINDINGS_MAX */
	struct err first; /* stored in place, so that a failed allocation cannot hide it */
	struct err *others; /* owned; NULL for one finding or none */
	bool lacks_memory; /* memory for `others` ran out: there are more than `count` */
};

void findings_done(struct findings *findings);
static inline void findings_cleanup(struct findings *findings)
{
	findings_done(findings);
}

/* A finding that is listed already is not added again. */
void findings_add(struct findings *findings, const struct err *err);
void findings_add_all(struct findings *findings, const struct findings *others);
/* Adds one sentence about one fault, as err_fill does. */
void finding(struct findings *findings, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* index < count */
const struct err *findings_at(const struct findings *findings, size_t index);
/* For ERR_NO_MEMORY also true if some findings could not be listed. */
bool findings_hold(const struct findings *findings, enum err_code code);
/* Returns the first finding as an error, or 0 if there is none. */
int findings_check(const struct findings *findings, struct err *err) err_check;

#endif
