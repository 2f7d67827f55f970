/* options.h - the options of the five commands, and how those and the service print their usage.
 * The agent gives no options; they are for tests and for trying by hand. */
#ifndef HANDLER_SHARED_OPTIONS_H
#define HANDLER_SHARED_OPTIONS_H

#include <limits.h>
#include "base/options.h"

struct handler_options {
	const char *root; /* default "/" */
	const char *tcti; /* default "" */
	const char *metadata; /* default "" */
	/* default: the folder above that of the program; NULL: it was not found, for home_errno */
	const char *home;
	bool is_version;
	int home_errno;
	char own_home[PATH_MAX];
};

/* True: the program is done, with *ret_exit_code (--help, --version, wrong usage). */
bool handler_options_parse(int argc, char **argv, struct handler_options *ret, int *ret_exit_code);

/* On stdout; 0, or 2 if it could not be written. */
int program_print_usage(const struct options_usage *usage);
/* What is wrong with the options, on stderr; the exit code. */
int program_refuse(const char *program, const struct err *err);

#endif
