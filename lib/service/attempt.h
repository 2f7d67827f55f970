/* attempt.h - a round, its alerts, and the renewal of the attestation key's certificate, with the
 * settings, proxies and state of the enabled extension. */
#ifndef SERVICE_ATTEMPT_H
#define SERVICE_ATTEMPT_H

#include "attest/cert_renewal.h"
#include "memory/record.h"
#include "service/alert.h"
#include "service/status_report.h"

struct attempt {
	int root_fd, state_fd;
	const struct record *service;
	const struct settings *settings;
	const char *boot_id;
	const char *version; /* of this program */
	struct keys_kept *keys; /* the provider's, between rounds */
	uint32_t phase; /* this VM's place in the schedule */
};

/* round_run(). random: 16 bytes for the nonce and 4 for round_inputs.random, fresh for each
 * call. */
void attempt_round(const struct attempt *attempt, const uint8_t random[20],
	const struct clock_time *now, struct round_result *ret);
/* cert_renewal_resume() and cert_renewal_run(); they log what came of it. */
void attempt_resume_renewal(
	const struct attempt *attempt, char ret_trouble[CERT_RECORD_TROUBLE_SIZE]);
void attempt_renewal(const struct attempt *attempt, int64_t end_s, const struct clock_time *now);
/* What alerts may be about after a round. */
struct attempt_news {
	const struct status_report_inputs *report;
	enum status_state state; /* that was reported */
	const uint8_t *random; /* ALERT_RANDOM_SIZE bytes, fresh for each call */
};

/* alert_run(). news: NULL when those are due that waited for this VM's place. */
int attempt_alerts(const struct attempt *attempt, const struct moment *now,
	const struct attempt_news *news, struct alert_outcome *ret, struct err *err) err_check;

#endif
