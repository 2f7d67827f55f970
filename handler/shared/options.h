/* options.h - the options of the five commands, and the usage of these commands and of the service.
 * The agent uses no options; they serve tests and manual runs. */
#ifndef HANDLER_SHARED_OPTIONS_H
#define HANDLER_SHARED_OPTIONS_H

#include <limits.h>
#include "base/options.h"

struct handler_options {
	const char *root; /* default "/" */
	const char *tcti; /* default "" */
	const char *metadata; /* default "" */
	const char *home; /* default: NULL, the folder above `programs` */
	bool is_version;
	char programs[PATH_MAX]; /* folder of this program */
	int programs_errno; /* why it was not found; 0: it was */
};

/* True: the program must end with *ret_exit_code (--help, --version, wrong usage). */
bool handler_options_parse(int argc, char **argv, struct handler_options *ret, int *ret_exit_code);

/* Cuts off the last part of a real path. */
void path_to_folder(char *path);
/* Prints on stdout. Returns the exit code: 0, or 2 if the text could not be written. */
int program_print_usage(const struct options_usage *usage);
/* Prints on stderr what is wrong with the options. Returns the exit code. */
int program_refuse(const char *program, const struct err *err);

#endif
