#include "edge/lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"

#define STACK_BYTES (256u << 10) /* glibc's modules want more than a thread's least */

/* Shared by the one who waits and the thread; the last one frees it. */
struct job {
	atomic_int owners;
	int done_fd;
	char host[256];
	struct lookup found;
};

static void release(struct job *job)
{
	if (atomic_fetch_sub(&job->owners, 1) > 1)
		return;
	fd_cleanup(&job->done_fd);
	free(job);
}

static void job_cleanup(struct job **job)
{
	if (*job)
		release(*job);
}

static enum lookup_outcome outcome_of(int status)
{
	switch (status) {
	case 0:
		return LOOKUP_FOUND;
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		return LOOKUP_NO_NAME;
	default:
		return LOOKUP_FAILED;
	}
}

static void add_address(const struct sockaddr *address, struct lookup *ret)
{
	char *text = ret->addresses[ret->count];
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		ret->count += inet_ntop(AF_INET, &in.sin_addr, text, LOOKUP_ADDRESS_SIZE) != NULL;
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		ret->count += inet_ntop(AF_INET6, &in6.sin6_addr, text, LOOKUP_ADDRESS_SIZE) != NULL;
	}
}

static void resolve(const char *host, struct lookup *ret)
{
	static const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;

	ret->outcome = outcome_of(getaddrinfo(host, NULL, &hints, &list));
	for (const struct addrinfo *at = list; at && ret->count < LOOKUP_MAX; at = at->ai_next)
		add_address(at->ai_addr, ret);
	if (list)
		freeaddrinfo(list);
}

static void *run(void *context)
{
	struct job *job = context;

	resolve(job->host, &job->found);
	(void)eventfd_write(job->done_fd, 1);
	release(job);
	return NULL;
}

static int start(struct job *job, struct err *err)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int status;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	atomic_store(&job->owners, 2);
	status = pthread_create(&thread, &attributes, run, job);
	(void)pthread_attr_destroy(&attributes);
	if (status == 0)
		return 0;
	atomic_store(&job->owners, 1);
	return err_set(err, ERR_INTERNAL, (unsigned long)status, "No thread to resolve a name.");
}

static int new_job(const char *host, struct job **ret, struct err *err)
{
	auto_cleanup(job) struct job *job = calloc(1, sizeof(*job));
	size_t len;

	if (!job)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory to resolve a name.");
	atomic_init(&job->owners, 1);
	job->done_fd = eventfd(0, EFD_CLOEXEC);
	if (job->done_fd < 0)
		return err_set(err, ERR_INTERNAL, (unsigned long)errno, "No way to wait for a name: %m.");
	(void)text_format(job->host, sizeof(job->host), "%s", host[0] == '[' ? host + 1 : host);
	len = strlen(job->host);
	if (host[0] == '[' && len)
		job->host[len - 1] = '\0';
	*ret = steal_ptr(job);
	return 0;
}

int lookup_run(const char *host, int64_t deadline_ms, struct lookup *ret, struct err *err)
{
	auto_cleanup(job) struct job *job = NULL;
	struct pollfd done = {.events = POLLIN};
	int64_t left_ms;

	if (new_job(host, &job, err) < 0 || start(job, err) < 0)
		return -1;
	done.fd = job->done_fd;
	do
		left_ms = deadline_ms - clock_monotonic_ms();
	while (left_ms > 0 && poll(&done, 1, (int)left_ms) < 0 && errno == EINTR);
	if (done.revents & POLLIN)
		*ret = job->found;
	else
		*ret = (struct lookup){.outcome = LOOKUP_TOO_LATE};
	return 0;
}
