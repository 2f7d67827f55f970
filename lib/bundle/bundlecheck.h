/* bundlecheck.h - does the evidence in a bundle prove what the bundle states? Works anywhere,
 * without TPM and network. Pure.
 *
 * The evidence is appraised anew. Everything else in the bundle, a token's claims and facts, must
 * agree with it: a bundle that states more than its evidence proves is refused, with the reason.
 * Notes list in plain sentences what could not be checked, so that nobody takes it for checked.
 *
 * Two questions have one answer each, and all commands and pages use these words for them: is it
 * genuine (Genuine, Unanchored, Refused), and was the boot good (Healthy, Unhealthy, not said). */
#ifndef BUNDLE_BUNDLECHECK_H
#define BUNDLE_BUNDLECHECK_H

#include "appraise/anchors.h"
#include "appraise/findings.h"
#include "bundle/bundle.h"

#define BUNDLECHECK_MAX_NOTES 14
#define BUNDLECHECK_NOTE_SIZE 448 /* guessable_sentence() */

struct bundlecheck_inputs {
	/* none: the issuer of the attestation key's certificate is not checked */
	const struct anchors *anchors;
	/* the provider's key set as the reader obtained it; empty: use the bundle's own */
	struct bytes keys;
	int64_t now_s; /* the time at which certificates must be valid */
	/* the token must be valid at now_s; otherwise at the time when the bundle was made */
	bool is_now_given;
	bool is_now_of_bundle; /* now_s is when the bundle says that it was made: a note names it */
};

enum bundlecheck_origin {
	BUNDLECHECK_REFUSED, /* it is not what a platform's TPM signed, or contradicts itself */
	BUNDLECHECK_UNANCHORED, /* all parts fit together, and nothing shows whose TPM it is */
	BUNDLECHECK_GENUINE,
};
const char *bundlecheck_origin_name(enum bundlecheck_origin origin);

struct bundlecheck {
	struct appraisal appraisal;
	/* all that speaks against evidence, boot or bundle */
	struct findings findings;
	enum bundlecheck_origin origin;
	struct err refusal; /* the first finding that refuses; ERR_OK if none does */
	/* Was the boot good? Unhealthy if the evidence shows it, or the bundle says it. Healthy
	 * only if a token proves the provider's verdict to a reader who gave its keys, and the
	 * bundle agrees. Otherwise Unknown, "not said": a bundle's own praise is not signed, and
	 * evidence alone shows no comparison with other boots. */
	struct verdict boot;
	bool has_cert;
	struct crypto_cert_info cert; /* as in the evidence, whoever issued it */
	bool is_issuer_checked;
	bool is_token_checked; /* the bundle holds the token, and all of it was checked */
	uint32_t unquoted_explained; /* PCRs beyond the quote that hold what the log leads to */
	size_t note_count;
	char notes[BUNDLECHECK_MAX_NOTES][BUNDLECHECK_NOTE_SIZE]; /* what was not checked */
};

/* The one word that counts: Refused, else the boot's if it is said, else the origin's. */
const char *bundlecheck_word(const struct bundlecheck *check);

/* The struct has 40 KiB: keep it on the heap. */
int bundlecheck_new(struct bundlecheck **ret, struct err *err) err_check;
void bundlecheck_done(struct bundlecheck *check);
void bundlecheck_cleanup(struct bundlecheck **check);

/* ret: from bundlecheck_new; results of an earlier check are released. */
void bundlecheck_run(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *ret);

#endif
