/* claims.h - what the token says: the claims of Azure Attestation's tokens for Linux Trusted Launch
 * VMs. */
#ifndef PROVIDER_CLAIMS_H
#define PROVIDER_CLAIMS_H

#include "policy.h"
#include "verify.h"

struct claims_frame { /* what does not come from the VM */
	const char *issuer;
	int64_t issued_at_s;
	int64_t life_s;
	const struct policy *policy;
};

int claims_build(const struct facts *facts, const struct policy_claims *policy_claims,
	const struct claims_frame *frame, json **ret, struct err *err) err_check;

#endif
