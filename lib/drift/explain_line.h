/* explain_line.h - why a command line changed that each update changes (usrline.h): an
 * accepted one has the same pattern, the hash of /usr is in the kernel that was measured, and it is
 * no first boot. */
#ifndef DRIFT_EXPLAIN_LINE_H
#define DRIFT_EXPLAIN_LINE_H

#include "drift/explain_file.h"

/* boot: all components of this boot; drift: its differences, with the lines that went. An
 * explanation that was found already stays. */
void explain_line(const struct explain_case *one, const struct components *boot,
	const struct drift *drift, struct explanation *ret);

/* Takes back the explanation of a command line that leads to a shell by a word that the accepted
 * one lacks: an entry for recovery is on every disk, and that it is there is no reason to start it.
 * line: the measured bytes, found on the disk; the words in the log may be forged. */
void explain_line_refuse_shell(struct bytes line, const char *accepted, struct explanation *ret);

#endif
