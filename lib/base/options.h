/* options.h - a program's options as a table of rows: the rows that parse are the rows that the
 * usage shows.
 *
 * "--name VALUE" and "--name=VALUE" are the same, options and words may come in any order, "--"
 * ends the options, and of an option that is given twice the last one counts. Names are not
 * abbreviated. --help and -h belong to every table without a row. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/buf.h"

#define OPTIONS_TEXTS_MAX 16
/* Of an option that may be given several times. */
struct option_texts {
	const char *items[OPTIONS_TEXTS_MAX + 1]; /* NULL behind the last */
	size_t count;
};

enum option_kind { OPTION_SWITCH, OPTION_TEXT, OPTION_TEXTS };

struct option_row {
	const char *name; /* without dashes; NULL for the one word that is no option */
	const char *value; /* what stands for the value in the usage, "URL"; NULL for a switch */
	const char *about; /* the usage breaks its lines; "": the usage has no row of it */
	enum option_kind kind;
	size_t offset; /* of the member that takes the value */
};

/* A row for `type`'s member, whose own type says what is taken: bool, const char * or struct
 * option_texts. A table of rows ends with {0}. */
#define OPTION(type, member, name, value, about)                                                     \
	{                                                                                            \
		name, value, about,                                                                \
			_Generic(((type *)NULL)->member, bool                                      \
				 : OPTION_SWITCH, const char *                                     \
				 : OPTION_TEXT, struct option_texts                                \
				 : OPTION_TEXTS),                                                  \
			offsetof(type, member) \
	}
/* The word that must be there besides the options. */
#define OPTION_WORD(type, member, value, about) OPTION(type, member, NULL, value, about)

#define OPTIONS_STRANGER_SIZE 64

enum options_found {
	OPTIONS_READ,
	OPTIONS_HELP, /* --help was found before anything was wrong */
	OPTIONS_WRONG, /* *err is ERR_USAGE */
};

/* Fills members of *ret and leaves the others as they are; texts belong to argv, whose first word
 * is the program's. *ret_stranger becomes the name of an option that is unknown and resembles none,
 * since another program may have it, or ""; NULL for callers that do not need it. */
enum options_found options_parse(const struct option_row *rows, int argc, char **argv, void *ret,
	char ret_stranger[OPTIONS_STRANGER_SIZE], struct err *err);
bool options_have(const struct option_row *rows, const char *name);

struct options_usage {
	const char *program; /* "guest-attest verify" */
	const char *words; /* "FILE [OPTION...]" */
	const char *about; /* paragraphs, whose lines are broken here; '\n' ends one */
	const char *notes; /* likewise, behind the options; may be NULL */
	const struct option_row *rows;
};

/* Appends the whole text. */
int options_usage(const struct options_usage *usage, struct buf *ret, struct err *err) err_check;

#endif
