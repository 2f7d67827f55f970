#include "base/watchdog.h"

#include <errno.h>
#include <stdlib.h>
#include "base/thread.h"

struct watchdog {
	struct thread_gate gate;
	pthread_t thread;
	struct timespec deadline;
	bool is_over;
	watchdog_act *act;
	void *context;
};

static void *wait_for_end(void *context)
{
	struct watchdog *watchdog = context;
	bool is_late;
	int waited = 0;

	thread_gate_enter(&watchdog->gate);
	while (!watchdog->is_over && waited != ETIMEDOUT)
		waited = pthread_cond_timedwait(
			&watchdog->gate.changed, &watchdog->gate.mutex, &watchdog->deadline);
	is_late = !watchdog->is_over;
	thread_gate_leave(&watchdog->gate);
	if (is_late)
		watchdog->act(watchdog->context);
	return NULL;
}

static void free_watchdog(struct watchdog *watchdog)
{
	thread_gate_done(&watchdog->gate);
	free(watchdog);
}

int watchdog_arm(
	uint32_t limit_s, watchdog_act *act, void *context, struct watchdog **ret, struct err *err)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));

	if (!watchdog)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a watchdog.");
	watchdog->act = act;
	watchdog->context = context;
	watchdog->deadline = thread_deadline((int64_t)limit_s * 1000);
	thread_gate_init(&watchdog->gate);
	if (thread_start(wait_for_end, watchdog, &watchdog->thread) < 0) {
		free_watchdog(watchdog);
		return err_set(err, ERR_NO_MEMORY, 0, "No thread for a watchdog.");
	}
	*ret = watchdog;
	return 0;
}

void watchdog_disarm(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	thread_gate_enter(&watchdog->gate);
	watchdog->is_over = true;
	(void)pthread_cond_signal(&watchdog->gate.changed);
	thread_gate_leave(&watchdog->gate);
	(void)pthread_join(watchdog->thread, NULL);
	free_watchdog(watchdog);
}
