#include "service/schedule.h"

#define FIRST_RETRY_S 15u
#define LAST_RETRY_S  (30u * 60)
#define SHORTEST_S    60u /* between two proofs, however short their lifetime is */

static uint32_t backoff_s(uint32_t failures)
{
	uint32_t wait_s = FIRST_RETRY_S;

	for (uint32_t i = 1; i < failures && wait_s < LAST_RETRY_S; i++)
		wait_s *= 2;
	return wait_s < LAST_RETRY_S ? wait_s : LAST_RETRY_S;
}

static uint32_t period_after(const struct schedule_inputs *inputs)
{
	uint32_t life_s = inputs->proof_left_s - inputs->proof_left_s / 4;

	if (life_s < SHORTEST_S)
		life_s = SHORTEST_S;
	return inputs->verdict.health == HEALTH_HEALTHY && life_s < inputs->period_s
		       ? life_s
		       : inputs->period_s;
}

uint32_t schedule_wait_s(const struct schedule_inputs *inputs)
{
	uint32_t wait_s = period_after(inputs);

	if (inputs->verdict.health != HEALTH_UNKNOWN ||
		err_info(inputs->verdict.reason.code)->retry == ERR_RETRY_NEVER)
		return wait_s - inputs->random % (wait_s / 10 + 1);
	wait_s = backoff_s(inputs->failures);
	wait_s += inputs->random % (wait_s / 4 + 1);
	if (inputs->budget_left_s && wait_s > inputs->budget_left_s)
		wait_s = inputs->budget_left_s;
	if (wait_s < inputs->retry_after_s)
		wait_s = inputs->retry_after_s + inputs->random % (inputs->retry_after_s / 4 + 1);
	return wait_s < inputs->period_s ? wait_s : inputs->period_s;
}
