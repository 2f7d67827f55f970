#include "service/record.h"

#include <inttypes.h>
#include <string.h>
#include "base/text.h"

/* Whole entries only: half a name may be another one's. */
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

/* One row per text member, so that reading, writing and telling ours from a newer version's
 * agree. */
static const struct text_member {
	const char *name;
	size_t offset, size;
	bool is_path, is_optional;
} text_members[] = {
	{"home", offsetof(struct record, home), ENVIRONMENT_PATH_SIZE, true, false},
	{"logFolder", offsetof(struct record, environment.log_folder), ENVIRONMENT_PATH_SIZE, true,
		false},
	{"configFolder", offsetof(struct record, environment.config_folder), ENVIRONMENT_PATH_SIZE,
		true, false},
	{"statusFolder", offsetof(struct record, environment.status_folder), ENVIRONMENT_PATH_SIZE,
		true, false},
	{"eventsFolder", offsetof(struct record, environment.events_folder), ENVIRONMENT_PATH_SIZE,
		true, true},
	{"tcti", offsetof(struct record, tcti), RECORD_TCTI_SIZE, false, true},
	{"metadata", offsetof(struct record, metadata), RECORD_METADATA_SIZE, false, true},
	{"proxy", offsetof(struct record, proxy), PROXY_URL_SIZE, false, true},
	{"proxyVariable", offsetof(struct record, proxy_variable), PROXY_SOURCE_SIZE, false, true},
	{"noProxy", offsetof(struct record, no_proxy), PROXY_BYPASS_SIZE, false, true},
	{"settingsMark", offsetof(struct record, settings_mark), RECORD_MARK_SIZE, false, true},
	{"programVersion", offsetof(struct record, program_version), 32, false, true},
};

#define TEXT_MEMBERS (sizeof(text_members) / sizeof(text_members[0]))

static int read_text(
	const json *document, const struct text_member *member, struct record *ret, struct err *err)
{
	char *to = (char *)ret + member->offset;
	const char *text = "";

	if (!(member->is_optional && !json_get(document, member->name)) &&
		json_get_text(document, member->name, &text, err) < 0)
		return -1;
	if (strlen(text) >= member->size ||
		(text[0] ? member->is_path && text[0] != '/' : !member->is_optional))
		return err_set(err, ERR_FORMAT, 0, "'%s' cannot be used.", member->name);
	memcpy(to, text, strlen(text) + 1);
	return 0;
}

static int read_service(const json *document, void *ret, struct err *err)
{
	struct record found = {0};
	int64_t version, sequence;

	if (json_get_int(document, "version", &version, err) < 0 ||
		json_get_int(document, "sequence", &sequence, err) < 0 ||
		json_get_int(document, "enabledAt", &found.enabled_at_s, err) < 0)
		return -1;
	if (version < 1 || sequence < 0 || sequence > UINT32_MAX)
		return err_set(err, ERR_FORMAT, 0, "'version' or 'sequence' cannot be used.");
	found.environment.sequence = (uint32_t)sequence;
	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		if (read_text(document, &text_members[i], &found, err) < 0)
			return -1;
	*(struct record *)ret = found;
	return 0;
}

int record_parse(struct bytes text, struct record *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	if (json_parse(text, &document, err) < 0 || read_service(document, ret, err) < 0) {
		err_recode(err, ERR_STATE_INVALID);
		return err_wrap(err, "'%s' is damaged", RECORD_FILE);
	}
	return 0;
}

enum state_found record_load(int state_fd, struct record *ret, struct err *err)
{
	return state_load(state_fd, RECORD_FILE, read_service, ret, err);
}

enum state_found record_take(int state_fd, struct record *ret, struct err *err)
{
	return state_take(state_fd, RECORD_FILE, read_service, ret, err);
}

int record_save(int state_fd, const struct record *service, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	json_add_int(document, "sequence", service->environment.sequence);
	json_add_int(document, "enabledAt", service->enabled_at_s);
	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		json_add_text(document, text_members[i].name,
			(const char *)service + text_members[i].offset);
	return state_save(state_fd, RECORD_FILE, document, err);
}

bool record_equal(const struct record *a, const struct record *b)
{
	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		if (strcmp((const char *)a + text_members[i].offset,
			    (const char *)b + text_members[i].offset) != 0)
			return false;
	return a->environment.sequence == b->environment.sequence;
}

void record_mark(struct bytes text, char ret[RECORD_MARK_SIZE])
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.data[i]) * 0x100000001B3u;
	(void)text_format(ret, RECORD_MARK_SIZE, "%016" PRIx64, hash);
}
