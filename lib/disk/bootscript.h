/* bootscript.h - lines of a boot configuration as GRUB's shell reads them: words, quotes,
 * variables. For disk/bootconfig.h.
 *
 * Source: GRUB manual 2.12 section "Shell-like scripting". Nothing is executed: values of variables
 * are those that assignments in the text give. All input is hostile; every size is bounded. */
#ifndef DISK_BOOTSCRIPT_H
#define DISK_BOOTSCRIPT_H

#include "base/buf.h"

/* of a line after expansion: Linux's own limit is 2048 or 4096 */
#define BOOTSCRIPT_TEXT_MAX      4096
#define BOOTSCRIPT_MAX_VARIABLES 8
#define BOOTSCRIPT_MAX_VALUES    4
#define BOOTSCRIPT_NAME_SIZE     32

struct bootscript_variable {
	char name[BOOTSCRIPT_NAME_SIZE];
	size_t count;
	struct bytes values[BOOTSCRIPT_MAX_VALUES]; /* different ones; the first is empty */
	size_t chosen;
};

struct bootscript_variables {
	size_t count;
	struct bootscript_variable items[BOOTSCRIPT_MAX_VARIABLES];
};

/* The next line without blanks at its start; false behind the last. */
bool bootscript_next_line(struct bytes *rest, struct bytes *ret);
struct bytes bootscript_first_word(struct bytes line);

/* Adds the variables that a line uses; those beyond the limit stay unknown. */
void bootscript_find_variables(struct bytes line, struct bootscript_variables *variables);
/* Adds values that `text` assigns: "set name=value", "name=value". */
void bootscript_find_values(struct bytes text, struct bootscript_variables *variables);
/* The next combination of values; false after the last. */
bool bootscript_choose_next(struct bootscript_variables *variables);

struct bootscript_form {
	size_t skipped; /* words at the line's start that are left out */
	const char *start; /* comes in their place */
	/* as GRUB hands arguments to the kernel: words with blanks in quotes, quotes escaped */
	bool is_escaped;
};
/* The line's words with the chosen values, one blank between two. False if that is too long. */
bool bootscript_expand(struct bytes line, const struct bootscript_variables *variables,
	const struct bootscript_form *form, struct buf *ret);

#endif
