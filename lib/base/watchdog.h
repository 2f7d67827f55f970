/* watchdog.h - notices work that does not end, and SIGTERM during it. A thread waits from
 * watchdog_arm to watchdog_disarm only, so that nothing wakes an idle process. */
#ifndef BASE_WATCHDOG_H
#define BASE_WATCHDOG_H

#include <stdint.h>
#include "base/err.h"

struct watchdog;

/* The thread calls it with every signal blocked; it may unblock them. The work that hangs may hold
 * a lock of the C library, so the function must not allocate memory or use a stream. It should end
 * the process; if it returns, nothing more happens. */
typedef void watchdog_act(void *context);

struct watchdog_acts {
	watchdog_act *late; /* when the time is over */
	void *late_context;
	/* at SIGTERM, which all other threads must block; NULL: the signal is left alone */
	watchdog_act *stop;
	void *stop_context;
};

/* limit_s: seconds of CLOCK_MONOTONIC, which stops while the VM is suspended. SIGUSR1 must not be
 * blocked. ERR_NO_MEMORY: no memory or no thread. */
int watchdog_arm(uint32_t limit_s, const struct watchdog_acts *acts, struct watchdog **ret,
	struct err *err) err_check;
/* Waits for an act that has begun. A SIGTERM that comes as the work ends stays pending. Accepts
 * NULL. */
void watchdog_disarm(struct watchdog *watchdog);
static inline void watchdog_cleanup(struct watchdog **watchdog)
{
	watchdog_disarm(*watchdog);
}

#endif
