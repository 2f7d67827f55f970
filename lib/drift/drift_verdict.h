/* drift_verdict.h - implements appraise/comparison.h by baseline, drift and rules. */
#ifndef DRIFT_DRIFT_VERDICT_H
#define DRIFT_DRIFT_VERDICT_H

#include "appraise/comparison.h"
#include "drift/baseline.h"

/* A finished comparison, for pages and commands that show it. */
struct drift_details {
	struct drift drift;
	struct drift_judgement judgement;
	uint32_t compared; /* mask of the PCRs that were known in both boots */
};

/* Parts of the comparison, for callers with a baseline of their own. Reads this boot's components,
 * only of the PCRs that the log was checked against, since the events of others are not proven.
 * Empty if the log is not what was measured. */
int drift_verdict_components(
	const struct appraisal *appraisal, struct components *ret, struct err *err) err_check;
/* Compares the boot with a baseline that has a variant. */
int drift_verdict_compare(const struct comparison_inputs *inputs, const struct baseline *baseline,
	const struct components *boot, struct drift *ret, struct drift_judgement *ret_judgement,
	struct err *err) err_check;

#endif
