#include "maa/retry.h"

#define FIRST_WAIT_MS 1000u
#define SPREAD_MS     1000u

static bool may_pass(enum err_code code)
{
	static const enum err_code codes[] = {ERR_THROTTLED, ERR_PROVIDER_DOWN, ERR_DNS_NO_NAME,
		ERR_DNS_FAILED, ERR_DNS_SILENT, ERR_CONNECT_REFUSED, ERR_UNREACHABLE,
		ERR_CONNECTION_LOST, ERR_TLS_FAILED, ERR_ANSWER_CUT, ERR_PROXY, ERR_PROXY_NAME,
		ERR_PROXY_UNREACHABLE, ERR_PROXY_NO_WAY, ERR_HTTP_FAILED};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

bool retry_is_worth_it(const struct retry_inputs *inputs, uint32_t *ret_wait_ms)
{
	uint64_t asked_ms = (uint64_t)inputs->retry_after_s * 1000;
	uint64_t wait_ms;

	if (inputs->tries >= RETRY_TRIES || inputs->took_ms > RETRY_LONG_TRY_MS ||
		!may_pass(inputs->code))
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
