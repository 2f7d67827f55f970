/* retry.h - whether to ask once more within the same round: a pure function of what happened.
 * Between rounds: service/schedule.h. */
#ifndef MAA_RETRY_H
#define MAA_RETRY_H

#include "base/err.h"

#include <stdint.h>

#define RETRY_TRIES       3 /* in all */
#define RETRY_LONG_TRY_MS 5000 /* one that took longer is not repeated: the next would too */
/* a longer wait is the schedule's, so that people hear of it meanwhile */
#define RETRY_LONG_WAIT_MS 10000
#define RETRY_LEAST_TRY_MS 2000 /* left for the try after the wait */

struct retry_inputs {
	enum err_code code; /* why the last try failed */
	uint32_t tries; /* so far, 1 or more */
	uint32_t took_ms; /* the last one */
	uint32_t retry_after_s; /* what the provider asked for, 0: nothing */
	uint32_t random; /* spreads those who failed together */
	int64_t left_ms; /* of the round */
};

/* True for what may pass within seconds: throttling (408, 429), 5xx, a name, connection or TLS
 * handshake that failed soon, a connection that was cut. ret_wait_ms: 1 s, doubling, up to 1 s
 * more; what the provider asked for if that is longer. */
bool retry_is_worth_it(const struct retry_inputs *inputs, uint32_t *ret_wait_ms);

#endif
