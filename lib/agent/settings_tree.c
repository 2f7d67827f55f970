#include "agent/settings_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The portal shows 200 characters of a message and its remedy, so names and values are cut. */
#define VALUE_SHOWN 24
#define NAMES_SHOWN 4
#define NAME_SHOWN  "%.32s"

/* Where a member may be, the documented place first. Public templates use all of these. */
static const struct place {
	const char *outer, *inner;
} places[] = {
	{"AttestationConfig", "MaaSettings"},
	{"AttestationConfig", "AscSettings"},
	{"AttestationConfig", NULL},
	{"AttestationEndpointCfg", "MaaSettings"},
	{"AttestationEndpointCfg", "AscSettings"},
	{"AttestationEndpointCfg", NULL},
	{"MaaSettings", NULL},
	{"AscSettings", NULL},
	{NULL, NULL},
};

static const char *const names[] = {
#define SETTING_NAME(setting, name) [setting] = (name),
	SETTINGS_TABLE(SETTING_NAME)
#undef SETTING_NAME
};

const char *settings_name(enum setting setting)
{
	return setting < COUNT(names) ? names[setting] : NULL;
}

/* Members of other publishers' extensions. They are not used here and not warned about. */
static const char *const foreign_names[] = {"maaTenantName", "maaAttestationPolicyContent",
	"attestationType", "ascReportingEndpoint", "ascEndpoint", "useCustomToken",
	"useAlternateToken", "useAlternativeToken", "isAzureStack", "AzureStackSettings"};

void settings_warn(struct settings *settings, const char *format, ...)
{
	char raw[2 * SETTINGS_WARNING_SIZE];
	va_list args;

	if (settings->warning_count < SETTINGS_MAX_WARNINGS) {
		va_start(args, format);
		(void)vsnprintf(raw, sizeof(raw), format, args);
		va_end(args);
		text_clean(settings->warnings[settings->warning_count], SETTINGS_WARNING_SIZE,
			bytes_of_text(raw));
	}
	settings->warning_count++;
}

/* ---- members ---- */

static const json *get(const json *object, const char *name)
{
	return name ? json_get_nocase(object, name) : object;
}

static bool is_given(const json *value)
{
	return value && !json_is_null(value) && !(json_is_string(value) && !json_text(value)[0]);
}

static void format_path(char ret[SETTINGS_MEMBER_PATH_SIZE], const char *before,
	const struct place *place, const char *name)
{
	(void)text_format(ret, SETTINGS_MEMBER_PATH_SIZE, "%s%s%s%s%s%s", before,
		place->outer ? place->outer : "", place->outer ? "." : "",
		place->inner ? place->inner : "", place->inner ? "." : "", name);
}

/* Searches the places, beginning with places[first]. */
static bool find_from(const struct settings_source *source, size_t first, const char *name,
	struct settings_member *ret)
{
	for (size_t i = first; i < COUNT(places); i++) {
		ret->value = get(get(get(source->object, places[i].outer), places[i].inner), name);
		if (is_given(ret->value)) {
			format_path(ret->path, source->path, &places[i], name);
			return true;
		}
	}
	ret->value = NULL;
	return false;
}

struct settings_member settings_tree_find(const struct settings_tree *tree, enum setting setting)
{
	struct settings_member found = {0};

	found.is_protected = find_from(&tree->protected, 0, names[setting], &found);
	if (!found.is_protected)
		(void)find_from(&tree->public, 0, names[setting], &found);
	found.is_shown = !found.is_protected;
	return found;
}

/* ---- messages ---- */

void settings_describe(const struct settings_member *member, char *ret, size_t size)
{
	auto_cleanup(buf) struct buf text = buf_with_max(VALUE_SHOWN);
	const char *given = json_is_string(member->value) ? json_text(member->value) : NULL;
	struct err ignored;

	if (given && (!member->is_shown || strchr(given, '@'))) /* "user:password@host" */
		(void)text_format(ret, size, "a text that is not shown here");
	else if (given)
		(void)text_format(ret, size,
			strlen(given) > VALUE_SHOWN ? "\"%.*s...\"" : "\"%.*s\"", VALUE_SHOWN, given);
	else if (json_is_object(member->value) || json_is_array(member->value))
		(void)text_format(ret, size, json_is_object(member->value) ? "an object" : "a list");
	else if (!member->is_shown || json_print(member->value, JSON_COMPACT, &text, &ignored) < 0)
		(void)text_format(ret, size, json_is_number(member->value) ? "a number" : "no text");
	else
		(void)text_format(ret, size, "%s", (const char *)text.data);
}

int settings_refuse(const struct settings_member *member, enum err_code code, const char *takes,
	struct err *err)
{
	char found[2 * VALUE_SHOWN];

	settings_describe(member, found, sizeof(found));
	return err_set(err, code, 0, "%s is %s: it takes %s.", member->path, found, takes);
}

/* ---- shapes ---- */

/* The group that a row of the table names, which may be inside another group. */
static const char *group_of(const struct place *place)
{
	return place->inner ? place->inner : place->outer;
}

static struct place above(const struct place *place)
{
	return (struct place){place->inner ? place->outer : NULL, NULL};
}

/* A group that is a text, a common mistake in templates, counts as absent. Any other type is an
 * error. */
static int check_groups(
	const struct settings_source *source, struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < COUNT(places) && group_of(&places[i]); i++) {
		struct place outer = above(&places[i]);
		struct settings_member group = {
			.value = get(get(source->object, outer.outer), group_of(&places[i]))};

		format_path(group.path, source->path, &outer, group_of(&places[i]));
		if (!is_given(group.value) || json_is_object(group.value))
			continue;
		if (!json_is_string(group.value))
			return settings_refuse(&group, ERR_SETTINGS_INVALID, "an object", err);
		settings_warn(
			settings, "%s is a text instead of an object and is not used.", group.path);
	}
	return 0;
}

/* Sets source->object to an object, or to the object in a text. Any other text leaves it as it was,
 * with a warning. */
static int open_level(const struct settings_member *level, struct settings_source *source,
	struct settings *settings, struct err *err)
{
	auto_cleanup(json_secret) json *inside = NULL;
	struct err ignored;
	bool is_used;

	if (!is_given(level->value))
		return 0;
	if (json_is_object(level->value)) {
		source->object = level->value;
		return 0;
	}
	if (!json_is_string(level->value))
		return settings_refuse(level, ERR_SETTINGS_INVALID, "an object", err);
	/* a text inside a text is not a common mistake */
	is_used = !source->inside &&
		  json_parse(bytes_of_text(json_text(level->value)), &inside, &ignored) == 0 &&
		  json_is_object(inside);
	if (is_used)
		source->object = source->inside = steal_ptr(inside);
	settings_warn(settings,
		is_used ? "%s is a text instead of an object; the object in it is used."
			: "%s is a text instead of an object and is not used.",
		level->path);
	return 0;
}

/* given: publicSettings or protectedSettings. Their members may be inside one more level,
 * "settings". */
static int open_source(const struct settings_member *given, struct settings_source *source,
	struct settings *settings, struct err *err)
{
	struct settings_member below = {.is_shown = given->is_shown};
	const json *outer;

	if (open_level(given, source, settings, err) < 0)
		return -1;
	outer = source->object;
	below.value = json_get_nocase(outer, "settings");
	(void)text_format(below.path, sizeof(below.path), "%s%s", source->path, "settings");
	if (open_level(&below, source, settings, err) < 0)
		return -1;
	if (source->object != outer) {
		if (json_count(outer) > 1)
			settings_warn(settings, "What stands beside %s is not used.", below.path);
		source->path = given->is_shown ? "settings." : "protectedSettings.settings.";
		source->is_below = true;
	}
	return check_groups(source, settings, err);
}

/* ---- members that are not used ---- */

struct strangers {
	size_t count;
	char names[SETTINGS_WARNING_SIZE];
};

/* Is `member` the one that a search for `name` finds? Of two names that differ only in case, one is
 * found. Names are compared first, because an object may have thousands of members. */
static bool is_found(const json *object, const char *name, const json *member)
{
	return text_equal_nocase(name, json_name(member)) && json_get_nocase(object, name) == member;
}

static bool is_group(const json *object, const struct place *place, const json *member)
{
	for (size_t i = 0; !place->inner && i < COUNT(places) && group_of(&places[i]); i++) {
		const char *outer = above(&places[i]).outer;
		bool is_here = outer && place->outer ? strcmp(outer, place->outer) == 0
						     : outer == place->outer;

		if (is_here && is_found(object, group_of(&places[i]), member))
			return true;
	}
	return false;
}

static bool is_known(const json *object, const json *member)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (is_found(object, names[i], member))
			return true;
	for (size_t i = 0; i < COUNT(foreign_names); i++)
		if (is_found(object, foreign_names[i], member))
			return true;
	return false;
}

/* The known name that was probably meant, or NULL. The hint matters because with a misspelt
 * endpoint the evidence goes to another provider. */
static const char *name_probably_meant(const char *name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_is_slip(name, names[i]))
			return names[i];
	for (size_t i = 0; i < COUNT(places) && group_of(&places[i]); i++)
		if (text_is_slip(name, group_of(&places[i])))
			return group_of(&places[i]);
	return NULL;
}

static void add_stranger(struct strangers *strangers, const char *name)
{
	const char *meant = name_probably_meant(name);

	if (strangers->count++ < NAMES_SHOWN)
		(void)text_list_add(strangers->names, sizeof(strangers->names),
			"'" NAME_SHOWN "'%s%s%s", name, meant ? " (is it " : "", meant ? meant : "",
			meant ? "?)" : "");
}

static struct strangers find_strangers(const struct settings_source *source)
{
	struct strangers found = {0};

	for (size_t i = 0; i < COUNT(places); i++) {
		const json *object = get(get(source->object, places[i].outer), places[i].inner);

		if (!json_is_object(object))
			continue;
		json_each (member, object) {
			/* open_source has handled this level; a second one inside it is unknown */
			bool is_level = !places[i].outer && !source->is_below &&
					text_equal_nocase(json_name(member), "settings");

			if (!is_level && !is_group(object, &places[i], member) &&
				!is_known(object, member))
				add_stranger(&found, json_name(member));
		}
	}
	return found;
}

static void warn_of_strangers(const struct settings_tree *tree, struct settings *settings)
{
	struct strangers shown = find_strangers(&tree->public);
	struct strangers hidden = find_strangers(&tree->protected);
	char more[32] = "";

	if (shown.count > NAMES_SHOWN)
		(void)text_format(more, sizeof(more), " and %zu more", shown.count - NAMES_SHOWN);
	if (shown.count)
		settings_warn(settings, "Unknown settings are not used: %s%s.", shown.names, more);
	if (hidden.count) /* even the name may be a secret in the wrong place */
		settings_warn(settings,
			"Unknown protected settings are not used; their number is %zu.",
			hidden.count);
}

/* Warns if a member is given twice with different values, because the order of the places should
 * not silently decide, for example, which provider receives the evidence. */
static void warn_of_contradictions(const struct settings_source *source, struct settings *settings)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		struct settings_member used = {0}, other = {0};
		bool is_other = false;

		if (!find_from(source, 0, names[i], &used))
			continue;
		for (size_t at = 1; at < COUNT(places) && !is_other; at++)
			is_other = find_from(source, at, names[i], &other) &&
				   !json_equal(used.value, other.value);
		if (is_other)
			settings_warn(settings, "%s is not used: %s says something else.",
				other.path, used.path);
	}
}

int settings_tree_open(struct settings_tree *ret, const json *public, const json *protected,
	struct settings *settings, struct err *err)
{
	auto_cleanup(settings_tree) struct settings_tree tree = {
		.public.path = "", .protected.path = "protectedSettings."};
	const struct settings_member hidden = {.value = protected, .path = "protectedSettings"};
	const struct settings_member shown = {
		.value = public, .is_shown = true, .path = "publicSettings"};

	if (open_source(&hidden, &tree.protected, settings, err) < 0 ||
		open_source(&shown, &tree.public, settings, err) < 0)
		return -1;
	warn_of_contradictions(&tree.protected, settings);
	warn_of_contradictions(&tree.public, settings);
	warn_of_strangers(&tree, settings);
	*ret = tree;
	tree = (struct settings_tree){0};
	return 0;
}

void settings_tree_cleanup(struct settings_tree *tree)
{
	json_free(tree->public.inside);
	json_wipe(tree->protected.inside);
}
