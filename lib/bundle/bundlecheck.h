/* bundlecheck.h - does a bundle prove what it says? Anywhere, without TPM and network. Pure.
 *
 * Evidence is appraised anew. What else the bundle says, claims of a token and facts, must agree
 * with it: a bundle that says more than its evidence proves is refused, with the reason. What
 * nobody can check is told in plain sentences, so that nobody takes it for checked. */
#ifndef BUNDLE_BUNDLECHECK_H
#define BUNDLE_BUNDLECHECK_H

#include "appraise/anchors.h"
#include "appraise/findings.h"
#include "bundle/bundle.h"

#define BUNDLECHECK_MAX_NOTES 12
#define BUNDLECHECK_NOTE_SIZE 448 /* guessable_sentence() */

struct bundlecheck_inputs {
	const struct anchors *anchors; /* none: nobody may vouch for the attestation key */
	/* the provider's key set as the reader knows it; empty: the bundle's own */
	struct bytes keys;
	int64_t now_s; /* when certificates must be valid */
	bool is_now_given; /* the token must be valid then too; else when the bundle was made */
};

struct bundlecheck {
	struct appraisal appraisal;
	struct findings findings; /* none: verified */
	bool has_cert;
	struct crypto_cert_info cert; /* as it stands in the evidence, whoever issued it */
	bool is_issuer_checked;
	bool is_token_checked; /* the token is in the bundle, and everything about it was checked */
	uint32_t unquoted_explained; /* PCRs beyond the quote to which the log leads */
	size_t note_count;
	char notes[BUNDLECHECK_MAX_NOTES][BUNDLECHECK_NOTE_SIZE]; /* what was not checked */
};

/* 40 KiB: on the heap. */
int bundlecheck_new(struct bundlecheck **ret, struct err *err) err_check;
void bundlecheck_done(struct bundlecheck *check);
void bundlecheck_free(struct bundlecheck *check);
static inline void bundlecheck_cleanup(struct bundlecheck **check)
{
	bundlecheck_free(*check);
}

/* ret: bundlecheck_new's, or of an earlier check, which is forgotten. */
void bundlecheck_run(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *ret);

#endif
