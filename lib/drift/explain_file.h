/* explain_file.h - why the bytes of a boot file changed: a package installed them, they were on the
 * disk before the restart, or they are there unchanged since.
 *
 * A file explains only the role it is measured in: bytes measured as an initrd are not explained by
 * a font that holds them, whatever the log calls them. */
#ifndef DRIFT_EXPLAIN_FILE_H
#define DRIFT_EXPLAIN_FILE_H

#include "appraise/secureboot.h"
#include "disk/next_boot.h"
#include "drift/drift.h"

/* One component to explain, and where to look. */
struct explain_case {
	int root_fd;
	const struct secureboot *secureboot; /* of this boot; may be NULL */
	const struct next_boot *pending;
	const struct component *component;
	const char *accepted_line; /* of a command line: the accepted words; "" if unknown */
	/* code ERR_SERVICE once a package manager did not answer in time: it is not asked again */
	struct err *package_timeout;
};

/* Are these the bytes that were measured? Firmware measures in PCR 4 the programs that it starts,
 * GRUB in PCR 9 the bytes that it reads. */
bool explain_has_digest(const struct bootfile *file, const struct component *component);
/* The component is a program, kernel, initrd or boot file. */
void explain_file(const struct explain_case *one, struct explanation *ret);

/* The text is cut to fit, and cleaned. */
void explanation_set(struct explanation *ret, enum explanation_how how, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* By a file that was there before the restart. */
void explanation_set_pending(const struct bootfile *file, struct explanation *ret);
/* By a file that is there now, unless it was changed since the machine started. */
void explanation_set_current(int root_fd, const struct bootfile *file, struct explanation *ret);
/* What was not read might explain it: UNKNOWN, if it is unexplained and `gap` has a code. */
void explanation_set_gap(const struct err *gap, struct explanation *ret);

#define EXPLAIN_DATE_SIZE 11
void explain_date_text(int64_t unix_s, char ret[EXPLAIN_DATE_SIZE]); /* "2026-11-20" */

#endif
