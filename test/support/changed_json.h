/* changed_json.h - a JSON tree with one member set, left out or doubled, as text: for fuzz targets
 * that change what is signed or sealed. */
#ifndef TEST_SUPPORT_CHANGED_JSON_H
#define TEST_SUPPORT_CHANGED_JSON_H

#include <stdlib.h>
#include <string.h>
#include "edge/json.h"

struct json_change {
	/* "": the tree itself; else the name of the object that holds the member, or of the array
	 * of such objects */
	const char *parent;
	const char *name;
	struct bytes value; /* JSON; data NULL: it goes */
	bool is_twice; /* it comes behind the true one */
};

static inline void changed_json_put(struct buf *ret, const char *text)
{
	struct err err;

	if (buf_append_text(ret, text, &err) < 0)
		abort();
}

/* A member or an item, behind those before it. name NULL: an item. */
static inline void changed_json_add(struct buf *ret, const char *name, struct bytes value)
{
	struct err err;

	if (ret->data[ret->len - 1] != '{' && ret->data[ret->len - 1] != '[')
		changed_json_put(ret, ",");
	if (name) {
		changed_json_put(ret, "\"");
		changed_json_put(ret, name);
		changed_json_put(ret, "\":");
	}
	if (buf_append(ret, value.data, value.len, &err) < 0)
		abort();
}

static inline void changed_json_print(
	const json *tree, const char *own_name, const struct json_change *change, struct buf *ret);

static inline void changed_json_child(
	const json *child, const char *own_name, const struct json_change *change, struct buf *ret)
{
	auto_cleanup(buf) struct buf text = buf_with_max(ret->max);
	struct err err;

	if (json_is_object(child) || json_is_array(child))
		changed_json_print(
			child, json_name(child) ? json_name(child) : own_name, change, &text);
	else if (json_print(child, JSON_COMPACT, &text, &err) < 0)
		abort();
	changed_json_add(ret, json_name(child), buf_bytes(&text));
}

/* own_name: "" of a whole tree. Names need no escapes. */
static inline void changed_json_print(
	const json *tree, const char *own_name, const struct json_change *change, struct buf *ret)
{
	bool is_here = json_is_object(tree) && strcmp(own_name, change->parent) == 0;

	changed_json_put(ret, json_is_object(tree) ? "{" : "[");
	json_each (child, tree)
		if (!is_here || strcmp(json_name(child), change->name) != 0 || change->is_twice)
			changed_json_child(child, own_name, change, ret);
	if (is_here && change->value.data)
		changed_json_add(ret, change->name, change->value);
	changed_json_put(ret, json_is_object(tree) ? "}" : "]");
}

/* In place. What cannot be read any more is no tree that a further change finds its way in: it
 * stays the last one. */
static inline void changed_json_apply(const struct json_change *change, struct buf *text)
{
	auto_cleanup(json) json *tree = NULL;
	struct buf changed = buf_with_max(text->max);
	struct err err;

	if (json_parse(buf_bytes(text), &tree, &err) < 0)
		return;
	changed_json_print(tree, "", change, &changed);
	buf_done(text);
	*text = changed;
}

#endif
