/* verify.h - is this request to be believed? Every check of an attestation verifier, one after the
 * other, by the library's code. */
#ifndef PROVIDER_VERIFY_H
#define PROVIDER_VERIFY_H

#include "appraise/anchors.h"
#include "appraise/binding.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "maa/request.h"

/* What was proved. */
struct facts {
	struct request request;
	struct binding binding;
	struct eventlog log; /* points into request.evidence.event_log */
	struct secureboot secureboot;
};

/* All of it, or the first check that fails: the check's name stands in front of the message. */
int verify_body(struct bytes body, const struct anchors *anchors, int64_t now_s, struct facts *ret,
	struct err *err) err_check;
void facts_done(struct facts *facts);
static inline void facts_cleanup(struct facts *facts)
{
	facts_done(facts);
}

#endif
