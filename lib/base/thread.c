#include "base/thread.h"

#include <signal.h>
#include <time.h>

#define STACK_BYTES (256u << 10)
#define NS_PER_S    1000000000L

int thread_start(void *(*run)(void *), void *context, pthread_t *ret)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int status;

	if (pthread_attr_init(&attributes) != 0)
		return -1;
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	(void)sigfillset(&all);
	/* a thread inherits its creator's mask */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	status = pthread_create(ret, &attributes, run, context);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return status == 0 ? 0 : -1;
}

void thread_gate_init(struct thread_gate *gate)
{
	pthread_condattr_t monotonic;

	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&gate->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	(void)pthread_mutex_init(&gate->mutex, NULL);
}

void thread_gate_done(struct thread_gate *gate)
{
	(void)pthread_cond_destroy(&gate->changed);
	(void)pthread_mutex_destroy(&gate->mutex);
}

struct timespec thread_deadline(int64_t ms)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(ms / 1000);
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	if (at.tv_nsec >= NS_PER_S) {
		at.tv_sec++;
		at.tv_nsec -= NS_PER_S;
	}
	return at;
}
