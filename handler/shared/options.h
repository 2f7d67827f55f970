/* options.h - the options of the five commands. The agent gives none; they are for tests and for
 * trying by hand. */
#ifndef HANDLER_SHARED_OPTIONS_H
#define HANDLER_SHARED_OPTIONS_H

#include <limits.h>
#include <stdbool.h>

struct options {
	const char *root; /* default "/" */
	const char *tcti; /* default "" */
	const char *metadata; /* default "" */
	/* default: the folder above that of the program; NULL: it was not found, for home_errno */
	const char *home;
	int home_errno;
	char own_home[PATH_MAX];
};

/* True: the program is done, with *ret_exit_code (--help, --version, wrong usage). */
bool options_parse(int argc, char **argv, struct options *ret, int *ret_exit_code);

#endif
