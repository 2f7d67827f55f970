#include "service/schedule.h"

#include "edge/crypto.h"

#define MINUTE_S          60u
#define HOUR_S            (60 * MINUTE_S)
#define SHORTEST_PERIOD_S MINUTE_S /* between two proofs, however short their lifetime is */
#define LONGEST_PAUSE_S   (24 * HOUR_S)
#define DONE_EARLY        10 /* a round in the last tenth of a period counts for the next slot */

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t between(uint32_t least, uint32_t most, uint32_t random)
{
	return least + (uint32_t)(((uint64_t)random * (most - least + 1)) >> 32);
}

uint32_t schedule_phase(const char *vm_id)
{
	uint8_t hash[CRYPTO_SHA256_SIZE];

	crypto_sha256(bytes_of_text(vm_id), hash);
	return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

/* Divides the period into equal parts that are shorter than the proof's life, an eighth of which is
 * left for an outage. Whole parts keep the fleet evenly spread. */
static uint32_t period_within(uint32_t period_s, uint32_t life_s)
{
	/* a wait is up to a tenth longer than a period */
	uint32_t limit_s = (uint32_t)((uint64_t)life_s * 7 / 8 * DONE_EARLY / (DONE_EARLY + 1));
	uint32_t part_s;

	if (period_s <= limit_s)
		return period_s;
	part_s = limit_s ? period_s / ((period_s + limit_s - 1) / limit_s) : 0;
	return part_s < SHORTEST_PERIOD_S ? SHORTEST_PERIOD_S : part_s;
}

static uint32_t until_slot_s(const struct schedule_inputs *inputs, uint32_t period_s)
{
	uint32_t place_s = (uint32_t)(((uint64_t)inputs->phase * period_s) >> 32);
	/* how far the clock, which may be before 1970, is in its period */
	uint32_t passed_s = (uint32_t)((inputs->now_s % period_s + period_s) % period_s);
	uint32_t wait_s = place_s > passed_s ? place_s - passed_s : period_s - passed_s + place_s;

	return wait_s < period_s / DONE_EARLY ? wait_s + period_s : wait_s;
}

static uint32_t until_retry_s(const struct schedule_inputs *inputs)
{
	bool is_first = inputs->failures <= 1 || !inputs->was_sent;
	uint32_t wait_s = is_first ? between(MINUTE_S, 15 * MINUTE_S, inputs->random)
				   : between(HOUR_S, 2 * HOUR_S, inputs->random);

	if (inputs->budget_left_s)
		wait_s = smaller(wait_s, inputs->budget_left_s);
	return smaller(wait_s, inputs->period_s);
}

uint32_t schedule_wait_s(const struct schedule_inputs *inputs)
{
	bool is_answer = inputs->verdict.health != HEALTH_UNKNOWN;
	bool may_pass = err_info(inputs->verdict.reason.code)->retry != ERR_RETRY_NEVER;
	uint32_t asked_s = smaller(inputs->retry_after_s, LONGEST_PAUSE_S);
	uint32_t wait_s;

	if (inputs->verdict.health == HEALTH_HEALTHY)
		return until_slot_s(inputs, period_within(inputs->period_s, inputs->proof_left_s));
	if (is_answer || (inputs->was_sent && !may_pass))
		return until_slot_s(inputs, inputs->period_s);
	wait_s = until_retry_s(inputs);
	return wait_s < asked_s ? between(asked_s, asked_s + asked_s / 4, inputs->random) : wait_s;
}

uint32_t schedule_spread_s(uint32_t random)
{
	return between(0, MINUTE_S, random);
}

uint32_t schedule_longest_wait_s(uint32_t period_s)
{
	return period_s + period_s / DONE_EARLY;
}
