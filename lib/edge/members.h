/* members.h - members of a JSON object as members of a struct: one row each, by which both reading
 * and writing go. */
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
	MEMBER_OPTIONAL, /* an older version did not write it: the struct keeps what it holds */
	MEMBER_SPARSE, /* likewise, and it is not written if all its bytes are 0 */
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

/* ERR_FORMAT, and names the member. A struct that is read in part is the caller's to drop. */
int members_read(const json *object, struct members members, void *ret, struct err *err) err_check;
/* In the order of the rows. */
void members_add(json *object, struct members members, const void *from);
/* Texts up to their terminator, everything else byte by byte. */
bool members_equal(struct members members, const void *a, const void *b);

#endif
