/* service.h - what each address of the provider answers, as values: bytes in, status and bytes
 * out. */
#ifndef PROVIDER_SERVICE_H
#define PROVIDER_SERVICE_H

#include "appraise/anchors.h"
#include "issue.h"
#include "policy.h"

#define SERVICE_API_VERSION "2020-10-01"
/* An event log of the largest size that is read, base64 twice, and the rest. */
#define SERVICE_MAX_BODY (8u << 20)

struct service { /* read-only while requests are served, so that threads share it */
	struct issuer *issuer;
	struct anchors anchors;
	struct policy policy;
	int64_t now_s; /* negative: the clock's */
	int64_t token_life_s;
};

struct service_answer {
	unsigned int status; /* HTTP */
	const char *error; /* code in the body and in x-ms-error-code; NULL if none */
	struct buf body; /* JSON; without memory for it, empty */
	char note[ERR_MSG_SIZE]; /* for the log */
};

struct service_answer service_answer_empty(void);
void service_answer_done(struct service_answer *answer);

void service_attest(const struct service *service, struct bytes body, struct service_answer *ret);
void service_keys(const struct service *service, struct bytes body, struct service_answer *ret);
void service_metadata(const struct service *service, struct bytes body, struct service_answer *ret);
/* {"error": {"code", "message"}} */
void service_refuse(
	unsigned int status, const char *code, const char *message, struct service_answer *ret);

#endif
