/* schedule.h - when the next attestation is due: pure functions. They spread a fleet over time:
 * each VM has its own slot in every period, so that neither an outage nor an enabling of all VMs at
 * once leaves a wave behind. `make bench` shows the load of a million VMs. */
#ifndef SERVICE_SCHEDULE_H
#define SERVICE_SCHEDULE_H

#include "appraise/verdict.h"

struct schedule_inputs {
	struct verdict verdict;
	bool was_sent; /* the round got as far as the provider, so that its load counts */
	/* rounds in a row without an answer since the service started, including this one */
	uint32_t failures;
	uint32_t period_s; /* of the settings */
	uint32_t retry_after_s; /* the provider's Retry-After; 0 = none */
	/* history_budget_left_s(): when it ends, the status becomes an error */
	uint32_t budget_left_s;
	uint32_t proof_left_s; /* proof_judge(): after a Healthy round, how long its proof counts */
	uint32_t phase; /* of schedule_phase() */
	int64_t now_s; /* Unix time */
	uint32_t random; /* fresh for each call; spreads VMs that failed at the same time */
};

/* The place of a VM's slots in the period, of 2^32: the same for the same VM ID, and evenly spread
 * over VM IDs. */
uint32_t schedule_phase(const char *vm_id);

/* Seconds to wait.
 * After an answer (Healthy or Unhealthy), or a refusal that no time will change: until the VM's
 * next slot. A slot that comes within a tenth of the period is taken as done. After Healthy the
 * period is divided by a whole number if the proof would end sooner, but stays a minute or more.
 * After a failure before anything was sent: 1 to 15 minutes, because the remedy is on this VM and a
 * look costs nobody else.
 * After a failure on the way or at the provider: 1 to 15 minutes, then 1 to 2 hours each time;
 * within the budget for the first answer, at its end at the latest.
 * Never longer than the period, except for the provider's Retry-After, which is obeyed for up to a
 * day. */
uint32_t schedule_wait_s(const struct schedule_inputs *inputs);

/* How long the service waits, 0 to 60 s, after what may have come to the whole fleet at once: a
 * boot, or a remedy. random: or a VM's phase, of schedule_phase(). */
uint32_t schedule_spread_s(uint32_t random);

/* The longest wait after an answer, for those who judge whether a round is overdue. */
uint32_t schedule_longest_wait_s(uint32_t period_s);

#endif
