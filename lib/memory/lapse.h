/* lapse.h - when a status becomes untrue between two rounds: when the service starts in a new boot,
 * when a proof or the time to wait for the first answer ends before the next round is due, or when
 * the service is stopped. Pure functions. */
#ifndef MEMORY_LAPSE_H
#define MEMORY_LAPSE_H

#include "agent/status.h"
#include "memory/history.h"

/* For the start of the service. True if the standing status is a success without a proof that
 * counts in this boot, or tells what an earlier boot waited for; then ret is the status to report
 * until the first round has ended. An Unhealthy result stays for the rest of its boot. */
bool lapse_at_start(const struct status *standing, const struct history *history,
	const struct moment *now, struct status *ret);

/* In how many seconds a status that was just reported becomes untrue; 0: it holds until the next
 * round. health: of the round. */
uint32_t lapse_left_s(enum status_state state, enum health health, const struct history *history,
	const struct moment *now);
/* Turns a status that became untrue into an error that keeps its code and reason. */
void lapse_status(struct status *status);
/* Turns a success into what is true when the service was stopped. What spoke against the VM stays
 * in sight, also where a setting kept the top level at success. */
void lapse_at_stop(int64_t now_s, struct status *status);

#endif
