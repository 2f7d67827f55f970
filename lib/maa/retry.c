#include "maa/retry.h"

#define FIRST_WAIT_MS 1000u
#define SPREAD_MS     1000u

bool retry_is_worth_it(const struct retry_inputs *inputs, uint32_t *ret_wait_ms)
{
	uint64_t asked_ms = (uint64_t)inputs->retry_after_s * 1000;
	uint64_t wait_ms;

	if (inputs->tries >= inputs->max_tries || inputs->took_ms > RETRY_LONG_TRY_MS ||
		err_info(inputs->code)->retry != ERR_RETRY_SOON)
		return false;
	wait_ms = FIRST_WAIT_MS << (inputs->tries - 1);
	if (wait_ms < asked_ms)
		wait_ms = asked_ms;
	wait_ms += inputs->random % SPREAD_MS;
	if (wait_ms > RETRY_LONG_WAIT_MS || (int64_t)wait_ms + RETRY_LEAST_TRY_MS > inputs->left_ms)
		return false;
	*ret_wait_ms = (uint32_t)wait_ms;
	return true;
}
