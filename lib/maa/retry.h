/* retry.h - decides whether a failed exchange is tried again within the same round. Pure.
 * service/schedule.h decides between rounds. */
#ifndef MAA_RETRY_H
#define MAA_RETRY_H

#include "base/err.h"

#include <stdint.h>

#define RETRY_TRIES 3 /* in all */
/* a try that took longer is not repeated, since the next one would take as long */
#define RETRY_LONG_TRY_MS 5000
/* a longer wait is left to the schedule, so that the status can show it meanwhile */
#define RETRY_LONG_WAIT_MS 10000
#define RETRY_LEAST_TRY_MS 2000 /* of the round that must be left for the try after the wait */

struct retry_inputs {
	enum err_code code; /* why the last try failed */
	uint32_t tries; /* made so far, 1 or more */
	uint32_t max_tries; /* in all, at most RETRY_TRIES */
	uint32_t took_ms; /* by the last try */
	uint32_t retry_after_s; /* Retry-After of the answer, or 0 */
	uint32_t random; /* spreads VMs that failed at the same time */
	int64_t left_ms; /* of the round */
};

/* True for failures that may pass within seconds: throttling (408, 429), 5xx, an early failure of
 * name, connection or TLS handshake, a connection that was cut. ret_wait_ms: 1 s, doubled with each
 * try, or retry_after_s if that is longer; plus up to 1 s. */
bool retry_is_worth_it(const struct retry_inputs *inputs, uint32_t *ret_wait_ms);

#endif
