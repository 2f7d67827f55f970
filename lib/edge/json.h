/* json.h - JSON (RFC 8259) through cJSON, read strictly. Only json.c includes cJSON.
 *
 * Strict means: the whole text is one value (cJSON also takes a byte order mark before it, and
 * numbers like 01), valid UTF-8, no member name twice in an object, no U+0000 in strings (cJSON
 * would cut the text there), at most 32 levels deep, 4096 members in one object or array, 32768
 * values in all. Errors are ERR_NO_MEMORY, or ERR_FORMAT with a message that names the place
 * ("'status.code' is not a number"); callers replace it by their own code. */
#ifndef EDGE_JSON_H
#define EDGE_JSON_H

#include "base/buf.h"

struct cJSON;
typedef struct cJSON json; /* the only typedef: an opaque tree */

int json_parse(struct bytes text, json **ret, struct err *err) err_check;
void json_free(json *value); /* accepts NULL */
static inline void json_cleanup(json **value)
{
	json_free(*value);
}

/* Frees a tree with secrets: its texts are overwritten first. */
void json_wipe(json *value);
static inline void json_secret_cleanup(json **value)
{
	json_wipe(*value);
}

/* Reading. Values belong to the tree. NULL means absent; names are matched exactly. */
const json *json_get(const json *object, const char *name);
/* Without regard to case, for settings, which people write. */
const json *json_get_nocase(const json *object, const char *name);
const json *json_at(const json *array, size_t index);
size_t json_count(const json *array_or_object);
/* The members of an object or the items of an array, in order. */
const json *json_first(const json *parent);
const json *json_next(const json *item);
#define json_each(item, parent)                                                                    \
	for (const json *item = json_first(parent); item; item = json_next(item))
const char *json_name(const json *member); /* member's name; NULL in an array */
bool json_is_object(const json *value); /* the json_is_ functions accept NULL */
bool json_is_array(const json *value);
bool json_is_string(const json *value);
bool json_is_bool(const json *value);
bool json_is_number(const json *value);
bool json_is_null(const json *value);
const char *json_text(const json *value); /* NULL if not a string */
bool json_true(const json *value); /* whether it is the boolean true */
/* Typed getters: a member that is absent or of another type is an error that names it. */
int json_get_text(const json *object, const char *name, const char **ret, struct err *err) err_check;
/* A copy of the text; ERR_FORMAT if it does not fit. */
int json_copy_text(
	const json *object, const char *name, char *ret, size_t size, struct err *err) err_check;
/* A whole number within +-2^53, since larger ones lose digits in a double. */
int json_get_int(const json *object, const char *name, int64_t *ret, struct err *err) err_check;
int json_int(const json *value, int64_t *ret, struct err *err) err_check;
int json_get_object(const json *object, const char *name, const json **ret, struct err *err) err_check;
int json_get_array(const json *object, const char *name, const json **ret, struct err *err) err_check;

/* Writing. A failed allocation in any call makes json_print and json_check fail, so the calls
 * themselves need no check. json_add_object and json_add_array return the new child, or NULL after
 * a failure; adding to NULL does nothing. */
json *json_new_object(void);
json *json_new_array(void);
json *json_copy(const json *value); /* to json_free(); NULL without memory */
json *json_add_object(json *parent, const char *name); /* name NULL: parent is an array */
json *json_add_array(json *parent, const char *name);
void json_add_text(json *parent, const char *name, const char *text); /* text is cleaned (text.h) */
void json_add_bytes_text(json *parent, const char *name, struct bytes text);
void json_add_int(json *parent, const char *name, int64_t number);
void json_add_bool(json *parent, const char *name, bool value);
void json_add_null(json *parent, const char *name);
void json_add_copy(json *parent, const char *name, const json *value);
/* Members of the documents that commands print (handler/docs/json.md): what is absent is null. */
void json_add_known_text(json *parent, const char *name, const char *text); /* NULL, "": absent */
void json_add_time(json *parent, const char *name, int64_t unix_s); /* 0: absent */
/* "code", "name", "message" and "remedy"; ERR_OK has neither name nor remedy. The message may be
 * NULL or "". */
void json_add_reason(json *parent, enum err_code code, const char *message);

/* For callers that do not print the tree: ERR_NO_MEMORY if an earlier call failed. */
int json_check(const json *value, struct err *err) err_check;

/* Whether both have the same types, texts, numbers and names of members, in the same order. */
bool json_equal(const json *a, const json *b);

enum json_style { JSON_COMPACT, JSON_INDENTED };
/* Appends to ret; invisible characters (text.h) are escaped. ERR_NO_MEMORY if an earlier call
 * failed; ERR_FORMAT past ret->max. */
int json_print(const json *value, enum json_style style, struct buf *ret, struct err *err) err_check;

#endif
