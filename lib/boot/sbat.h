/* sbat.h - reads shim's revocation level: the oldest generation of each component that may start;
 * and the generations that a program's section .sbat states. The data is hostile.
 *
 * Source: shim 15.8, SBAT.md: lines "component,generation[,...]". The first of a level is
 * "sbat,1,DATE"; its date is the version of the level itself. */
#ifndef BOOT_SBAT_H
#define BOOT_SBAT_H

#include "base/buf.h"

#define SBAT_DATE_SIZE      11 /* "2025021800": a date and two more digits */
#define SBAT_COMPONENT_SIZE 32
#define SBAT_MAX_COMPONENTS 16 /* today's level has two */

struct sbat_component {
	char name[SBAT_COMPONENT_SIZE]; /* "shim", "grub", "grub.debian", ...; cut if longer */
	uint32_t generation;
};

struct sbat {
	char date[SBAT_DATE_SIZE]; /* "" if the level has none */
	/* every line was understood and kept; only then two levels can be compared */
	bool is_whole;
	bool has_sbat; /* it has the line "sbat"; `generation`, below, is that line's */
	uint32_t generation;
	size_t count;
	/* without the line "sbat"; further components are left out */
	struct sbat_component components[SBAT_MAX_COMPONENTS];
};

/* Reads the variable's value. Lines of another form are skipped and clear is_whole. An empty value
 * is an empty, whole level. */
void sbat_read(struct bytes value, struct sbat *ret);

enum sbat_change {
	SBAT_RAISED, /* the date is higher, and no generation is lower */
	SBAT_LOWERED, /* a generation is lower: a program may start that was refused before */
	SBAT_CHANGED, /* the date is not higher, or a level is not whole: neither of the above */
};

/* Compares two levels, component by component. A missing line counts as lower, unless a component
 * that it is derived from (the name before a dot: grub of grub.debian) rose. */
enum sbat_change sbat_compare(const struct sbat *old, const struct sbat *new);

enum sbat_start {
	SBAT_STARTS,
	SBAT_REVOKED, /* a component's generation is below the level */
	SBAT_UNCLEAR, /* none of the lines that were understood is, but not all were */
};

/* Does shim with this level start a program of these generations? ret_refused: the first component
 * below the level, for SBAT_REVOKED only. */
enum sbat_start sbat_judge(
	const struct sbat *level, const struct sbat *program, struct sbat_component *ret_refused);

/* "2025021800: shim 4, grub 5"; "(empty)" */
void sbat_text(const struct sbat *sbat, char *ret, size_t size);

#endif
