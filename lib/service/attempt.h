/* attempt.h - what an enabled extension does with its settings, proxies and state: a round, and
 * the alerts of it. */
#ifndef SERVICE_ATTEMPT_H
#define SERVICE_ATTEMPT_H

#include "service/alert.h"
#include "service/record.h"
#include "service/status_report.h"

struct attempt {
	int root_fd, state_fd;
	const struct record *service;
	const struct settings *settings;
	const char *boot_id;
	const char *version; /* of this program */
};

/* random: 16 bytes for the nonce and 4 more, new each time. */
void attempt_round(const struct attempt *attempt, const uint8_t random[20], int64_t now_s,
	struct round_result *ret);
/* alert_run() after the round that was reported with this state. */
int attempt_alerts(const struct attempt *attempt, const struct status_report_inputs *report,
	enum status_state state, const uint8_t random[ALERT_RANDOM_SIZE], size_t *ret_sent,
	struct err *err) err_check;

#endif
