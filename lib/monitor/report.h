/* report.h - a round's outcome -> what the portal shows. Pure. */
#ifndef MONITOR_REPORT_H
#define MONITOR_REPORT_H

#include "agent/settings.h"
#include "agent/status.h"
#include "monitor/change.h"
#include "monitor/history.h"
#include "monitor/round.h"

#define REPORT_FIRST_BUDGET_S                                                                                \
	180 /* how long the first attestation may be tried before its trouble is an error */

struct report_inputs {
	const struct round_result *round;
	const struct history *history; /* with this round in it */
	const struct settings *settings;
	const struct change *change; /* this boot against the baseline; NULL: not looked at */
	int64_t enabled_at_s;        /* when enable ran */
	int64_t now_s;
	uint32_t wait_s; /* until the next round */
};

/* Seconds left of the first attestation's budget: 0 once it is over, or if there was a proof. */
uint32_t report_budget_left_s(const struct history *history, int64_t enabled_at_s, int64_t now_s);

/* Success if Healthy; error if Unhealthy (unless alerts are off: success that says so). If the provider was not reached: transitioning
 * within the first budget, success with the reason while the last Healthy token lives, else error. Any other failure is an error. */
void report_status(const struct report_inputs *inputs, struct status *ret);

#endif
