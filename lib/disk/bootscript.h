/* bootscript.h - lines of a boot configuration as GRUB's shell reads them: words, quotes,
 * variables. For disk/bootconfig.h.
 *
 * Source: GRUB manual 2.12 section "Shell-like scripting". Nothing is executed: a variable's values
 * come from assignments in the text. All input is hostile; every size is bounded. */
#ifndef DISK_BOOTSCRIPT_H
#define DISK_BOOTSCRIPT_H

#include "base/buf.h"

/* bytes of a line after expansion; Linux's own limit is 2048 or 4096 */
#define BOOTSCRIPT_TEXT_MAX      4096
#define BOOTSCRIPT_MAX_VARIABLES 8
#define BOOTSCRIPT_MAX_VALUES    8
#define BOOTSCRIPT_NAME_SIZE     32

struct bootscript_variable {
	char name[BOOTSCRIPT_NAME_SIZE];
	size_t count;
	struct bytes values[BOOTSCRIPT_MAX_VALUES]; /* all different; the first is empty */
	size_t chosen;
};

struct bootscript_variables {
	size_t count;
	struct bootscript_variable items[BOOTSCRIPT_MAX_VARIABLES];
};

/* Gets the next line, without blanks at its start and end; false after the last. */
bool bootscript_next_line(struct bytes *rest, struct bytes *ret);
struct bytes bootscript_first_word(struct bytes line);
/* Without the quotes around it, if there are two of one kind. */
struct bytes bootscript_unquoted(struct bytes value);

/* Adds the variables that a line uses; those over the limit stay unknown. */
void bootscript_find_variables(struct bytes line, struct bootscript_variables *variables);
/* Adds the values that `text` assigns: "set name=value", "name=value". */
void bootscript_find_values(struct bytes text, struct bootscript_variables *variables);
/* Chooses the next combination of values; false after the last. */
bool bootscript_choose_next(struct bootscript_variables *variables);

struct bootscript_form {
	size_t skipped; /* number of words at the line's start that are left out */
	const char *start; /* text that takes their place */
	/* as GRUB passes arguments to the kernel: words with blanks are quoted, quotes escaped */
	bool is_escaped;
};
/* Writes the line's words with the chosen values, separated by one blank. False if the result is
 * too long. */
bool bootscript_expand(struct bytes line, const struct bootscript_variables *variables,
	const struct bootscript_form *form, struct buf *ret);

#endif
