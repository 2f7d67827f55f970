/* logtext.h - a text that a log holds: UTF-8, or UTF-16 of printable ASCII, which is what firmware
 * and boot loaders write. Zeros at the end do not count. Hostile data; a view into it. */
#ifndef BOOT_LOGTEXT_H
#define BOOT_LOGTEXT_H

#include "base/buf.h"

struct logtext {
	struct bytes bytes;
	size_t step; /* bytes of a character: 1, or 2 of UTF-16 */
};

/* False if the bytes are no text, or an empty one. */
bool logtext_of(struct bytes bytes, struct logtext *ret);
/* As clean UTF-8; longer text is cut. */
void logtext_clean(const struct logtext *text, char *ret, size_t size);
/* The bytes as clean text, or the first of them as hex with their number. */
void logtext_or_hex(struct bytes bytes, char *ret, size_t size);

/* Of ASCII words. */
bool logtext_is(const struct logtext *text, const char *word);
bool logtext_starts_with(const struct logtext *text, const char *word);
bool logtext_ends_with(const struct logtext *text, const char *word);
bool logtext_holds(const struct logtext *text, const char *word);
/* Without its first `len` characters; there must be that many. */
struct logtext logtext_behind(const struct logtext *text, size_t len);

#endif
