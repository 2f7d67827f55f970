/* drift_line.h - which words of a kernel command line were added, and which removed. The lines are
 * what was measured: hostile. */
#ifndef DRIFT_DRIFT_LINE_H
#define DRIFT_DRIFT_LINE_H

#include "base/bytes.h"

/* Writes the words of `line` that `other` lacks, as many as fit into size, and how many did not:
 * "quiet splash and 3 more words". A long word is cut, which "..." shows. size: at least 80. */
void drift_line_words(const char *line, const char *other, char *ret, size_t size);

#define DRIFT_LINE_WORD_SIZE 48

/* Finds the first word of `line` that `other` lacks and that leads to a shell instead of the
 * system, as menu entries for recovery have it. line: bytes as they are measured, ASCII's in UTF-8
 * or UTF-16. ret: the word, cut if it is longer; "?" without memory. */
bool drift_line_has_shell(struct bytes line, const char *other, char ret[DRIFT_LINE_WORD_SIZE]);

#endif
