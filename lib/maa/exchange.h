/* exchange.h - the HTTP exchanges with the provider: POST the request, GET the keys. An HTTP answer
 * becomes a value or an error by cause. */
#ifndef MAA_EXCHANGE_H
#define MAA_EXCHANGE_H

#include <string.h>
#include "base/codec.h"
#include "maa/discovery.h"
#include "maa/keys.h"
#include "net/http.h"
#include "net/way.h"

struct exchange {
	struct http *http;
	struct way way;
	uint32_t connect_timeout_ms;
	uint32_t total_timeout_ms; /* of one HTTP exchange */
	uint32_t idle_timeout_ms;
	/* of all tries together, by base/clock.h's monotonic clock; 0: no deadline, and one try */
	int64_t deadline_ms;
	bool is_single_try; /* a later round is the next one; else RETRY_TRIES */
	uint32_t random; /* spreads the tries of many VMs */
	int64_t now_s; /* Unix time ... */
	int64_t now_ms; /* ... at this time of base/clock.h's monotonic clock */
};

/* Wipes the proxy's password. */
static inline void exchange_cleanup(struct exchange *exchange)
{
	way_cleanup(&exchange->way);
}

/* Facts of an exchange, beside its answer or without one. Each try carries an id of its own, the
 * header x-ms-client-request-id (api-version 2026-03-11-preview; older ones ignore it). */
struct exchange_facts {
	uint32_t tries;
	uint32_t took_ms; /* of the last try */
	uint32_t retry_after_s; /* Retry-After of the answer, or 0 */
	uint32_t fresh_s; /* for how long it may be used again, at most a day; 0: not */
	bool has_clock; /* an answer has a date */
	int64_t date_s; /* if has_clock: the provider's, Unix time, not authenticated beyond TLS */
	int64_t clock_ahead_s; /* if has_clock: the provider's clock minus the VM's; exact to some
				  seconds */
	char peer[64]; /* address that answered (the proxy's, if there is one); "" if none */
	/* of the last try, for the provider's support: our id, with which a request is found that
	 * got no answer, and the provider's; "" if absent */
	char client_id[UUID_SIZE], request_id[HTTP_ID_SIZE];
	char service_version[HTTP_ID_SIZE];
};

/* POSTs the request. ret_answer: the body of a 200. Everything else is an error by cause: 400 with
 * code PolicyEvaluationError is ERR_POLICY_DENIED, other 400 ERR_EVIDENCE_REFUSED (both with the
 * provider's message), 401/403, 404, 408/429, 470, 5xx; JSON that is not in the protocol's form
 * ERR_NOT_A_PROVIDER; a page or a redirect ERR_BLOCK_PAGE; anything else that is not JSON
 * ERR_ANSWER_NOT_TOKEN. A failure that may pass within seconds is tried again (maa/retry.h). */
int exchange_attest(const struct exchange *exchange, struct bytes body, struct buf *ret_answer,
	struct exchange_facts *ret_facts, struct err *err) err_check;
/* GET <origin>/certs. */
int exchange_keys(const struct exchange *exchange, struct keys *ret,
	struct exchange_facts *ret_facts, struct err *err) err_check;
/* The same key set as text, for callers that store it; ret->max must be KEYS_MAX_BYTES. */
int exchange_key_set(const struct exchange *exchange, struct buf *ret,
	struct exchange_facts *ret_facts, struct err *err) err_check;

/* GET <origin>/.well-known/openid-configuration. ERR_NOT_A_PROVIDER. */
int exchange_discovery(const struct exchange *exchange, struct discovery *ret,
	struct exchange_facts *ret_facts, struct err *err) err_check;

#define EXCHANGE_IDS_SIZE 160
/* "request ID (of the provider: ID)", or "" if nothing was sent. */
void exchange_ids_text(const struct exchange_facts *facts, char ret[EXCHANGE_IDS_SIZE]);

#define EXCHANGE_CLOCK_SIZE 128
/* " This VM's clock (2026-01-31T12:00:00Z) is 3 h behind the provider's (...).", or "" if no answer
 * has a date that is a minute or more off. */
void exchange_clock_text(const struct exchange_facts *facts, char *ret, size_t size);
/* Appends the same to the message. */
void exchange_add_clock(const struct exchange_facts *facts, struct err *err);

#endif
