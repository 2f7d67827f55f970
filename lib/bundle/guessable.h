/* guessable.h - what a guesser finds in a redacted log. Pure.
 *
 * The PCRs that the TPM signed follow from the digests of their events, so that no digest of these
 * can go or be salted. Where it is one of a short text, whoever knows the text's form can try all
 * that it may be. Leaving out all events of a PCR would not end that: the PCR's own value, which is
 * signed, is a digest of them. So this tells what is left. Source: README.md, Evidence bundles. */
#ifndef BUNDLE_GUESSABLE_H
#define BUNDLE_GUESSABLE_H

#include "appraise/evidence.h"
#include "edge/json.h"

#define GUESSABLE_MAX 6

struct guessable {
	const char *kind; /* a stable name */
	const char *what; /* for people */
	uint32_t events;
};

/* Of the events that are marked as redacted, those whose digest is one of what was taken out; the
 * number of kinds. */
size_t guessable_find(const struct evidence *evidence, struct guessable ret[GUESSABLE_MAX]);
/* Adds "guessable": an array of "kind", "what", "events". */
void guessable_add(json *parent, const struct evidence *evidence);
/* The same as a sentence; "" if there are none. */
#define GUESSABLE_SENTENCE_SIZE 448
void guessable_sentence(const struct evidence *evidence, char ret[GUESSABLE_SENTENCE_SIZE]);

#endif
