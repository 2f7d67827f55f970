/* options.h - a program's options as a table of rows, which both the parser and the usage text
 * read.
 *
 * "--name VALUE" and "--name=VALUE" are the same. Options and words may come in any order, and "--"
 * ends the options. If an option is given twice, the last one counts. Names cannot be abbreviated.
 * Every table has --help and -h without a row. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/buf.h"

#define OPTIONS_TEXTS_MAX 16
/* The values of an option that may be given several times. */
struct option_texts {
	const char *items[OPTIONS_TEXTS_MAX + 1]; /* NULL follows the last */
	size_t count;
};

enum option_kind { OPTION_SWITCH, OPTION_TEXT, OPTION_TEXTS };

struct option_row {
	const char *name; /* without dashes; NULL in the row of the word that is no option */
	const char *value; /* the value's placeholder in the usage, e.g. "URL"; NULL for a switch */
	const char *about; /* the usage breaks it into lines; "" leaves the row out of the usage */
	enum option_kind kind;
	size_t offset; /* of the member that receives the value */
};

/* A row for a member of `type`. The member's own type is the kind of the option: bool, const char *
 * or struct option_texts. A table of rows ends with {0}. */
#define OPTION(type, member, name, value, about)                                                     \
	{                                                                                            \
		name, value, about,                                                                \
			_Generic(((type *)NULL)->member, bool                                      \
				 : OPTION_SWITCH, const char *                                     \
				 : OPTION_TEXT, struct option_texts                                \
				 : OPTION_TEXTS),                                                  \
			offsetof(type, member) \
	}
/* A row for the word that must be given beside the options; for a struct option_texts, words that
 * may be given. */
#define OPTION_WORD(type, member, value, about) OPTION(type, member, NULL, value, about)

#define OPTIONS_STRANGER_SIZE 64

enum options_found {
	OPTIONS_READ,
	OPTIONS_HELP, /* --help was met before any mistake */
	OPTIONS_WRONG, /* *err is ERR_USAGE */
};

/* Fills the members of *ret whose options are given, and leaves the others. Texts point into argv,
 * whose first word is the program's name. ret_stranger (may be NULL) receives the name of an
 * unknown option that resembles no known one, since another program may have it; otherwise "". */
enum options_found options_parse(const struct option_row *rows, int argc, char **argv, void *ret,
	char ret_stranger[OPTIONS_STRANGER_SIZE], struct err *err);
bool options_have(const struct option_row *rows, const char *name);

struct options_usage {
	const char *program; /* "guest-attest verify" */
	const char *words; /* "FILE [OPTION...]" */
	const char *about; /* paragraphs that end with '\n'; options_usage breaks lines */
	const char *notes; /* likewise, shown after the options; may be NULL */
	const struct option_row *rows;
};

/* Appends the whole usage text to ret. */
int options_usage(const struct options_usage *usage, struct buf *ret, struct err *err) err_check;

#endif
