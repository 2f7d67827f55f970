/* policy.h - what a boot must be like to get a token: Azure Attestation's default policy for
 * Trusted Launch, rule by rule. */
#ifndef PROVIDER_POLICY_H
#define PROVIDER_POLICY_H

#include "appraise/secureboot.h"

/* in the order in which they deny: with Secure Boot off all key rules fail too */
enum policy_rule {
	POLICY_SECUREBOOT,
	POLICY_DEFAULT_KEYS,
	POLICY_DB,
	POLICY_DBX,
	POLICY_DEBUGGERS,
	POLICY_SIGNING,
	POLICY_RULE_COUNT,
};

#define POLICY_MAX_CERTS 16

struct policy_certs { /* accepted in addition to reference.c */
	size_t count;
	uint8_t sha256[POLICY_MAX_CERTS][CRYPTO_SHA256_SIZE];
};

struct policy {
	bool is_relaxed[POLICY_RULE_COUNT];
	struct policy_certs kek, db; /* kek: also as platform key */
};

/* Outcome of each rule; a relaxed rule's claim still tells the truth. */
struct policy_claims {
	bool holds[POLICY_RULE_COUNT];
};

const char *policy_claim_name(enum policy_rule rule); /* in the token */
const char *policy_rule_name(enum policy_rule rule); /* for people: the claim without its prefix */
/* POLICY_RULE_COUNT if there is none of that name. */
enum policy_rule policy_rule_of(const char *name);

void policy_judge(const struct policy *policy, const struct secureboot *secureboot,
	struct policy_claims *ret);
/* The first rule that denies; POLICY_RULE_COUNT: permitted. */
enum policy_rule policy_denial(const struct policy *policy, const struct policy_claims *claims);
/* The policy as a text, for x-ms-policy-hash. Appends to ret. */
int policy_text(const struct policy *policy, struct buf *ret, struct err *err) err_check;

#endif
