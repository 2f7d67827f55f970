#include "tpm/tpmlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_tcti_device.h>
#include <tss2/tss2_tcti_swtpm.h>
#include "base/thread.h"

#define LINK_MAGIC  0x6761746c696e6b00ULL
#define MAX_MESSAGE 4096 /* bytes: TPM2_MAX_COMMAND_SIZE and TPM2_MAX_RESPONSE_SIZE */
#define CONF_SIZE   256

enum task { TASK_NONE, TASK_OPEN, TASK_COMMAND, TASK_END };

/* Both threads share it under the mutex. While a task runs, what it works on belongs to the
 * worker. */
struct worker {
	struct thread_gate gate;
	pthread_t thread;
	enum task task;
	bool is_abandoned; /* the worker frees all of this */
	TSS2_RC rc;
	enum tpmlink_kind kind;
	char conf[CONF_SIZE];
	TSS2_TCTI_CONTEXT *tcti;
	bool is_open;
	uint8_t message[MAX_MESSAGE]; /* the command, then its answer */
	size_t len;
};

struct tpmlink {
	TSS2_TCTI_CONTEXT_COMMON_V1 common; /* must be first: tpm2-tss casts to it */
	struct worker *worker; /* NULL: abandoned, since the TPM is silent */
};

/* ---- the worker's side ---- */

static void worker_free(struct worker *worker)
{
	if (worker->is_open)
		Tss2_Tcti_Finalize(worker->tcti);
	free(worker->tcti);
	thread_gate_done(&worker->gate);
	free(worker);
}

/* Takes the mutex once, so that the caller's thread no longer uses the worker. */
static void free_when_cancelled(void *context)
{
	struct worker *worker = context;

	thread_gate_enter(&worker->gate);
	thread_gate_leave(&worker->gate);
	worker_free(worker);
}

static TSS2_RC open_tcti(struct worker *worker)
{
	TSS2_TCTI_INIT_FUNC init =
		worker->kind == TPMLINK_DEVICE ? Tss2_Tcti_Device_Init : Tss2_Tcti_Swtpm_Init;
	size_t size = 0;
	TSS2_RC rc = init(NULL, &size, NULL);

	if (rc != TSS2_RC_SUCCESS)
		return rc;
	worker->tcti = calloc(1, size);
	if (!worker->tcti)
		return TSS2_TCTI_RC_MEMORY;
	rc = init(worker->tcti, &size, worker->conf);
	worker->is_open = rc == TSS2_RC_SUCCESS;
	return rc;
}

static TSS2_RC exchange_message(struct worker *worker)
{
	TSS2_RC rc = Tss2_Tcti_Transmit(worker->tcti, worker->len, worker->message);

	worker->len = sizeof(worker->message);
	return rc != TSS2_RC_SUCCESS ? rc
				     : Tss2_Tcti_Receive(worker->tcti, &worker->len,
					       worker->message, TSS2_TCTI_TIMEOUT_BLOCK);
}

/* May block for ever. The thread can be cancelled only here, in a system call that waits. */
static TSS2_RC do_task(struct worker *worker, enum task task)
{
	TSS2_RC rc;
	int state;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
	rc = task == TASK_OPEN ? open_tcti(worker) : exchange_message(worker);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	return rc;
}

/* Runs tasks until TASK_END; true if the worker was abandoned. Called without the mutex held. */
static bool run_tasks(struct worker *worker)
{
	bool is_abandoned;

	thread_gate_enter(&worker->gate);
	while (worker->task != TASK_END && !worker->is_abandoned) {
		enum task task = worker->task;
		TSS2_RC rc;

		if (task == TASK_NONE) {
			(void)pthread_cond_wait(&worker->gate.changed, &worker->gate.mutex);
			continue;
		}
		thread_gate_leave(&worker->gate);
		rc = do_task(worker, task);
		thread_gate_enter(&worker->gate);
		worker->rc = rc;
		worker->task = TASK_NONE;
		(void)pthread_cond_signal(&worker->gate.changed);
	}
	is_abandoned = worker->is_abandoned;
	thread_gate_leave(&worker->gate);
	return is_abandoned;
}

static void *worker_run(void *context)
{
	struct worker *worker = context;
	int state;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_cleanup_push(free_when_cancelled, worker);
	if (run_tasks(worker))
		worker_free(worker);
	pthread_cleanup_pop(0);
	return NULL;
}

/* ---- the caller's side ---- */

/* Called with the mutex held, so that the thread cannot have ended: it needs the mutex for that. */
static void abandon_worker(struct worker *worker)
{
	pthread_t thread = worker->thread;

	worker->is_abandoned = true;
	(void)pthread_cancel(thread);
	(void)pthread_detach(thread);
}

/* Returns the task's result, or TSS2_TCTI_RC_TRY_AGAIN at the deadline; then the link loses its
 * worker. */
static TSS2_RC run_task(struct tpmlink *link, enum task task)
{
	struct timespec deadline = thread_deadline(TPMLINK_COMMAND_MS);
	struct worker *worker = link->worker;
	TSS2_RC rc = TSS2_TCTI_RC_TRY_AGAIN;
	int waited = 0;

	thread_gate_enter(&worker->gate);
	worker->task = task;
	(void)pthread_cond_signal(&worker->gate.changed);
	while (worker->task == task && waited != ETIMEDOUT)
		waited = pthread_cond_timedwait(
			&worker->gate.changed, &worker->gate.mutex, &deadline);
	if (worker->task == task) {
		abandon_worker(worker);
		link->worker = NULL;
	} else {
		rc = worker->rc;
	}
	thread_gate_leave(&worker->gate);
	return rc;
}

static void end_worker(struct worker *worker)
{
	thread_gate_enter(&worker->gate);
	worker->task = TASK_END;
	(void)pthread_cond_signal(&worker->gate.changed);
	thread_gate_leave(&worker->gate);
	(void)pthread_join(worker->thread, NULL);
	worker_free(worker);
}

/* tpm2-tss sends and receives in two calls. Both are one task, which the second call starts. */
static TSS2_RC link_transmit(TSS2_TCTI_CONTEXT *context, size_t size, uint8_t const *command)
{
	struct worker *worker = ((struct tpmlink *)context)->worker;

	if (!worker)
		return TSS2_TCTI_RC_TRY_AGAIN;
	if (size > sizeof(worker->message))
		return TSS2_TCTI_RC_BAD_VALUE;
	memcpy(worker->message, command, size);
	worker->len = size;
	return TSS2_RC_SUCCESS;
}

static TSS2_RC link_receive(
	TSS2_TCTI_CONTEXT *context, size_t *size, uint8_t *response, int32_t timeout)
{
	struct tpmlink *link = (struct tpmlink *)context;
	TSS2_RC rc;

	(void)timeout; /* the link has its own deadline */
	if (!link->worker)
		return TSS2_TCTI_RC_TRY_AGAIN;
	if (!response) { /* the caller wants the largest size */
		*size = MAX_MESSAGE;
		return TSS2_RC_SUCCESS;
	}
	rc = run_task(link, TASK_COMMAND);
	if (rc != TSS2_RC_SUCCESS)
		return rc;
	if (link->worker->len > *size)
		return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
	*size = link->worker->len;
	memcpy(response, link->worker->message, *size);
	return TSS2_RC_SUCCESS;
}

static struct worker *worker_new(enum tpmlink_kind kind, const char *conf)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (!worker)
		return NULL;
	worker->kind = kind;
	memcpy(worker->conf, conf, strlen(conf) + 1);
	thread_gate_init(&worker->gate);
	if (thread_start(worker_run, worker, &worker->thread) == 0)
		return worker;
	worker_free(worker);
	return NULL;
}

TSS2_RC tpmlink_open(enum tpmlink_kind kind, const char *conf, TSS2_TCTI_CONTEXT **ret)
{
	struct tpmlink *link;
	TSS2_RC rc;

	if (strlen(conf) >= CONF_SIZE)
		return TSS2_TCTI_RC_BAD_VALUE;
	link = calloc(1, sizeof(*link));
	if (!link)
		return TSS2_TCTI_RC_MEMORY;
	link->common.magic = LINK_MAGIC;
	link->common.version = 1;
	link->common.transmit = link_transmit;
	link->common.receive = link_receive;
	link->worker = worker_new(kind, conf);
	rc = link->worker ? run_task(link, TASK_OPEN) : TSS2_TCTI_RC_MEMORY;
	if (rc == TSS2_RC_SUCCESS)
		*ret = (TSS2_TCTI_CONTEXT *)link;
	else
		tpmlink_close((TSS2_TCTI_CONTEXT *)link);
	return rc;
}

void tpmlink_close(TSS2_TCTI_CONTEXT *context)
{
	struct tpmlink *link = (struct tpmlink *)context;

	if (link && link->worker)
		end_worker(link->worker);
	free(link);
}
