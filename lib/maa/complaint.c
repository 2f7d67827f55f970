#include "maa/complaint.h"

#include <string.h>
#include "base/text.h"
#include "edge/json.h"

#define MAX_DEPTH 4 /* innererror within innererror */

/* "" unless the member is a text. */
static void copy_text(const json *object, const char *name, char *ret, size_t size)
{
	const char *text = json_text(json_get_nocase(object, name));

	text_clean(ret, size, bytes_of_text(text ? text : ""));
}

/* A text as it is, another value as JSON. */
static void copy_value(const json *value, char *ret, size_t size)
{
	auto_cleanup(buf) struct buf printed = buf_with_max(1024);
	const char *text = json_text(value);
	struct err ignored;

	if (!text && value && json_print(value, JSON_COMPACT, &printed, &ignored) < 0)
		buf_done(&printed);
	text_clean(ret, size, text ? bytes_of_text(text) : buf_bytes(&printed));
}

/* What a detail without a value has: a message, or else a code; or it is a text itself. */
static const json *reason_of(const json *detail)
{
	const json *message = json_get_nocase(detail, "message");

	if (json_text(detail))
		return detail;
	return message ? message : json_get_nocase(detail, "code");
}

/* Appends "claim=value", or "claim: reason". */
static void add_detail(const json *detail, char *claims, size_t size)
{
	const json *value = json_get_nocase(detail, "value");
	char name[80], text[80];

	copy_text(detail, "target", name, sizeof(name));
	copy_value(value ? value : reason_of(detail), text, sizeof(text));
	if (!name[0] && !text[0])
		return;
	if (!text_list_add(claims, size, "%s%s%s", name,
		    !name[0] || !text[0] ? ""
		    : value              ? "="
					 : ": ",
		    text))
		memcpy(claims + strlen(claims) - 3, "...", 3);
}

/* What is no list has no details. */
static void add_details(const json *details, char *claims, size_t size)
{
	json_each (detail, json_is_object(details) ? NULL : details)
		add_detail(detail, claims, size);
}

/* Of an answer that is not in the protocol's form, as gateways and other services write them. */
static void read_foreign(const json *root, struct complaint *ret)
{
	static const char *const names[] = {
		"message", "error_description", "detail", "title", "error"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !ret->foreign[0]; i++)
		copy_text(root, names[i], ret->foreign, sizeof(ret->foreign));
}

void complaint_read(struct bytes body, struct complaint *ret)
{
	auto_cleanup(json) json *root = NULL;
	const json *error;
	struct err unusable;

	*ret = (struct complaint){0};
	if (json_parse(body, &root, &unusable) < 0)
		return;
	ret->is_json = true;
	error = json_get_nocase(root, "error");
	ret->is_of_protocol = json_is_object(error);
	if (!ret->is_of_protocol)
		read_foreign(root, ret);
	copy_text(error, "code", ret->code, sizeof(ret->code));
	for (size_t depth = 0; json_is_object(error) && depth < MAX_DEPTH; depth++) {
		if (!ret->message[0])
			copy_text(error, "message", ret->message, sizeof(ret->message));
		add_details(json_get_nocase(error, "details"), ret->claims, sizeof(ret->claims));
		error = json_get_nocase(error, "innererror");
		if (!json_is_object(error))
			error = json_at(error, 0);
	}
}

void complaint_text(const struct complaint *complaint, char *ret, size_t size)
{
	(void)text_format(ret, size, "%s%s%s%s%s%s%s", complaint->code[0] ? " " : "", complaint->code,
		complaint->claims[0] ? " (" : "", complaint->claims, complaint->claims[0] ? ")" : "",
		complaint->message[0] ? ": " : "", complaint->message);
}
