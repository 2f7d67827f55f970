#include "agent/settings_read.h"

#include <string.h>
#include "base/text.h"

#define PERIOD_DEFAULT_S (4u * 3600)
#define PERIOD_MIN_S     (15u * 60)
#define PERIOD_MAX_S     (24u * 3600)
#define ADDRESS          "a text like \"https://host\""

/* Copies without blanks at both ends; -1 if the text does not fit. */
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

/* Characters of valid UTF-8. */
static size_t count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

int settings_read_text(
	const struct settings_member *member, const struct settings_text *to, struct err *err)
{
	const char *text = json_is_string(member->value) ? json_text(member->value) : "";
	/* People, and a schema, count characters and not bytes; one that is not ASCII may take four
	 * bytes. */
	bool is_ascii = count_characters(text) == strlen(text);
	size_t max = is_ascii ? to->size - 1 : (to->size - 1) / 4;

	to->ret[0] = '\0';
	if (!member->value)
		return 0;
	if (!json_is_string(member->value))
		return settings_refuse(member, ERR_SETTINGS_INVALID, to->takes, err);
	if (copy_trimmed(text, to->ret, to->size) < 0 || count_characters(to->ret) > max)
		return err_set(err, ERR_SETTINGS_INVALID, 0,
			"%s is a text of %zu characters: at most %zu are possible%s.", member->path,
			count_characters(text), max, is_ascii ? "" : ", since not all are ASCII");
	return 0;
}

/* ---- the provider ---- */

/* Keeps only the origin, because the protocol defines the path of each request. Without a scheme,
 * https is assumed, the only one possible. */
static int read_endpoint(const struct settings_tree *tree, enum setting setting,
	char ret[HTTP_URL_SIZE], struct settings *settings, struct err *err)
{
	struct settings_member member = settings_tree_find(tree, setting);
	char text[HTTP_URL_SIZE] = "", url[HTTP_URL_SIZE], path[HTTP_URL_SIZE];
	struct http_origin origin;

	if (settings_read_text(&member, &(struct settings_text){text, sizeof(text), ADDRESS}, err) < 0)
		return -1;
	if (!text[0])
		return 0;
	if (strchr(text, '@')) /* not repeated: others read the logs that messages go to */
		return err_set(err, ERR_ENDPOINT_INVALID, 0,
			"%s holds a user name or password, which no provider takes.", member.path);
	if (!text_format(url, sizeof(url), strstr(text, "://") ? "%s" : "https://%s", text) ||
		http_parse_url(url, &origin, path, err) < 0)
		return settings_refuse(&member, ERR_ENDPOINT_INVALID, ADDRESS, err);
	if (strcmp(path, "") != 0 && strcmp(path, "/") != 0)
		settings_warn(settings, "%s has a path, which is not used.", member.path);
	http_origin_text(&origin, ret);
	return 0;
}

/* ---- one of a few words ---- */

const char *const latch_names[] = {
	[LATCH_WARN] = "warn", [LATCH_OFF] = "off", [LATCH_UNHEALTHY] = "unhealthy", NULL};

/* names: by their number, NULL behind the last. *ret stays if the setting is not given. */
static int read_word(const struct settings_tree *tree, enum setting setting, const char *takes,
	const char *const names[], int *ret, struct err *err)
{
	struct settings_member member = settings_tree_find(tree, setting);
	char text[64] = "";

	if (settings_read_text(&member, &(struct settings_text){text, sizeof(text), takes}, err) < 0)
		return -1;
	for (int i = 0; text[0] && names[i]; i++)
		if (text_equal_nocase(text, names[i])) {
			*ret = i;
			return 0;
		}
	return text[0] ? settings_refuse(&member, ERR_SETTINGS_INVALID, takes, err) : 0;
}

/* ---- certificate authorities ---- */

static int read_ca_file(const struct settings_tree *tree, enum setting setting,
	char ret[SETTINGS_PATH_SIZE], struct err *err)
{
	static const char takes[] = "an absolute path like \"/etc/ssl/my-ca.pem\"";
	struct settings_member member = settings_tree_find(tree, setting);

	if (settings_read_text(
		    &member, &(struct settings_text){ret, SETTINGS_PATH_SIZE, takes}, err) < 0)
		return -1;
	return ret[0] && ret[0] != '/' ? settings_refuse(&member, ERR_CA_FILE, takes, err) : 0;
}

/* ---- members that public templates get wrong ---- */

/* Portal templates write booleans as strings, sometimes as numbers. */
static bool parse_switch(const json *value, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true}, {"false", false}, {"1", true}, {"0", false}, {"yes", true},
		{"no", false}};
	char text[16] = "";
	int64_t number;
	struct err ignored;

	*ret = json_true(value);
	if (!value || json_is_bool(value))
		return true;
	if (json_int(value, &number, &ignored) == 0 && (number == 0 || number == 1)) {
		*ret = number == 1;
		return true;
	}
	if (!json_is_string(value) || copy_trimmed(json_text(value), text, sizeof(text)) < 0)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal_nocase(text, words[i].word)) {
			*ret = words[i].value;
			return true;
		}
	return false;
}

static void read_switch(const struct settings_tree *tree, enum setting setting, bool *ret,
	struct settings *settings)
{
	struct settings_member member = settings_tree_find(tree, setting);
	char found[SETTINGS_MEMBER_PATH_SIZE];

	if (parse_switch(member.value, ret))
		return;
	settings_describe(&member, found, sizeof(found));
	settings_warn(
		settings, "%s is %s, neither true nor false: false is used.", member.path, found);
}

/* Parses "4H", "30M", "900S" or a bare number of hours; 0 for any other text. */
static uint64_t parse_period_s(const char *text)
{
	struct bytes digits = {(const uint8_t *)text, strspn(text, "0123456789")};
	uint32_t number;

	if (!text_number(digits, 999999, &number))
		return 0;
	text += digits.len;
	if (text_equal_nocase(text, "s"))
		return number;
	if (text_equal_nocase(text, "m"))
		return (uint64_t)number * 60;
	return text[0] == '\0' || text_equal_nocase(text, "h") ? (uint64_t)number * 3600 : 0;
}

static uint64_t read_period_s(const json *value)
{
	char text[16] = "";
	int64_t hours;
	struct err ignored;

	if (json_is_string(value))
		return copy_trimmed(json_text(value), text, sizeof(text)) == 0 ? parse_period_s(text)
									       : 0;
	return json_int(value, &hours, &ignored) == 0 && hours > 0 && hours < 1000000
		       ? (uint64_t)hours * 3600
		       : 0;
}

static void read_period(const struct settings_tree *tree, struct settings *settings)
{
	struct settings_member member = settings_tree_find(tree, SETTING_REPORTING_FREQUENCY);
	uint64_t period_s = member.value ? read_period_s(member.value) : PERIOD_DEFAULT_S;
	char found[SETTINGS_MEMBER_PATH_SIZE];

	settings->period_s = PERIOD_DEFAULT_S;
	if (member.value)
		settings_describe(&member, found, sizeof(found));
	if (period_s == 0) {
		settings_warn(settings, "%s is %s, not a time like \"4H\": every 4 hours is used.",
			member.path, found);
		return;
	}
	settings->period_s = (uint32_t)(period_s < PERIOD_MIN_S   ? PERIOD_MIN_S
					: period_s > PERIOD_MAX_S ? PERIOD_MAX_S
								  : period_s);
	if (settings->period_s != period_s)
		settings_warn(settings,
			"%s is %s, outside of 15 minutes to 24 hours: the nearest is used.",
			member.path, found);
}

static int read_rules(const struct settings_tree *tree, struct rules *ret, struct err *err)
{
	struct settings_member member = settings_tree_find(tree, SETTING_RULES);

	if (member.value && !json_is_object(member.value))
		return settings_refuse(&member, ERR_RULES_INVALID, "an object", err);
	if (rules_parse(member.value, ret, err) == 0)
		return 0;
	/* names and words of protected settings are not repeated */
	if (member.is_protected && err->code == ERR_RULES_INVALID)
		return settings_refuse(&member, ERR_RULES_INVALID,
			"classes, each with \"unhealthy\", \"note\" or \"ignore\"", err);
	return -1;
}

int settings_read(const struct settings_tree *tree, struct settings *ret, struct err *err)
{
	static const char *const fallbacks[] = {
		[REGION_FALLBACK_FAIL] = "fail", [REGION_FALLBACK_NEAREST] = "nearest", NULL};
	int fallback = REGION_FALLBACK_FAIL, renewal = RENEWAL_WARN, latch = LATCH_WARN;

	if (read_endpoint(tree, SETTING_MAA_ENDPOINT, ret->endpoint, ret, err) < 0 ||
		read_endpoint(tree, SETTING_FALLBACK_ENDPOINT, ret->fallback_endpoint, ret, err) < 0 ||
		read_word(tree, SETTING_REGION_FALLBACK, "\"fail\" or \"nearest\"", fallbacks,
			&fallback, err) < 0 ||
		read_ca_file(tree, SETTING_CA_FILE, ret->ca_file, err) < 0 ||
		read_ca_file(tree, SETTING_EXTRA_CA_FILE, ret->extra_ca_file, err) < 0 ||
		settings_read_proxy(tree, &ret->proxy, err) < 0 ||
		settings_read_alerts(tree, ret, err) < 0 ||
		read_word(tree, SETTING_SECURE_BOOT_2023, "\"warn\", \"ignore\" or \"unhealthy\"",
			renewal_action_names, &renewal, err) < 0 ||
		read_word(tree, SETTING_LATCH, "\"off\", \"warn\" or \"unhealthy\"", latch_names,
			&latch, err) < 0 ||
		settings_read_suppress(tree, &ret->suppress, err) < 0 ||
		read_rules(tree, &ret->rules, err) < 0)
		return -1;
	ret->region_fallback = (enum region_fallback)fallback;
	ret->renewal = (enum renewal_action)renewal;
	ret->latch = (enum latch)latch;
	read_switch(tree, SETTING_DISABLE_ALERTS, &ret->alerts_disabled, ret);
	read_period(tree, ret);
	return 0;
}
