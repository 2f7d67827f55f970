#include "base/watchdog.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/thread.h"

enum stage {
	WATCHING,
	OVER, /* the work ended first; SIGUSR1 wakes the thread to see it */
	ACTING, /* the thread was first; no signal is sent to it, since it may have unblocked them
		 */
};

struct watchdog {
	pthread_t thread;
	int64_t deadline_ms;
	atomic_int stage;
	struct watchdog_acts acts;
};

static bool is_first(struct watchdog *watchdog, enum stage stage)
{
	int watching = WATCHING;

	return atomic_compare_exchange_strong(&watchdog->stage, &watching, stage);
}

static void *wait_for_end(void *context)
{
	struct watchdog *watchdog = context;
	int64_t left_ms = 1;
	sigset_t awaited;
	int signal = 0;

	(void)sigemptyset(&awaited);
	(void)sigaddset(&awaited, SIGUSR1);
	if (watchdog->acts.stop)
		(void)sigaddset(&awaited, SIGTERM);
	while (watchdog->stage == WATCHING && signal != SIGTERM && left_ms > 0) {
		left_ms = watchdog->deadline_ms - clock_monotonic_ms();
		if (left_ms > 0)
			signal = sigtimedwait(&awaited, NULL,
				&(struct timespec){left_ms / 1000, left_ms % 1000 * 1000000});
	}
	if (!is_first(watchdog, ACTING)) {
		if (signal == SIGTERM)
			(void)kill(getpid(), SIGTERM); /* for whoever waits for it next */
	} else if (signal == SIGTERM) {
		watchdog->acts.stop(watchdog->acts.stop_context);
	} else {
		watchdog->acts.late(watchdog->acts.late_context);
	}
	return NULL;
}

int watchdog_arm(
	uint32_t limit_s, const struct watchdog_acts *acts, struct watchdog **ret, struct err *err)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));

	if (!watchdog)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a watchdog.");
	watchdog->acts = *acts;
	watchdog->deadline_ms = clock_monotonic_ms() + (int64_t)limit_s * 1000;
	if (thread_start(wait_for_end, watchdog, &watchdog->thread) < 0) {
		free(watchdog);
		return err_set(err, ERR_NO_MEMORY, 0, "No thread for a watchdog.");
	}
	*ret = watchdog;
	return 0;
}

void watchdog_disarm(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	if (is_first(watchdog, OVER))
		(void)pthread_kill(watchdog->thread, SIGUSR1);
	(void)pthread_join(watchdog->thread, NULL);
	free(watchdog);
}
