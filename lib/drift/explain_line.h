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

#endif
