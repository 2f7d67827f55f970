/* thread.h - POSIX threads with the settings that this program needs: a thread for work that
 * blocks, and a gate to what two threads share. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* Starts a thread with a small stack (256 KiB) and every signal blocked, since the first thread
 * waits for signals. -1 if no thread can be started. */
int thread_start(void *(*run)(void *), void *context, pthread_t *ret)
	__attribute__((warn_unused_result));

/* `changed` is signalled after a change under the mutex; waits use CLOCK_MONOTONIC. */
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

struct timespec thread_deadline(int64_t ms); /* CLOCK_MONOTONIC, `ms` from now */

#endif
