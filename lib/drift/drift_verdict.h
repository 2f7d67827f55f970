/* drift_verdict.h - what appraise/comparison.h promises, by baseline, drift and rules. */
#ifndef DRIFT_DRIFT_VERDICT_H
#define DRIFT_DRIFT_VERDICT_H

#include "appraise/comparison.h"
#include "drift/baseline.h"

/* A comparison that was made, for those who show it. */
struct drift_details {
	struct drift drift;
	struct drift_judgement judgement;
	uint32_t compared; /* mask of the PCRs that were known of both boots */
};

/* The parts, for those who compare with a baseline of their own. What this boot consisted of: of
 * the PCRs that the log was checked against, since facts of others are hearsay. Empty if the log
 * was not found to be what was measured. */
int drift_verdict_components(
	const struct appraisal *appraisal, struct components *ret, struct err *err) err_check;
/* The baseline has a variant. */
int drift_verdict_compare(const struct comparison_inputs *inputs, const struct baseline *baseline,
	const struct components *boot, struct drift *ret, struct drift_judgement *ret_judgement,
	struct err *err) err_check;

#endif
