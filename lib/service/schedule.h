/* schedule.h - when the next attestation is due: a pure function of what happened. */
#ifndef SERVICE_SCHEDULE_H
#define SERVICE_SCHEDULE_H

#include "appraise/verdict.h"

struct schedule_inputs {
	struct verdict verdict;
	/* rounds in a row without an answer since the service started, with this one */
	uint32_t failures;
	uint32_t period_s; /* of the settings */
	uint32_t retry_after_s; /* what the provider asked for; 0 = nothing */
	/* history_budget_left_s(): when it is over, the status must say so */
	uint32_t budget_left_s;
	uint32_t proof_left_s; /* proof_judge(): after a Healthy round, how long its proof counts */
	uint32_t random; /* spreads a fleet that started together */
};

/* Seconds to wait. After an answer (Healthy or Unhealthy) or a failure that cannot pass by itself:
 * the period, less up to a tenth; after Healthy no longer than three quarters of what is left of
 * the proof, so that an outage has time to pass, but a minute at least. After one that may pass: 15
 * s doubling up to 30 minutes, up to a quarter more, not past the end of the first attestation's
 * budget, never shorter than the provider asked and never longer than the period. */
uint32_t schedule_wait_s(const struct schedule_inputs *inputs);

#endif
