/* schedule.h - when the next attestation is due: a pure function. */
#ifndef SERVICE_SCHEDULE_H
#define SERVICE_SCHEDULE_H

#include "appraise/verdict.h"

struct schedule_inputs {
	struct verdict verdict;
	/* rounds in a row without an answer since the service started, including this one */
	uint32_t failures;
	uint32_t period_s; /* of the settings */
	uint32_t retry_after_s; /* the provider's Retry-After; 0 = none */
	/* history_budget_left_s(): when it ends, the status becomes an error */
	uint32_t budget_left_s;
	uint32_t proof_left_s; /* proof_judge(): after a Healthy round, how long its proof counts */
	uint32_t random; /* spreads VMs that started together over time */
};

/* Seconds to wait. After an answer (Healthy or Unhealthy) or a permanent failure: the period, less
 * up to a tenth; after Healthy at most three quarters of the time that the proof still counts, so
 * that an outage has time to pass, but at least a minute. After a failure that may pass: 15 s,
 * doubling up to 30 minutes, plus up to a quarter; not past the end of the budget for the first
 * answer, never shorter than Retry-After and never longer than the period. */
uint32_t schedule_wait_s(const struct schedule_inputs *inputs);

#endif
