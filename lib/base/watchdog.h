/* watchdog.h - notices work that does not end. A thread waits from watchdog_arm to watchdog_disarm
 * and at no other time, so that a process at rest has none, and nothing wakes it. */
#ifndef BASE_WATCHDOG_H
#define BASE_WATCHDOG_H

#include <stdint.h>
#include "base/err.h"

struct watchdog;

/* Called by the thread when the time is over, with every signal blocked. The work hangs somewhere,
 * maybe with a lock of the C library held: it allocates nothing and uses no stream. It ends the
 * process; if it returns, nothing more happens. */
typedef void watchdog_act(void *context);

/* limit_s: of CLOCK_MONOTONIC, which stands still while the VM does. ERR_NO_MEMORY: no memory or no
 * thread. */
int watchdog_arm(uint32_t limit_s, watchdog_act *act, void *context, struct watchdog **ret,
	struct err *err) err_check;
void watchdog_disarm(struct watchdog *watchdog); /* NULL is fine */
static inline void watchdog_cleanup(struct watchdog **watchdog)
{
	watchdog_disarm(*watchdog);
}

#endif
