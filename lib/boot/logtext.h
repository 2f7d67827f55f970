/* logtext.h - a text in a log: UTF-8, or UTF-16 of printable ASCII, as firmware and boot loaders
 * write. Zeros at the end are not part of it. The data is hostile; a logtext is a view into it. */
#ifndef BOOT_LOGTEXT_H
#define BOOT_LOGTEXT_H

#include "base/buf.h"

struct logtext {
	struct bytes bytes;
	size_t step; /* bytes of a character: 1, or 2 in UTF-16 */
};

/* False if the bytes are not a text, or an empty one. */
bool logtext_of(struct bytes bytes, struct logtext *ret);
/* Writes it as clean UTF-8; longer text is cut. */
void logtext_clean(const struct logtext *text, char *ret, size_t size);
/* Writes the bytes as clean text; if they are not text, the first 16 as hex, with the size of
 * longer data. */
void logtext_or_hex(struct bytes bytes, char *ret, size_t size);

/* The words are ASCII. */
bool logtext_is(const struct logtext *text, const char *word);
bool logtext_starts_with(const struct logtext *text, const char *word);
bool logtext_ends_with(const struct logtext *text, const char *word);
bool logtext_holds(const struct logtext *text, const char *word);
/* What follows its first `len` characters; there must be that many. */
struct logtext logtext_behind(const struct logtext *text, size_t len);

#endif
