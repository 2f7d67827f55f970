/* members.h - maps members of a JSON object to members of a struct, by one table of rows for both
 * reading and writing. */
#ifndef EDGE_MEMBERS_H
#define EDGE_MEMBERS_H

#include "edge/json.h"

enum member_type {
	MEMBER_TEXT, /* char[], terminated; a longer text is an error */
	MEMBER_PATH, /* likewise, and absolute; empty only if it is not required */
	MEMBER_INT, /* int64_t */
	MEMBER_TIME, /* int64_t, Unix time up to the year 9999 */
	MEMBER_SIZE, /* uint64_t */
	MEMBER_COUNT, /* uint32_t */
	MEMBER_FLAG, /* bool; anything but true is false */
	MEMBER_HEX, /* uint8_t[], all of it; at most MEMBER_HEX_MAX bytes */
};

#define MEMBER_HEX_MAX 64

enum member_presence {
	MEMBER_REQUIRED,
	MEMBER_OPTIONAL, /* absent in files of older versions; the struct keeps its value */
	MEMBER_SPARSE, /* likewise, and not written if all its bytes are 0 */
};

struct member {
	const char *name;
	enum member_type type;
	enum member_presence presence;
	size_t offset, size; /* in the struct */
};

#define MEMBER_PLACE(type, field) offsetof(type, field), sizeof(((type *)NULL)->field)

struct members {
	size_t count;
	const struct member *rows;
};

#define MEMBERS(array) ((struct members){sizeof(array) / sizeof((array)[0]), array})

/* ERR_FORMAT; the message names the member. On failure *ret is read in part, and the caller drops
 * it. */
int members_read(const json *object, struct members members, void *ret, struct err *err) err_check;
/* Adds the members in the order of the rows. */
void members_add(json *object, struct members members, const void *from);
/* Compares texts up to their final 0, everything else byte by byte. */
bool members_equal(struct members members, const void *a, const void *b);

#endif
