/* lapse.h - a status that time overtakes while no round runs: the service's start in a new boot,
 * the end of a proof or of the first budget before the next round is due. Pure. */
#ifndef SERVICE_LAPSE_H
#define SERVICE_LAPSE_H

#include "agent/status.h"
#include "service/history.h"

/* At the service's start. True if the status that stands is a success that nothing bears in this
 * boot; then ret is what to report until the first round has ended. What is Unhealthy stays so
 * within its boot. */
bool lapse_at_start(const struct status *standing, const struct history *history,
	const struct moment *now, struct status *ret);

/* In how many seconds a status that was just reported holds no more; 0: it holds until the next
 * round. health: the round's. */
uint32_t lapse_left_s(enum status_state state, enum health health, const struct history *history,
	const struct moment *now);
/* That status once it holds no more: an error that keeps code and reason. */
void lapse_status(struct status *status);

#endif
