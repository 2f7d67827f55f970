/* fleet: the load of a million VMs on one provider, with the service's own schedule, over a week.
 *
 * Each scene prints the load at its busiest five minutes, as a multiple of the mean load of a calm
 * fleet: how much more a provider must carry because of us. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "memory/proof.h"
#include "service/schedule.h"

#define VMS      1000000u
#define HOUR_S   3600u
#define DAY_S    (24 * HOUR_S)
#define PERIOD_S (4 * HOUR_S) /* the default of the settings */
#define TOKEN_S  (8 * HOUR_S)
#define BIN_S    300u
#define BINS     (7 * DAY_S / BIN_S)
#define START_S  1800000000 /* Unix time */
#define OUTAGE_S (3 * DAY_S) /* when it begins */

struct scene {
	const char *name;
	uint32_t enabled_within_s; /* all VMs, evenly */
	uint32_t outage_s; /* how long the provider is down, from OUTAGE_S on */
};

struct fleet {
	const struct scene *scene;
	uint32_t requests[BINS];
	uint32_t fresh_after_s[VMS]; /* the first proof after the outage or the start */
	uint64_t random;
};

/* xorshift64*: the same numbers in each run. */
static uint32_t draw(struct fleet *fleet)
{
	fleet->random ^= fleet->random >> 12;
	fleet->random ^= fleet->random << 25;
	fleet->random ^= fleet->random >> 27;
	return (uint32_t)((fleet->random * 0x2545F4914F6CDD1Du) >> 32);
}

static bool is_down(const struct scene *scene, uint32_t second)
{
	return second >= OUTAGE_S && second - OUTAGE_S < scene->outage_s;
}

static void note_proof(struct fleet *fleet, uint32_t vm, uint32_t second)
{
	uint32_t since_s = fleet->scene->outage_s ? OUTAGE_S + fleet->scene->outage_s : 0;

	if (second >= since_s && fleet->fresh_after_s[vm] == UINT32_MAX)
		fleet->fresh_after_s[vm] = second - since_s;
}

static void live(struct fleet *fleet, uint32_t vm)
{
	char vm_id[40];
	struct schedule_inputs inputs = {.was_sent = true, .period_s = PERIOD_S};
	uint64_t range = fleet->scene->enabled_within_s;
	uint32_t second = (uint32_t)((draw(fleet) * range) >> 32);
	uint32_t budget_ends_s = second + PROOF_BUDGET_S;

	(void)text_format(vm_id, sizeof(vm_id), "4c4c4544-0000-2010-8020-8000%08x", vm);
	inputs.phase = schedule_phase(vm_id);
	while (second < BINS * BIN_S) {
		bool fails = is_down(fleet->scene, second);

		fleet->requests[second / BIN_S]++;
		if (!fails) {
			note_proof(fleet, vm, second);
			budget_ends_s = 0;
		}
		inputs.verdict = (struct verdict){.health = fails ? HEALTH_UNKNOWN : HEALTH_HEALTHY,
			.reason.code = fails ? ERR_PROVIDER_DOWN : ERR_OK};
		inputs.failures = fails ? inputs.failures + 1 : 0;
		inputs.budget_left_s = budget_ends_s > second ? budget_ends_s - second : 0;
		inputs.proof_left_s = TOKEN_S;
		inputs.now_s = START_S + second;
		inputs.random = draw(fleet);
		second += schedule_wait_s(&inputs);
	}
}

/* The busiest bin of [from_s, to_s) as a multiple of the calm fleet's mean. */
static double peak(const struct fleet *fleet, uint32_t from_s, uint32_t to_s)
{
	uint32_t most = 0;

	for (uint32_t bin = from_s / BIN_S; bin < to_s / BIN_S && bin < BINS; bin++)
		most = fleet->requests[bin] > most ? fleet->requests[bin] : most;
	return most / ((double)VMS * BIN_S / PERIOD_S);
}

static int compare_seconds(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static bool judge(const char *what, double found, double goal)
{
	(void)printf("    %-44s %7.3f  (goal: below %.2f)\n", what, found, goal);
	return found < goal;
}

static bool show(struct fleet *fleet)
{
	const struct scene *scene = fleet->scene;
	uint32_t outage_end_s = OUTAGE_S + scene->outage_s;
	bool is_good = true;

	(void)printf("  %s\n", scene->name);
	if (scene->outage_s) {
		is_good &=
			judge("while the provider is down", peak(fleet, OUTAGE_S, outage_end_s), 3);
		is_good &= judge("in the half hour after",
			peak(fleet, outage_end_s, outage_end_s + HOUR_S / 2), 4);
		(void)printf("    %-44s %7.3f\n", "in the rest of that period",
			peak(fleet, outage_end_s + HOUR_S / 2, outage_end_s + PERIOD_S));
		is_good &= judge("later", peak(fleet, outage_end_s + PERIOD_S, BINS * BIN_S), 1.1);
	} else {
		(void)printf("    %-44s %7.3f\n", "in the first period", peak(fleet, 0, PERIOD_S));
		is_good &= judge("from the second period on",
			peak(fleet, PERIOD_S + scene->enabled_within_s, BINS * BIN_S), 1.05);
	}
	qsort(fleet->fresh_after_s, VMS, sizeof(fleet->fresh_after_s[0]), compare_seconds);
	(void)printf("    50, 95 and 100 %% have a fresh proof after     %.0f, %.0f and %.0f min\n",
		fleet->fresh_after_s[VMS / 2] / 60.0, fleet->fresh_after_s[VMS / 20 * 19] / 60.0,
		fleet->fresh_after_s[VMS - 1] / 60.0);
	return is_good;
}

int main(void)
{
	static const struct scene scenes[] = {
		{"calm: enabled over a period", PERIOD_S, 0},
		{"outage: two hours", PERIOD_S, 2 * HOUR_S},
		{"wave: all enabled within ten minutes", 600, 0},
	};
	struct fleet *fleet = malloc(sizeof(*fleet));
	bool is_good = true;

	if (!fleet)
		return 1;
	(void)printf(
		"A fleet of %u VMs with a period of %u h, for a week: load of the busiest five minutes, in calm means\n",
		VMS, PERIOD_S / HOUR_S);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		*fleet = (struct fleet){.scene = &scenes[i], .random = 88172645463325252u};
		memset(fleet->fresh_after_s, 0xFF, sizeof(fleet->fresh_after_s));
		for (uint32_t vm = 0; vm < VMS; vm++)
			live(fleet, vm);
		is_good &= show(fleet);
	}
	free(fleet);
	return is_good ? 0 : 1;
}
