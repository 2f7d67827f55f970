/* status_report.h - makes the status that the portal shows from the outcome of a round. Pure. */
#ifndef SERVICE_STATUS_REPORT_H
#define SERVICE_STATUS_REPORT_H

#include "agent/settings.h"
#include "agent/status.h"
#include "attest/round.h"
#include "appraise/comparison.h"
#include "memory/chronicle.h"
#include "memory/history.h"
#include "service/outlook.h"

struct status_report_inputs {
	const struct round_result *round;
	const struct verdict *verdict; /* the combined one of service/verdicts.h */
	const struct history *history; /* including this round */
	const struct settings *settings;
	/* this boot compared with the baseline; NULL: not compared */
	const struct comparison *change;
	const struct outlook *outlook; /* NULL: not looked at */
	/* why the attestation key's certificate was not renewed; NULL, "": not tried */
	const char *cert_trouble;
	const struct chronicle *chronicle; /* including this round; NULL: none */
	int64_t enabled_at_s; /* when enable ran */
	struct moment now;
	uint32_t wait_s; /* until the next round */
};

/* The state is success if Healthy, error if Unhealthy (with alerts disabled: success, with a
 * remark). If the provider was not reached: success with the reason while a proof of this boot
 * counts (proof.h), transitioning while this boot may still wait for its first answer, else error.
 * Any other failure is an error. */
void status_report_make(const struct status_report_inputs *inputs, struct status *ret);

#endif
