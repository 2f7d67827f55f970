#include "agent/state.h"

#include <stdio.h>
#include "base/file.h"
#include "base/text.h"

#define SCHEMA_VERSION 1
#define NAME_SIZE      64

int state_load(int state_fd, const char *name, json **ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	auto_cleanup(json) json *document = NULL;
	int64_t version;

	if (file_read(state_fd, name, FILE_NO_LINKS, &text, err) < 0 && err->code != ERR_FORMAT)
		return -1;
	if (json_parse(buf_bytes(&text), &document, err) < 0 ||
		json_get_int(document, "version", &version, err) < 0) {
		err_recode(err, ERR_STATE_INVALID);
		return err_wrap(err, "'%s' is damaged", name);
	}
	if (version < 1)
		return err_set(
			err, ERR_STATE_INVALID, 0, "'%s' is damaged: its version cannot be used.", name);
	*ret = steal_ptr(document);
	return 0;
}

void state_set_aside(int state_fd, const char *name)
{
	char broken[NAME_SIZE];

	if (text_format(broken, sizeof(broken), "%s.broken", name))
		(void)renameat(state_fd, name, state_fd, broken);
}

int state_save(int state_fd, const char *name, json *document, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	auto_cleanup(json) json *old = NULL;
	struct err ignored;

	if (state_load(state_fd, name, &old, &ignored) < 0)
		old = NULL;
	json_add_int(document, "version", SCHEMA_VERSION);
	json_each (member, old)
		if (!json_get(document, json_name(member)))
			json_add_copy(document, json_name(member), member);
	if (json_print(document, JSON_INDENTED, &text, err) < 0)
		return -1;
	return file_write(state_fd, name, buf_bytes(&text), 0600, err);
}
