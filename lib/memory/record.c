#include "memory/record.h"

#include <inttypes.h>
#include <string.h>
#include "base/text.h"
#include "edge/members.h"

/* Copies whole entries only, because part of a name may match another host. */
static void take_bypass(const char *list, char ret[PROXY_BYPASS_SIZE])
{
	size_t len = strnlen(list, PROXY_BYPASS_SIZE);

	if (len == PROXY_BYPASS_SIZE)
		for (len--; len && !strchr(", \t", list[len]);)
			len--;
	memcpy(ret, list, len);
	ret[len] = '\0';
}

void record_take_proxy(char *const *variables, struct record *ret)
{
	struct proxy_variables found = proxy_find_variables(variables);

	if (found.proxy && text_format(ret->proxy, sizeof(ret->proxy), "%s", found.proxy))
		(void)text_format(ret->proxy_variable, sizeof(ret->proxy_variable), "%s", found.name);
	else
		ret->proxy[0] = '\0';
	take_bypass(found.bypass ? found.bypass : "", ret->no_proxy);
}

static const struct member rows[] = {
	{"sequence", MEMBER_COUNT, MEMBER_REQUIRED, MEMBER_PLACE(struct record, environment.sequence)},
	{"enabledAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct record, enabled_at_s)},
	{"home", MEMBER_PATH, MEMBER_REQUIRED, MEMBER_PLACE(struct record, home)},
	{"logFolder", MEMBER_PATH, MEMBER_REQUIRED,
		MEMBER_PLACE(struct record, environment.log_folder)},
	{"configFolder", MEMBER_PATH, MEMBER_REQUIRED,
		MEMBER_PLACE(struct record, environment.config_folder)},
	{"statusFolder", MEMBER_PATH, MEMBER_REQUIRED,
		MEMBER_PLACE(struct record, environment.status_folder)},
	{"eventsFolder", MEMBER_PATH, MEMBER_OPTIONAL,
		MEMBER_PLACE(struct record, environment.events_folder)},
	{"tcti", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, tcti)},
	{"metadata", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, metadata)},
	{"proxy", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, proxy)},
	{"proxyVariable", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, proxy_variable)},
	{"noProxy", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, no_proxy)},
	{"settingsMark", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, settings_mark)},
	{"programVersion", MEMBER_TEXT, MEMBER_OPTIONAL, MEMBER_PLACE(struct record, program_version)},
};

static int read_record(const json *document, void *ret, struct err *err)
{
	struct record found = {0};

	if (members_read(document, MEMBERS(rows), &found, err) < 0)
		return -1;
	*(struct record *)ret = found;
	return 0;
}

static const struct state_file record_file = {RECORD_FILE, read_record};

int record_parse(struct bytes text, struct record *ret, struct err *err)
{
	return state_parse(&record_file, text, ret, err);
}

enum state_found record_load(int state_fd, struct record *ret, struct err *err)
{
	return state_load(state_fd, &record_file, ret, err);
}

enum state_found record_take(int state_fd, struct record *ret, struct err *err)
{
	return state_take(state_fd, &record_file, ret, err);
}

int record_save(int state_fd, const struct record *service, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	members_add(document, MEMBERS(rows), service);
	return state_save(state_fd, RECORD_FILE, document, err);
}

bool record_equal(const struct record *a, const struct record *b)
{
	struct record as_b = *a;

	as_b.enabled_at_s = b->enabled_at_s;
	return members_equal(MEMBERS(rows), &as_b, b);
}

void record_mark(struct bytes text, char ret[RECORD_MARK_SIZE])
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.data[i]) * 0x100000001B3u;
	(void)text_format(ret, RECORD_MARK_SIZE, "%016" PRIx64, hash);
}
