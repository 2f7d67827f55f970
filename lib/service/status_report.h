/* status_report.h - a round's outcome -> what the portal shows. Pure. */
#ifndef SERVICE_STATUS_REPORT_H
#define SERVICE_STATUS_REPORT_H

#include "agent/settings.h"
#include "agent/status.h"
#include "attest/round.h"
#include "appraise/comparison.h"
#include "service/history.h"

struct status_report_inputs {
	const struct round_result *round;
	const struct verdict *verdict; /* of all */
	const struct history *history; /* with this round in it */
	const struct settings *settings;
	/* this boot against the baseline; NULL: not looked at */
	const struct comparison *change;
	int64_t enabled_at_s; /* when enable ran */
	struct moment now;
	uint32_t wait_s; /* until the next round */
};

/* Success if Healthy; error if Unhealthy (unless alerts are off: success that says so). If the
 * provider was not reached: success with the reason while a proof of this boot counts (proof.h),
 * transitioning while this boot may still wait for its first answer, else error. Any other failure
 * is an error. */
void status_report_make(const struct status_report_inputs *inputs, struct status *ret);

#endif
