#include "agent/status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "edge/json.h"

#define HANDLER_NAME   "GuestAttestation"
#define LANGUAGE       "en-US"
#define READ_MAX_BYTES (4 * STATUS_MAX_BYTES) /* another version may write more */

static const char *const state_names[] = {
	[STATUS_TRANSITIONING] = "transitioning",
	[STATUS_SUCCESS] = "success",
	[STATUS_WARNING] = "warning",
	[STATUS_ERROR] = "error",
};

#define STATE_COUNT (sizeof(state_names) / sizeof(state_names[0]))

const char *status_state_name(enum status_state state)
{
	return (size_t)state < STATE_COUNT ? state_names[state] : "error";
}

void status_init(const char *operation, enum status_state state, struct status *ret)
{
	*ret = (struct status){.state = state};
	text_clean(ret->operation, sizeof(ret->operation), bytes_of_text(operation));
}

struct status *status_suppressed(const struct status *status, int64_t until_s, const char *reason)
{
	struct status *ret = malloc(sizeof(*ret));
	char until[CLOCK_TEXT_SIZE];
	size_t len;

	if (!ret)
		return NULL;
	*ret = *status;
	ret->state = STATUS_SUCCESS;
	clock_text(until_s, until);
	(void)text_format(ret->message, sizeof(ret->message), "%.700s", status->message);
	len = strlen(ret->message);
	(void)text_format(ret->message + len, sizeof(ret->message) - len,
		" (Shown as success until %s by the setting suppress: %s)", until, reason);
	return ret;
}

void status_message(const struct err *err, char ret[STATUS_MESSAGE_SIZE])
{
	const struct err_info *info = err_info(err->code);
	size_t len = strlen(err->msg);

	while (len && (err->msg[len - 1] == '.' || err->msg[len - 1] == ' '))
		len--;
	(void)text_format(ret, STATUS_MESSAGE_SIZE, "%.*s (%s). %s", (int)len, err->msg, info->name,
		info->remedy);
}

void status_of_err(const char *operation, const struct err *err, struct status *ret)
{
	status_init(operation, STATUS_ERROR, ret);
	ret->code = (int)err_info(err->code)->code;
	status_message(err, ret->message);
}

void status_stopped(const char *operation, const char *who, int64_t now_s, struct status *ret)
{
	char now[CLOCK_TEXT_SIZE];

	status_init(operation, STATUS_TRANSITIONING, ret);
	clock_text(now_s, now);
	(void)text_format(ret->message, sizeof(ret->message),
		"Stopped by %s at %s. Nothing attests until it is enabled again.", who, now);
}

/* Replaces slashes, because the platform builds "ComponentStatus/<name>/succeeded" from a name. */
static void clean_name(char ret[STATUS_NAME_SIZE], const char *name)
{
	text_clean(ret, STATUS_NAME_SIZE, bytes_of_text(name));
	for (char *slash = strchr(ret, '/'); slash; slash = strchr(slash, '/'))
		*slash = '-';
}

void status_add(struct status *status, const char *name, enum status_state state, int code,
	const char *message)
{
	struct status_item *item;

	if (status->item_count >= STATUS_MAX_ITEMS)
		return;
	item = &status->items[status->item_count++];
	item->state = state;
	item->code = code;
	clean_name(item->name, name);
	text_clean(item->message, sizeof(item->message), bytes_of_text(message));
}

const struct status_item *status_find(const struct status *status, const char *name)
{
	for (size_t i = 0; i < status->item_count; i++)
		if (strcmp(status->items[i].name, name) == 0)
			return &status->items[i];
	return NULL;
}

/* Cleans the message again, because callers may have filled the array themselves. The message is
 * never empty: with an oversized file, an empty one would make the agent drop the status of the
 * whole VM. */
static void add_outcome(json *parent, enum status_state state, int code, const char *text)
{
	const char *word = status_state_name(state);
	char message[STATUS_MESSAGE_SIZE];
	json *formatted;

	text_clean(message, sizeof(message),
		(struct bytes){(const uint8_t *)text, strnlen(text, STATUS_MESSAGE_SIZE)});
	json_add_text(parent, "status", word);
	json_add_int(parent, "code", code);
	formatted = json_add_object(parent, "formattedMessage");
	json_add_text(formatted, "lang", LANGUAGE);
	json_add_text(formatted, "message", message[0] ? message : word);
}

static void add_items(json *parent, const struct status *status)
{
	json *items;

	if (!status->item_count)
		return;
	items = json_add_array(parent, "substatus");
	for (size_t i = 0; i < status->item_count && i < STATUS_MAX_ITEMS; i++) {
		const struct status_item *item = &status->items[i];
		json *entry = json_add_object(items, NULL);

		json_add_bytes_text(entry, "name",
			(struct bytes){(const uint8_t *)item->name,
				strnlen(item->name, STATUS_NAME_SIZE)});
		add_outcome(entry, item->state, item->code, item->message);
	}
}

int status_format(const struct status *status, int64_t now_s, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *document = json_new_array();
	json *entry = json_add_object(document, NULL);
	char time[CLOCK_TEXT_SIZE];
	json *top;

	json_add_int(entry, "version", 1);
	clock_text(now_s, time);
	json_add_text(entry, "timestampUTC", time);
	top = json_add_object(entry, "status");
	json_add_text(top, "name", HANDLER_NAME);
	json_add_bytes_text(top, "operation",
		(struct bytes){(const uint8_t *)status->operation,
			strnlen(status->operation, sizeof(status->operation))});
	if (status->applied_at_s) {
		clock_text(status->applied_at_s, time);
		json_add_text(top, "configurationAppliedTime", time);
	}
	add_outcome(top, status->state, status->code, status->message);
	add_items(top, status);
	return json_print(document, JSON_COMPACT, ret, err);
}

void status_file_name(uint32_t sequence, char ret[STATUS_FILE_NAME_SIZE])
{
	(void)text_format(ret, STATUS_FILE_NAME_SIZE, "%u.status", sequence);
}

/* The old one may have taken the room that the new one needs. */
static int replace(int dir_fd, const char *name, struct bytes text, struct err *err)
{
	struct err ignored;

	if (file_write(dir_fd, name, text, 0600, err) == 0)
		return 0;
	return file_remove(dir_fd, name, &ignored) < 0 ? -1
						       : file_write(dir_fd, name, text, 0600, err);
}

int status_write(int status_dir_fd, uint32_t sequence, const struct status *status, int64_t now_s,
	struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATUS_MAX_BYTES);
	char name[STATUS_FILE_NAME_SIZE];
	struct err ignored;

	status_file_name(sequence, name);
	tree_sweep(status_dir_fd, name);
	if (status_format(status, now_s, &text, err) == 0 &&
		replace(status_dir_fd, name, buf_bytes(&text), err) == 0)
		return 0;
	(void)!file_remove(status_dir_fd, name, &ignored);
	return err_wrap(err, "Status");
}

static int state_of_word(const char *word, enum status_state *ret)
{
	for (size_t i = 0; word && i < STATE_COUNT; i++) {
		if (strcmp(word, state_names[i]) == 0) {
			*ret = (enum status_state)i;
			return 0;
		}
	}
	return -1;
}

/* Reads state, code and message of the status or of an item. */
static int read_outcome(const json *outcome, enum status_state *ret_state, int *ret_code,
	char ret_message[STATUS_MESSAGE_SIZE], struct err *err)
{
	const char *message;
	const json *formatted;
	int64_t code;

	if (json_get_int(outcome, "code", &code, err) < 0 ||
		json_get_object(outcome, "formattedMessage", &formatted, err) < 0 ||
		json_get_text(formatted, "message", &message, err) < 0)
		return -1;
	if (code < 0 || code > INT32_MAX ||
		state_of_word(json_text(json_get(outcome, "status")), ret_state) < 0)
		return err_set(err, ERR_FORMAT, 0, "'status' or 'code' cannot be used.");
	*ret_code = (int)code;
	text_clean(ret_message, STATUS_MESSAGE_SIZE, bytes_of_text(message));
	return 0;
}

/* Stand-ins for the service and first versions may write no name. */
static bool is_of_agent(const json *top)
{
	const char *name = json_text(json_get(top, "name"));

	return name && strcmp(name, HANDLER_NAME) != 0;
}

static int read_status(const json *document, struct status *ret, struct err *err)
{
	const char *text;
	const json *top;

	if (json_get_object(json_at(document, 0), "status", &top, err) < 0 ||
		read_outcome(top, &ret->state, &ret->code, ret->message, err) < 0)
		return -1;
	ret->is_agents = is_of_agent(top);
	/* the agent writes null */
	if (!ret->is_agents && json_get_text(top, "operation", &text, err) < 0)
		return -1;
	text_clean(ret->operation, sizeof(ret->operation), bytes_of_text(ret->is_agents ? "" : text));
	json_each (entry, json_get(top, "substatus")) {
		struct status_item *item = &ret->items[ret->item_count];

		if (ret->item_count == STATUS_MAX_ITEMS)
			break;
		if (json_get_text(entry, "name", &text, err) < 0 ||
			read_outcome(entry, &item->state, &item->code, item->message, err) < 0)
			return -1;
		clean_name(item->name, text);
		ret->item_count++;
	}
	return 0;
}

int status_parse(struct bytes text, struct status *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	/* 14 KiB: not on the stack */
	auto_cleanup(free) struct status *found = calloc(1, sizeof(*found));

	if (!found)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the status.");
	if (json_parse(text, &document, err) < 0 || read_status(document, found, err) < 0) {
		err_recode(err, ERR_STATE_INVALID);
		return err_wrap(err, "The status file is damaged");
	}
	*ret = *found;
	return 0;
}

int status_read(int status_dir_fd, uint32_t sequence, struct status *ret, int64_t *ret_written_s,
	struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(READ_MAX_BYTES);
	char name[STATUS_FILE_NAME_SIZE];
	struct stat info;

	status_file_name(sequence, name);
	if (file_read(status_dir_fd, name, FILE_NO_LINKS, &text, err) < 0 ||
		status_parse(buf_bytes(&text), ret, err) < 0)
		return -1;
	if (fstatat(status_dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "File '%s' is gone: %m.", name);
	*ret_written_s = info.st_mtim.tv_sec;
	return 0;
}

int status_read_outcome(int status_dir_fd, uint32_t sequence, struct status_outcome *ret)
{
	auto_cleanup(buf) struct buf text = buf_with_max(READ_MAX_BYTES);
	auto_cleanup(json) json *document = NULL;
	char name[STATUS_FILE_NAME_SIZE];
	struct status_outcome found;
	const json *top;
	int64_t code;
	struct err err;

	status_file_name(sequence, name);
	if (file_read(status_dir_fd, name, FILE_NO_LINKS, &text, &err) < 0 ||
		json_parse(buf_bytes(&text), &document, &err) < 0)
		return -1;
	top = json_get(json_at(document, 0), "status");
	if (json_get_int(top, "code", &code, &err) < 0 || code < 0 || code > INT32_MAX ||
		state_of_word(json_text(json_get(top, "status")), &found.state) < 0)
		return -1;
	found.code = (int)code;
	found.is_agents = is_of_agent(top);
	*ret = found;
	return 0;
}
