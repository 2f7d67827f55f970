/* claims.h - compares a token's claims, as a bundle repeats them, with the evidence in the bundle.
 * Pure.
 *
 * Without the token the claims are not signed, so anybody could have changed them: each claim about
 * what was sent, or about what the evidence proves, must agree with it. Claims of a provider's own
 * policy cannot be checked. Source: handler/docs/evidence.md. */
#ifndef BUNDLE_CLAIMS_H
#define BUNDLE_CLAIMS_H

#include "appraise/findings.h"
#include "bundle/bundle.h"

/* Needs bundle->provider.claims. Adds every contradiction as ERR_CLAIMS_CONTRADICT. */
void claims_check(
	const struct bundle *bundle, const struct appraisal *appraisal, struct findings *findings);

/* Is `id` the id that the VM's firmware measured? It may be the id, or in a redacted bundle the
 * digest that replaces it. */
bool claims_are_of_vm(const struct bundle *bundle, const struct appraisal *appraisal, const char *id);

/* Appends the nonce that was sent, decoded; nothing if none was sent. ERR_NO_MEMORY. */
int claims_sent_nonce(const struct bundle *bundle, struct buf *ret, struct err *err) err_check;

#endif
