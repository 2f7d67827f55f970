/* claims.h - a token's claims, as a bundle repeats them, against the evidence beside them. Pure.
 *
 * Without their token nobody signed them, so that anybody can have changed them: each that tells
 * what was sent, or what the evidence proves, must agree with it. Claims of a provider's own policy
 * are nobody's to check. Source: README.md, Evidence bundles. */
#ifndef BUNDLE_CLAIMS_H
#define BUNDLE_CLAIMS_H

#include "appraise/findings.h"
#include "bundle/bundle.h"

/* bundle->provider.claims are there. Adds every contradiction, ERR_CLAIMS_CONTRADICT. */
void claims_check(
	const struct bundle *bundle, const struct appraisal *appraisal, struct findings *findings);

/* Is this the VM whose firmware was measured? By its id, or, if that was taken out, by the digest
 * that stands for it. */
bool claims_are_of_vm(const struct bundle *bundle, const struct appraisal *appraisal, const char *id);

/* Appends the nonce that was sent, as the text that it stands for; nothing if none was.
 * ERR_NO_MEMORY. */
int claims_sent_nonce(const struct bundle *bundle, struct buf *ret, struct err *err) err_check;

#endif
