/* exchange.h - the conversation with the provider: POST the request, GET the keys; an HTTP answer -> value or reason. */
#ifndef MAA_EXCHANGE_H
#define MAA_EXCHANGE_H

#include "maa/keys.h"

struct exchange {
	struct http *http;
	struct http_origin origin;
	const char *ca_file; /* NULL: the system's */
	uint32_t connect_timeout_ms;
	uint32_t total_timeout_ms; /* of one HTTP exchange */
};

/* ret_answer: the body of a 200. Everything else is an error by cause: 400 with code PolicyEvaluationError is ERR_POLICY_DENIED, other
 * 400 ERR_EVIDENCE_REFUSED (both carry the provider's message), 401/403, 404, 408/429, 470, 5xx; JSON that is not in the protocol's form
 * ERR_NOT_A_PROVIDER; a page or a redirect ERR_BLOCK_PAGE; anything else that is no JSON ERR_ANSWER_NOT_TOKEN.
 * ret_retry_after_s: what the provider asked for, else 0. */
int exchange_attest(const struct exchange *exchange, struct bytes body, struct buf *ret_answer,
	uint32_t *ret_retry_after_s, struct err *err) err_check;
/* GET <origin>/certs. */
int exchange_keys(const struct exchange *exchange, struct keys *ret, struct err *err) err_check;
/* The same key set as it came, for who keeps it; ret->max is to be KEYS_MAX_BYTES. */
int exchange_key_set(const struct exchange *exchange, struct buf *ret, struct err *err) err_check;

#endif
