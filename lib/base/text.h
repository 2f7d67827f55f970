/* text.h - text that goes to people and into the status file: valid UTF-8, printable, bounded.
 * One invalid byte in a status file silences the whole VM (handler protocol, status blob). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/* RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
bool text_is_utf8(struct bytes bytes);
/* Copies at most size-1 bytes, 0 terminated: each byte that is not part of valid UTF-8 and each control character
 * becomes '?', line breaks and tabs become blanks; the cut falls between characters. size > 0. */
void text_clean(char *ret, size_t size, struct bytes bytes);
/* snprintf, then text_clean; true if all of it fitted. */
bool text_format(char *ret, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool text_equal_nocase(const char *a, const char *b); /* ASCII */

#endif
