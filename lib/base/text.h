/* text.h - text for people and for the status file: valid UTF-8, printable, bounded. One invalid
 * byte in a status file makes the platform drop the status of the whole VM (handler protocol,
 * status blob). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
bool text_is_utf8(struct bytes bytes);
/* Copies at most size-1 bytes and a final 0; size > 0. Each byte that is not part of valid UTF-8
 * and each control character becomes '?', line breaks and tabs become blanks, and any other
 * invisible character becomes its number, "<U+202E>". The cut falls between two characters. Every
 * text from outside passes through here on its way to errors, log, status and JSON. */
void text_clean(char *ret, size_t size, struct bytes bytes);
/* The same without a cut, in memory to free(). NULL without memory. */
char *text_clean_copy(struct bytes bytes);
/* snprintf, then text_clean; false if the text was cut (before cleaning at 4095 bytes). */
bool text_format(char *ret, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends an item to a list in words: ", " stands before all but the first. false if it was cut. */
bool text_list_add(char *list, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool text_ends_with(const char *text, const char *end);
/* Decodes the first character; returns its length in bytes, or 0 if it is not valid UTF-8. */
size_t text_character(struct bytes bytes, uint32_t *ret);
/* Whether a character is invisible but changes what is seen, or ends a line: overrides of
 * direction, zero widths, controls. A copy for programs (a token's claims) keeps them; text for
 * people shows their numbers instead. */
bool text_is_unseen(uint32_t character);
/* A number of decimal digits only, at least one and at most max; false otherwise. */
bool text_number(struct bytes text, uint32_t max, uint32_t *ret);
char text_lower(char letter); /* ASCII */
bool text_equal_nocase(const char *a, const char *b); /* ASCII */
/* Whether they are one typing slip apart, without regard to the case of ASCII letters: one letter
 * more, less or different, or two neighbours swapped. */
bool text_is_slip(const char *word, const char *meant);
/* Whether `word` is one slip from `meant`, or its beginning of at least two letters. */
bool text_is_near(const char *word, const char *meant);

#endif
