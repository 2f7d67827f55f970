/* text.h - text that goes to people and into the status file: valid UTF-8, printable, bounded.
 * One invalid byte in a status file silences the whole VM (handler protocol, status blob). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
bool text_is_utf8(struct bytes bytes);
/* Copies at most size-1 bytes, 0 terminated: each byte that is not part of valid UTF-8 and each
 * control character becomes '?', line breaks and tabs become blanks, and another unseen character
 * its number, "<U+202E>"; the cut falls between characters. size > 0. Every text from outside goes
 * through here before anybody sees it: into errors, log, status and JSON it has no other way. */
void text_clean(char *ret, size_t size, struct bytes bytes);
/* The same, whole; for free(). NULL without memory. */
char *text_clean_copy(struct bytes bytes);
/* snprintf, then text_clean; true if all of it fitted. */
bool text_format(char *ret, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The first character; how many bytes it takes, 0 if that is no valid UTF-8. */
size_t text_character(struct bytes bytes, uint32_t *ret);
/* Characters that nobody sees but that change what is seen, or end a line: overrides of direction,
 * zero widths, controls. A program's copy of somebody's text (a token's claims) keeps them; who
 * shows it shows their numbers instead. */
bool text_is_unseen(uint32_t character);
bool text_equal_nocase(const char *a, const char *b); /* ASCII */
/* One slip of the keyboard apart, in ASCII without regard to case: a letter more, less, another, or
 * two in the other order. */
bool text_is_slip(const char *word, const char *meant);
/* A slip, or the beginning of what is meant: two letters at least. */
bool text_is_near(const char *word, const char *meant);

#endif
