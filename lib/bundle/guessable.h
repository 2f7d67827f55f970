/* guessable.h - what an attacker can still guess from a redacted log. Pure.
 *
 * The PCRs that the TPM signed are computed from the digests of their events, so no such digest can
 * be removed or salted. If a digest is that of a short text, anybody who knows the text's form can
 * try all its values. Removing all events of a PCR would not help: the PCR's signed value is a
 * digest of them too. So this module lists what can be guessed. Source: handler/docs/evidence.md.
 */
#ifndef BUNDLE_GUESSABLE_H
#define BUNDLE_GUESSABLE_H

#include "appraise/evidence.h"
#include "edge/json.h"

#define GUESSABLE_MAX 6

struct guessable {
	const char *kind; /* a stable name for programs */
	const char *what; /* a description for people */
	uint32_t events;
};

/* Finds, among the events marked as redacted, those whose digest is that of the removed data.
 * Returns the number of kinds. */
size_t guessable_find(const struct evidence *evidence, struct guessable ret[GUESSABLE_MAX]);
/* Adds "guessable": an array of "kind", "what", "events". */
void guessable_add(json *parent, const struct evidence *evidence);
/* The same as a sentence; "" if there are none. */
#define GUESSABLE_SENTENCE_SIZE 448
void guessable_sentence(const struct evidence *evidence, char ret[GUESSABLE_SENTENCE_SIZE]);

#endif
