/* thread.h - a thread that does some blocking, and what two threads share: POSIX threads with the
 * settings that all of ours have. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* With a small stack (256 KiB) and every signal blocked: the signals are the first thread's, which
 * waits for some of them. -1: there is no thread to be had. */
int thread_start(void *(*run)(void *), void *context, pthread_t *ret)
	__attribute__((warn_unused_result));

/* What is changed under the mutex is signalled; waits go by CLOCK_MONOTONIC. */
struct thread_gate {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
};

void thread_gate_init(struct thread_gate *gate);
void thread_gate_done(struct thread_gate *gate);
static inline void thread_gate_enter(struct thread_gate *gate)
{
	(void)pthread_mutex_lock(&gate->mutex);
}
static inline void thread_gate_leave(struct thread_gate *gate)
{
	(void)pthread_mutex_unlock(&gate->mutex);
}

struct timespec thread_deadline(int64_t ms); /* so long from now on */

#endif
