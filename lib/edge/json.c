#include "edge/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"

#define MAX_DEPTH   32
#define MAX_MEMBERS 4096
#define MAX_VALUES  32768
#define MAX_INTEGER 9007199254740992.0 /* 2^53 */
#define MAX_TEXT    (64u << 20)

/* Finds "\u0000" in a string: cJSON would end the text there and return a prefix of what was
 * signed. */
static bool has_escaped_nul(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '\\')
			continue;
		if (text.len - i >= 6 && memcmp(text.data + i, "\\u0000", 6) == 0)
			return true;
		i++; /* the escaped character, which may be a backslash itself */
	}
	return false;
}

static bool is_blank(uint8_t character)
{
	return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

/* Bounds depth and size before cJSON recurses and allocates a node for each value, by counting
 * brackets and commas outside of strings. Control characters are refused too (RFC 8259 sections 2
 * and 7): cJSON accepts them in strings, and as blanks elsewhere. */
static int check_outline(struct bytes text, struct err *err)
{
	bool is_in_string = false;
	size_t depth = 0, values = 1;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t character = text.data[i];
		bool is_open = !is_in_string && (character == '[' || character == '{');

		if (character < 0x20 && (is_in_string || !is_blank(character)))
			return err_set(err, ERR_FORMAT, 0,
				"Not JSON: a control character at position %zu.", i);
		if (is_in_string && character == '\\')
			i++;
		else if (character == '"')
			is_in_string = !is_in_string;
		else if (!is_in_string && (character == ']' || character == '}') && depth)
			depth--;
		values += is_open || (!is_in_string && character == ',');
		depth += is_open;
		if (depth > MAX_DEPTH)
			return err_set(err, ERR_FORMAT, 0,
				"Not usable JSON: nested more than %d deep.", MAX_DEPTH);
		if (values > MAX_VALUES)
			return err_set(err, ERR_FORMAT, 0, "Not usable JSON: more than %d values.",
				MAX_VALUES);
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorting makes equal names neighbours. Comparing each name with all others would take seconds in a
 * hostile object. */
static int check_names(const json *object, size_t count, struct err *err)
{
	auto_cleanup(free) const char **names = calloc(count + 1, sizeof(*names));
	size_t at = 0;

	if (!names)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a JSON text.");
	for (const json *member = object->child; member && at < count; member = member->next)
		names[at++] = member->string;
	qsort(names, at, sizeof(*names), compare_names);
	for (size_t i = 1; i < at; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			return err_set(err, ERR_FORMAT, 0,
				"Not usable JSON: member '%s' stands twice.", names[i]);
	return 0;
}

/* check_outline has bounded depth and size. */
static int check_tree(const json *value, struct err *err)
{
	size_t count = 0;

	for (const json *child = value->child; child; child = child->next) {
		if (++count > MAX_MEMBERS)
			return err_set(err, ERR_FORMAT, 0, "Not usable JSON: more than %d members.",
				MAX_MEMBERS);
		if (check_tree(child, err) < 0)
			return -1;
	}
	return cJSON_IsObject(value) ? check_names(value, count, err) : 0;
}

/* cJSON returns NULL both for a text that is not JSON and without memory; only a look at its
 * allocations distinguishes them. */
static _Thread_local bool is_out_of_memory;

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	is_out_of_memory |= !memory;
	return memory;
}

static json *parse_value(struct bytes text, const char **ret_end)
{
	json *value;

	is_out_of_memory = false;
	cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = allocate, .free_fn = free});
	value = cJSON_ParseWithLengthOpts((const char *)text.data, text.len, ret_end, false);
	cJSON_InitHooks(NULL);
	return value;
}

int json_parse(struct bytes text, json **ret, struct err *err)
{
	auto_cleanup(json) json *value = NULL;
	const char *end = NULL;

	if (text.len == 0 || text.len > MAX_TEXT)
		return err_set(err, ERR_FORMAT, 0, "Not JSON: %zu bytes.", text.len);
	if (!text_is_utf8(text))
		return err_set(err, ERR_FORMAT, 0, "Not JSON: not valid UTF-8.");
	if (has_escaped_nul(text))
		return err_set(err, ERR_FORMAT, 0, "Not usable JSON: it holds a zero character.");
	if (check_outline(text, err) < 0)
		return -1;
	value = parse_value(text, &end);
	if (!value && is_out_of_memory)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a JSON text.");
	if (!value)
		return err_set(err, ERR_FORMAT, 0, "Not JSON: unexpected text at position %td.",
			end ? (const uint8_t *)end - text.data : (ptrdiff_t)0);
	for (const uint8_t *at = (const uint8_t *)end; at < text.data + text.len; at++)
		if (!is_blank(*at))
			return err_set(err, ERR_FORMAT, 0,
				"Not JSON: text after the value at position %td.", at - text.data);
	if (check_tree(value, err) < 0)
		return -1;
	*ret = steal_ptr(value);
	return 0;
}

void json_free(json *value)
{
	cJSON_Delete(value);
}

static void wipe_texts(json *first)
{
	for (json *value = first; value; value = value->next) {
		if (value->valuestring)
			explicit_bzero(value->valuestring, strlen(value->valuestring));
		if (value->string)
			explicit_bzero(value->string, strlen(value->string));
		wipe_texts(value->child);
	}
}

void json_wipe(json *value)
{
	wipe_texts(value);
	json_free(value);
}

const json *json_get(const json *object, const char *name)
{
	return json_is_object(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const json *json_get_nocase(const json *object, const char *name)
{
	const json *exact = json_get(object, name);

	return exact || !json_is_object(object) ? exact : cJSON_GetObjectItem(object, name);
}

const json *json_at(const json *array, size_t index)
{
	const json *item = json_first(array);

	while (item && index--)
		item = item->next;
	return item;
}

size_t json_count(const json *array_or_object)
{
	size_t count = 0;

	json_each (item, array_or_object)
		count++;
	return count;
}

const json *json_first(const json *parent)
{
	return json_is_object(parent) || json_is_array(parent) ? parent->child : NULL;
}

const json *json_next(const json *item)
{
	return item->next;
}

const char *json_name(const json *member)
{
	return member ? member->string : NULL;
}

bool json_is_object(const json *value)
{
	return cJSON_IsObject(value);
}

bool json_is_array(const json *value)
{
	return cJSON_IsArray(value);
}

bool json_is_string(const json *value)
{
	return cJSON_IsString(value);
}

bool json_is_bool(const json *value)
{
	return cJSON_IsBool(value);
}

bool json_is_number(const json *value)
{
	return cJSON_IsNumber(value);
}

bool json_is_null(const json *value)
{
	return cJSON_IsNull(value);
}

const char *json_text(const json *value)
{
	return cJSON_GetStringValue(value);
}

bool json_true(const json *value)
{
	return cJSON_IsTrue(value);
}

static int get_typed(const json *object, const char *name, const char *type,
	bool (*is_type)(const json *), const json **ret, struct err *err)
{
	const json *value = json_get(object, name);

	if (!value)
		return err_set(err, ERR_FORMAT, 0, "'%s' is missing.", name);
	if (!is_type(value))
		return err_set(err, ERR_FORMAT, 0, "'%s' is not %s.", name, type);
	*ret = value;
	return 0;
}

int json_get_text(const json *object, const char *name, const char **ret, struct err *err)
{
	const json *value;

	if (get_typed(object, name, "a string", json_is_string, &value, err) < 0)
		return -1;
	*ret = value->valuestring;
	return 0;
}

int json_copy_text(const json *object, const char *name, char *ret, size_t size, struct err *err)
{
	const char *text;

	if (json_get_text(object, name, &text, err) < 0)
		return -1;
	if (strlen(text) >= size)
		return err_set(err, ERR_FORMAT, 0, "'%s' is too long.", name);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

int json_int(const json *value, int64_t *ret, struct err *err)
{
	double number = json_is_number(value) ? value->valuedouble : (double)NAN;

	if (!(fabs(number) <= MAX_INTEGER) || (double)(int64_t)number < number ||
		(double)(int64_t)number > number)
		return err_set(err, ERR_FORMAT, 0, "'%s' is not a whole number.",
			value && value->string ? value->string : "item");
	*ret = (int64_t)number;
	return 0;
}

int json_get_int(const json *object, const char *name, int64_t *ret, struct err *err)
{
	const json *value;

	if (get_typed(object, name, "a number", json_is_number, &value, err) < 0)
		return -1;
	return json_int(value, ret, err);
}

int json_get_object(const json *object, const char *name, const json **ret, struct err *err)
{
	return get_typed(object, name, "an object", json_is_object, ret, err);
}

int json_get_array(const json *object, const char *name, const json **ret, struct err *err)
{
	return get_typed(object, name, "an array", json_is_array, ret, err);
}

json *json_new_object(void)
{
	return cJSON_CreateObject();
}

json *json_new_array(void)
{
	return cJSON_CreateArray();
}

json *json_copy(const json *value)
{
	return cJSON_Duplicate(value, true);
}

/* A parent that lost a child becomes cJSON_Invalid, so that printing the tree fails instead of
 * printing a part. */
static json *add_child(json *parent, const char *name, json *child)
{
	cJSON_bool is_added = false;

	if (!parent) {
		cJSON_Delete(child);
		return NULL;
	}
	if (child)
		is_added = name ? cJSON_AddItemToObject(parent, name, child)
				: cJSON_AddItemToArray(parent, child);
	if (is_added)
		return child;
	cJSON_Delete(child);
	parent->type = cJSON_Invalid;
	return NULL;
}

json *json_add_object(json *parent, const char *name)
{
	return add_child(parent, name, cJSON_CreateObject());
}

json *json_add_array(json *parent, const char *name)
{
	return add_child(parent, name, cJSON_CreateArray());
}

void json_add_bytes_text(json *parent, const char *name, struct bytes text)
{
	auto_cleanup(free) char *clean = text_clean_copy(text);

	(void)add_child(parent, name, clean ? cJSON_CreateString(clean) : NULL);
}

void json_add_text(json *parent, const char *name, const char *text)
{
	json_add_bytes_text(parent, name, bytes_of_text(text));
}

void json_add_int(json *parent, const char *name, int64_t number)
{
	(void)add_child(parent, name, cJSON_CreateNumber((double)number));
}

void json_add_bool(json *parent, const char *name, bool value)
{
	(void)add_child(parent, name, cJSON_CreateBool(value));
}

void json_add_null(json *parent, const char *name)
{
	(void)add_child(parent, name, cJSON_CreateNull());
}

void json_add_copy(json *parent, const char *name, const json *value)
{
	(void)add_child(parent, name, json_copy(value));
}

void json_add_known_text(json *parent, const char *name, const char *text)
{
	if (text && *text)
		json_add_text(parent, name, text);
	else
		json_add_null(parent, name);
}

void json_add_time(json *parent, const char *name, int64_t unix_s)
{
	char text[CLOCK_TEXT_SIZE] = "";

	if (unix_s)
		clock_text(unix_s, text);
	json_add_known_text(parent, name, text);
}

void json_add_reason(json *parent, enum err_code code, const char *message)
{
	const struct err_info *info = err_info(code);

	json_add_int(parent, "code", code);
	json_add_known_text(parent, "name", code ? info->name : NULL);
	json_add_known_text(parent, "message", message);
	json_add_known_text(parent, "remedy", code ? info->remedy : NULL);
}

static bool is_complete(const json *value)
{
	if (!value || cJSON_IsInvalid(value))
		return false;
	for (const json *child = value->child; child; child = child->next)
		if (!is_complete(child))
			return false;
	return true;
}

int json_check(const json *value, struct err *err)
{
	return is_complete(value) ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for a JSON text.");
}

/* Appends the text with invisible characters as escapes, which mean the same (RFC 8259 section 7):
 * programs get the same texts, and people are not deceived. Line breaks stay, since cJSON
 * escapes those in strings: they belong to the style. */
static int append_escaped(struct buf *ret, struct bytes text, struct err *err)
{
	size_t from = 0, length;

	for (size_t i = 0; i < text.len; i += length) {
		char escape[16] = "";
		uint32_t c = text.data[i];

		length = c < 0x7F ? 1
				  : text_character((struct bytes){text.data + i, text.len - i}, &c);
		length = length ? length : 1;
		if (c < 0x7F || !text_is_unseen(c))
			continue;
		if (c < 0x10000)
			(void)snprintf(escape, sizeof(escape), "\\u%04x", c);
		else
			(void)snprintf(escape, sizeof(escape), "\\u%04x\\u%04x", 0xD7C0 + (c >> 10),
				0xDC00 + (c & 0x3FF));
		if (buf_append(ret, text.data + from, i - from, err) < 0 ||
			buf_append_text(ret, escape, err) < 0)
			return -1;
		from = i + length;
	}
	return buf_append(ret, text.data + from, text.len - from, err);
}

int json_print(const json *value, enum json_style style, struct buf *ret, struct err *err)
{
	auto_cleanup(free) char *text = NULL;

	if (json_check(value, err) < 0)
		return -1;
	text = style == JSON_COMPACT ? cJSON_PrintUnformatted(value) : cJSON_Print(value);
	if (!text)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a JSON text.");
	return append_escaped(ret, bytes_of_text(text), err);
}

static bool same_value(const json *a, const json *b)
{
	if ((a->type & 0xFF) != (b->type & 0xFF))
		return false;
	if (cJSON_IsString(a))
		return strcmp(a->valuestring, b->valuestring) == 0;
	return !cJSON_IsNumber(a) ||
	       !(a->valuedouble < b->valuedouble || a->valuedouble > b->valuedouble);
}

static bool same_name(const json *a, const json *b)
{
	return a->string && b->string ? strcmp(a->string, b->string) == 0 : a->string == b->string;
}

bool json_equal(const json *a, const json *b)
{
	if (!a || !b || !same_value(a, b))
		return false;
	a = a->child;
	b = b->child;
	for (; a && b; a = a->next, b = b->next)
		if (!same_name(a, b) || !json_equal(a, b))
			return false;
	return !a && !b;
}
