#include "agent/settings.h"

#include <ctype.h>
#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "edge/json.h"

#define ENDPOINT_SHOWN   60
#define PERIOD_DEFAULT_S (4u * 3600)
#define PERIOD_MIN_S     (15u * 60)
#define PERIOD_MAX_S     (24u * 3600)

/* Where settings come from, the strongest first: what one does not give, the next may. */
struct sources {
	const json *protected, *public;
};

/* Only the first warning is kept: one is enough to make somebody look. */
static void warn(struct settings *settings, const char *text, const char *name)
{
	if (!settings->warning[0])
		(void)text_format(
			settings->warning, sizeof(settings->warning), "Setting '%s' %s.", name, text);
}

/* Where a member may stand: below the root's group, or flat below the root. Templates in public use all of these. */
static const char *const root_names[] = {"AttestationConfig", "AttestationEndpointCfg"};
static const char *const group_names[] = {"MaaSettings", "AscSettings"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_given(const json *value)
{
	return value && !json_is_null(value) && !(json_is_string(value) && !json_text(value)[0]);
}

static const json *find_below(const json *root, const char *name)
{
	for (size_t i = 0; i < COUNT(group_names); i++) {
		const json *value = json_get_nocase(json_get_nocase(root, group_names[i]), name);

		if (is_given(value))
			return value;
	}
	return json_get_nocase(root, name);
}

/* The first one that says something; NULL if none. */
static const json *find_in(const json *source, const char *name)
{
	const json *value;

	for (size_t i = 0; i < COUNT(root_names); i++) {
		value = find_below(json_get_nocase(source, root_names[i]), name);
		if (is_given(value))
			return value;
	}
	value = find_below(source, name);
	return is_given(value) ? value : NULL;
}

static const json *find(const struct sources *sources, const char *name)
{
	const json *value = find_in(sources->protected, name);

	return value ? value : find_in(sources->public, name);
}

/* Without blanks at both ends; -1 if it does not fit. */
static int copy_trimmed(const char *text, char *ret, size_t size)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len >= size)
		return -1;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return 0;
}

/* The member's text; ret is "" if it is absent. */
static int read_text(const struct sources *sources, const char *name, char *ret, size_t size, struct err *err)
{
	const json *value = find(sources, name);

	ret[0] = '\0';
	if (!value)
		return 0;
	if (!json_is_string(value))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "Setting '%s' is not a string.", name);
	if (copy_trimmed(json_text(value), ret, size) < 0)
		return err_set(err, ERR_SETTINGS_INVALID, 0, "Setting '%s' is longer than %zu characters.",
			name, size - 1);
	return 0;
}

/* Kept as the origin: whatever path was given, requests go to the protocol's own. */
static int read_endpoint(const struct sources *sources, struct settings *settings, struct err *err)
{
	struct http_origin origin;
	char path[HTTP_URL_SIZE];
	char text[HTTP_URL_SIZE];

	if (read_text(sources, "maaEndpoint", text, sizeof(text), err) < 0)
		return -1;
	if (!text[0])
		return 0;
	if (strchr(text, '@')) /* not repeated: settings' messages go to logs that others read */
		return err_set(
			err, ERR_ENDPOINT_INVALID, 0, "Setting 'maaEndpoint' holds a user name or password.");
	if (http_parse_url(text, &origin, path, err) < 0) {
		if (strlen(text) >
			ENDPOINT_SHOWN) /* the remedy must still be among the first 200 characters */
			return err_set(err, ERR_ENDPOINT_INVALID, 0,
				"Setting 'maaEndpoint' is no https:// address: '%.*s...'", ENDPOINT_SHOWN,
				text);
		return err_wrap(err, "Setting 'maaEndpoint'");
	}
	if (strcmp(path, "") != 0 && strcmp(path, "/") != 0)
		warn(settings, "has a path, which is not used", "maaEndpoint");
	http_origin_text(&origin, settings->endpoint);
	return 0;
}

static int read_ca_file(const struct sources *sources, struct settings *settings, struct err *err)
{
	if (read_text(sources, "caFile", settings->ca_file, sizeof(settings->ca_file), err) < 0)
		return -1;
	if (settings->ca_file[0] && settings->ca_file[0] != '/')
		return err_set(err, ERR_CA_FILE, 0, "Setting 'caFile' is not an absolute path.");
	return 0;
}

/* Booleans come as strings from portal templates, sometimes as numbers. */
static bool read_switch(const struct sources *sources, const char *name, struct settings *settings)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{"true", true}, {"false", false}, {"1", true}, {"0", false}, {"yes", true}, {"no", false}};
	const json *value = find(sources, name);
	char text[16] = "";
	int64_t number;
	struct err ignored;

	if (!value || json_is_bool(value))
		return json_true(value);
	if (json_int(value, &number, &ignored) == 0 && (number == 0 || number == 1))
		return number == 1;
	if (json_is_string(value) && copy_trimmed(json_text(value), text, sizeof(text)) == 0)
		for (size_t i = 0; i < COUNT(words); i++)
			if (text_equal_nocase(text, words[i].word))
				return words[i].value;
	warn(settings, "is neither true nor false and is not used", name);
	return false;
}

static void read_region_fallback(const struct sources *sources, struct settings *settings)
{
	static const char name[] = "regionFallback";
	const json *value = find(sources, name);
	char text[16] = "";

	if (!value)
		return;
	if (json_is_string(value) && copy_trimmed(json_text(value), text, sizeof(text)) == 0) {
		if (text_equal_nocase(text, "nearest"))
			settings->region_fallback = REGION_FALLBACK_NEAREST;
		if (text_equal_nocase(text, "nearest") || text_equal_nocase(text, "fail"))
			return;
	}
	warn(settings, "is neither \"fail\" nor \"nearest\" and is not used", name);
}

/* "4H", "30M", "900S" or a bare number of hours; 0 if it is none of them. */
static uint64_t parse_period_s(const char *text)
{
	uint64_t number = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 6)
		return 0;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	text += digits;
	if (text_equal_nocase(text, "s"))
		return number;
	if (text_equal_nocase(text, "m"))
		return number * 60;
	return text[0] == '\0' || text_equal_nocase(text, "h") ? number * 3600 : 0;
}

static uint64_t read_period_s(const json *value)
{
	char text[16] = "";
	int64_t hours;
	struct err ignored;

	if (json_is_string(value))
		return copy_trimmed(json_text(value), text, sizeof(text)) == 0 ? parse_period_s(text) : 0;
	return json_int(value, &hours, &ignored) == 0 && hours > 0 && hours < 1000000 ? (uint64_t)hours * 3600
										      : 0;
}

static void read_period(const struct sources *sources, struct settings *settings)
{
	static const char name[] = "ascReportingFrequency";
	const json *value = find(sources, name);
	uint64_t period_s = value ? read_period_s(value) : PERIOD_DEFAULT_S;

	settings->period_s = PERIOD_DEFAULT_S;
	if (period_s == 0) {
		warn(settings, "is not a time like \"4H\"; every 4 hours is used", name);
		return;
	}
	settings->period_s = (uint32_t)(period_s < PERIOD_MIN_S   ? PERIOD_MIN_S
					: period_s > PERIOD_MAX_S ? PERIOD_MAX_S
								  : period_s);
	if (settings->period_s != period_s)
		warn(settings, "is outside of 15 minutes to 24 hours; the nearest is used", name);
}

/* A group that is a text or null (a template's slip) counts as absent, with a warning; another type is an error. */
static int check_group(const json *parent, const char *name, struct settings *settings, struct err *err)
{
	const json *group = json_get_nocase(parent, name);

	if (!group || json_is_null(group) || json_is_object(group))
		return 0;
	if (!json_is_string(group))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "Setting '%s' is not an object.", name);
	if (json_text(group)[0])
		warn(settings, "is a text instead of an object and is not used", name);
	return 0;
}

static int check_groups(const json *public, struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < COUNT(root_names); i++) {
		const json *root = json_get_nocase(public, root_names[i]);

		if (check_group(public, root_names[i], settings, err) < 0)
			return -1;
		for (size_t k = 0; k < COUNT(group_names); k++)
			if (check_group(root, group_names[k], settings, err) < 0)
				return -1;
	}
	for (size_t k = 0; k < COUNT(group_names); k++)
		if (check_group(public, group_names[k], settings, err) < 0)
			return -1;
	return 0;
}

/* ret: where the members are, possibly one level further down. */
static int open_source(
	const json *source, const char *name, struct settings *settings, const json **ret, struct err *err)
{
	if (source && json_is_string(source) && json_text(source)[0])
		warn(settings, "is a text instead of an object and is not used", name);
	else if (source && !json_is_string(source) && !json_is_null(source) && !json_is_object(source))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "The settings are not an object.");
	if (json_is_string(json_get_nocase(source, "settings")))
		warn(settings, "is a text instead of an object and is not used", "settings");
	else if (json_is_object(json_get_nocase(source, "settings")))
		source = json_get_nocase(source, "settings");
	*ret = source;
	return check_groups(source, settings, err);
}

static int read_sources(const struct sources *given, struct settings *settings, struct err *err)
{
	struct sources sources;

	if (open_source(given->protected, "protectedSettings", settings, &sources.protected, err) < 0 ||
		open_source(given->public, "publicSettings", settings, &sources.public, err) < 0)
		return -1;
	if (read_endpoint(&sources, settings, err) < 0 || read_ca_file(&sources, settings, err) < 0)
		return -1;
	settings->alerts_disabled = read_switch(&sources, "disableAlerts", settings);
	read_region_fallback(&sources, settings);
	read_period(&sources, settings);
	return 0;
}

/* {"runtimeSettings":[{"handlerSettings":{..}}]} as the agent writes it: the inner object, NULL if there is none. */
static int find_handler(const json *runtime, const json **ret, struct err *err)
{
	const json *handler;

	*ret = NULL;
	if (!runtime || json_is_null(runtime))
		return 0;
	if (!json_is_array(runtime))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "'runtimeSettings' is not an array.");
	if (json_count(runtime) == 0 || json_is_null(json_at(runtime, 0)))
		return 0;
	handler = json_get(json_at(runtime, 0), "handlerSettings");
	if (!json_is_object(json_at(runtime, 0)) ||
		(handler && !json_is_object(handler) && !json_is_null(handler)))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "'handlerSettings' is not an object.");
	*ret = handler;
	return 0;
}

/* The agent writes an empty file where no settings were given. A byte order mark is some editor's. */
static struct bytes without_mark_and_blanks(struct bytes text)
{
	if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
		text = (struct bytes){text.data + 3, text.len - 3};
	while (text.len && memchr(" \t\r\n", text.data[text.len - 1], 4))
		text.len--;
	return text;
}

/* ret_document owns; ret_handler: see find_handler. Empty text gives two NULLs. */
static int parse_document(struct bytes text, json **ret_document, const json **ret_handler, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	text = without_mark_and_blanks(text);
	if (text.len > SETTINGS_MAX_BYTES)
		return err_set(err, ERR_SETTINGS_INVALID, 0, "The settings have %zu bytes.", text.len);
	if (text.len && json_parse(text, &document, err) < 0) {
		err_recode(err, ERR_SETTINGS_INVALID);
		return err_wrap(err, "The settings cannot be read");
	}
	if (text.len && !json_is_object(document))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "The settings are not an object.");
	if (find_handler(json_get(document, "runtimeSettings"), ret_handler, err) < 0)
		return -1;
	*ret_document = steal_ptr(document);
	return 0;
}

/* What stands in it is not repeated in a message. */
static int parse_protected(struct bytes text, json **ret, struct err *err)
{
	auto_cleanup(json_secret) json *document = NULL;

	text = without_mark_and_blanks(text);
	if (text.len && (json_parse(text, &document, err) < 0 || !json_is_object(document)))
		return err_set(err, ERR_PROTECTED_SETTINGS, 0, "The protected settings are no JSON object.");
	*ret = steal_ptr(document);
	return 0;
}

int settings_parse(struct bytes text, struct settings *ret, struct err *err)
{
	return settings_parse_both(text, (struct bytes){0}, ret, err);
}

int settings_parse_both(struct bytes text, struct bytes protected_text, struct settings *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	auto_cleanup(json_secret) json *protected = NULL;
	struct settings found = {0};
	struct sources sources = {0};
	const json *handler;

	if (parse_document(text, &document, &handler, err) < 0 ||
		parse_protected(protected_text, &protected, err) < 0)
		return -1;
	sources.protected = protected;
	sources.public =
		json_get(document, "runtimeSettings") ? json_get(handler, "publicSettings") : document;
	if (read_sources(&sources, &found, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

static int copy_thumbprint(const char *text, char ret[SETTINGS_THUMBPRINT_SIZE], struct err *err)
{
	size_t len = text ? strlen(text) : 0;

	if (len != SETTINGS_THUMBPRINT_SIZE - 1 || strspn(text, "0123456789abcdefABCDEF") != len)
		return err_set(err, ERR_PROTECTED_SETTINGS, 0,
			"The protected settings' certificate is not named by a SHA-1 thumbprint.");
	for (size_t i = 0; i <= len; i++)
		ret[i] = (char)toupper((unsigned char)text[i]);
	return 0;
}

int settings_find_protected(struct bytes text, struct buf *ret_message,
	char ret_thumbprint[SETTINGS_THUMBPRINT_SIZE], struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	const json *handler, *value;

	if (parse_document(text, &document, &handler, err) < 0)
		return -1;
	value = json_get(handler, "protectedSettings");
	if (!is_given(value))
		return 0;
	if (!json_is_string(value))
		return err_set(err, ERR_PROTECTED_SETTINGS, 0, "The protected settings are not a string.");
	if (copy_thumbprint(
		    json_text(json_get(handler, "protectedSettingsCertThumbprint")), ret_thumbprint, err) < 0)
		return -1;
	if (base64_decode(bytes_of_text(json_text(value)), BASE64_STANDARD, ret_message, err) < 0) {
		err_recode(err, ERR_PROTECTED_SETTINGS);
		return err_wrap(err, "Protected settings");
	}
	return 0;
}
