/* redact_rest.h - what a guesser finds in a redacted log. Pure.
 *
 * The PCRs that the TPM signed follow from the digests of their events, so that no digest of these
 * can go or be salted. Where it is one of a short text, whoever knows the text's form can try all
 * that it may be. Leaving out all events of a PCR would not end that: the PCR's own value, which is
 * signed, is a digest of them. So this tells what is left. Source: README.md, Evidence bundles. */
#ifndef BUNDLE_REDACT_REST_H
#define BUNDLE_REDACT_REST_H

#include "appraise/evidence.h"
#include "edge/json.h"

#define REDACT_MAX_RESTS 6

struct redact_rest {
	const char *kind; /* a stable name */
	const char *what; /* for people */
	uint32_t events;
};

/* Of the events that are marked as redacted, those whose digest is one of what was taken out; the
 * number of kinds. */
size_t redact_rests(const struct evidence *evidence, struct redact_rest ret[REDACT_MAX_RESTS]);
/* Adds "guessable": an array of "kind", "what", "events". */
void redact_add_rests(json *parent, const struct evidence *evidence);
/* The same as a sentence; "" if there are none. */
#define REDACT_SENTENCE_SIZE 448
void redact_rest_sentence(const struct evidence *evidence, char ret[REDACT_SENTENCE_SIZE]);

#endif
