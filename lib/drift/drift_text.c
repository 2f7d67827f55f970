#include <string.h>
#include "base/text.h"
#include "drift/drift.h"

#define NAME_SHOWN 64
#define WORDS_SIZE 96
#define ITEM_SIZE  DRIFT_TEXT_SIZE

static bool is_file(enum component_kind kind)
{
	return kind == COMPONENT_APPLICATION || kind == COMPONENT_KERNEL ||
	       kind == COMPONENT_INITRD || kind == COMPONENT_BOOT_FILE || kind == COMPONENT_DRIVER;
}

static bool is_key(enum component_kind kind)
{
	return kind == COMPONENT_PK || kind == COMPONENT_KEK || kind == COMPONENT_DB;
}

/* As short as it still says which: the file, the common name, the option's title. */
static void short_name(const struct component *component, char ret[NAME_SHOWN])
{
	const char *name = is_file(component->kind) ? component_file(component) : component->name;
	size_t len = strlen(name);

	if (strncmp(name, "CN=", 3) == 0)
		name += 3;
	else if (component->kind <= COMPONENT_AUTHORITY && component->kind >= COMPONENT_PK &&
		 strstr(name, ", O="))
		name = strstr(name, ", O=") + 4;
	if (strncmp(name, "BootOrder ", 10) == 0)
		name += 10;
	len = strlen(name);
	if (component->kind == COMPONENT_MOK)
		len = strcspn(name, " ");
	if (component->kind == COMPONENT_BOOT_OPTION && strchr(name, '"') &&
		strchr(strchr(name, '"') + 1, '"'))
		len = (size_t)(strchr(strchr(name, '"') + 1, '"') + 1 - name);
	if (len < NAME_SHOWN)
		(void)text_format(ret, NAME_SHOWN, "%.*s", (int)len, name);
	else
		(void)text_format(ret, NAME_SHOWN, "%.*s...", NAME_SHOWN - 4, name);
}

static bool has_word(const char *line, const char *word, size_t len)
{
	for (const char *at = line; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == len && memcmp(at, word, len) == 0)
			return true;
	return false;
}

/* The words of `line` that `other` lacks. */
static void list_words(const char *line, const char *other, char ret[WORDS_SIZE])
{
	ret[0] = '\0';
	for (const char *at = line; *at; at += strcspn(at, " "), at += *at == ' ') {
		size_t len = strcspn(at, " "), used = strlen(ret);

		if (len && !has_word(other, at, len) &&
			!text_format(ret + used, WORDS_SIZE - used, "%s%.*s", used ? " " : "",
				(int)len, at))
			return;
	}
}

/* Which words came and which went; a line that did not fit into its name, or in other order, is
 * shown as it begins. */
static void describe_line(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	const char *old = difference->before.name, *new = difference->after.name;
	bool is_whole =
		strlen(old) + 1 < COMPONENT_NAME_SIZE && strlen(new) + 1 < COMPONENT_NAME_SIZE;
	char added[WORDS_SIZE], removed[WORDS_SIZE], name[NAME_SHOWN];

	list_words(new, old, added);
	list_words(old, new, removed);
	short_name(&difference->after, name);
	if (!is_whole || (!added[0] && !removed[0]))
		(void)text_format(ret, ITEM_SIZE, "kernel command line changed: %s", name);
	else
		(void)text_format(ret, ITEM_SIZE, "kernel command line changed: %s%s%s%s%s",
			added[0] ? "added " : "", added, added[0] && removed[0] ? ", " : "",
			removed[0] ? "removed " : "", removed);
}

static void describe_entries(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	if (!difference->gained && !difference->lost)
		(void)text_format(ret, ITEM_SIZE, "dbx changed: %s", difference->after.name);
	else if (!difference->lost)
		(void)text_format(ret, ITEM_SIZE, "dbx: %zu entr%s added, none removed",
			difference->gained, difference->gained == 1 ? "y" : "ies");
	else
		(void)text_format(ret, ITEM_SIZE, "dbx: %zu entr%s removed, %zu added",
			difference->lost, difference->lost == 1 ? "y" : "ies", difference->gained);
}

static void describe_change(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	char title[COMPONENT_TITLE_SIZE], old[NAME_SHOWN], new[NAME_SHOWN];
	const char *verb = difference->explanation.how == EXPLANATION_GREW ? "raised" : "lowered";

	component_title(&difference->before, title); /* what was known keeps its name */
	short_name(&difference->before, old);
	short_name(&difference->after, new);
	if (difference->after.kind == COMPONENT_SECURE_BOOT)
		(void)text_format(ret, ITEM_SIZE, "Secure Boot switched %s", new);
	else if (difference->after.kind == COMPONENT_SBAT)
		(void)text_format(ret, ITEM_SIZE, "SBAT level %s: %s (was %s)", verb, new, old);
	else if (difference->after.kind == COMPONENT_BOOT_COMMANDS || (!new[0] && !old[0]))
		(void)text_format(ret, ITEM_SIZE, "%s changed", title);
	else if (strcmp(old, new) == 0 || !old[0] || is_file(difference->after.kind))
		(void)text_format(ret, ITEM_SIZE, "%s changed: %s", title, new);
	else
		(void)text_format(ret, ITEM_SIZE, "%s changed: %s (was %s)", title, new, old);
}

static void describe_one(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	char title[COMPONENT_TITLE_SIZE], name[NAME_SHOWN];

	component_title(drift_shown(difference), title);
	short_name(drift_shown(difference), name);
	if (difference->change == DRIFT_HIDDEN)
		(void)text_format(ret, ITEM_SIZE, "%s hidden: PCR %u holds more than the log tells",
			title, difference->after.pcr);
	else if (is_key(drift_shown(difference)->kind))
		(void)text_format(ret, ITEM_SIZE,
			difference->change == DRIFT_ADDED ? "%s added to %s" : "%s removed from %s",
			name, title);
	else
		(void)text_format(ret, ITEM_SIZE, "%s %s%s%s", title,
			difference->change == DRIFT_ADDED ? "added" : "removed",
			name[0] ? ": " : "", name);
}

static void describe(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	if (difference->change != DRIFT_CHANGED)
		describe_one(difference, ret);
	else if (difference->after.kind == COMPONENT_DBX)
		describe_entries(difference, ret);
	else if (difference->after.kind == COMPONENT_COMMAND_LINE && difference->after.pcr == 8)
		describe_line(difference, ret);
	else
		describe_change(difference, ret);
}

void drift_difference_text(const struct drift_difference *difference, char ret[DRIFT_TEXT_SIZE])
{
	size_t len;

	describe(difference, ret);
	len = strlen(ret);
	if (drift_is_explained(difference) && difference->explanation.text[0])
		(void)text_format(
			ret + len, DRIFT_TEXT_SIZE - len, ", %s", difference->explanation.text);
	else if (difference->action == RULES_UNHEALTHY &&
		 difference->explanation.how == EXPLANATION_UNKNOWN)
		(void)text_format(ret + len, DRIFT_TEXT_SIZE - len, ", reason not found out");
	else if (difference->action == RULES_UNHEALTHY)
		(void)text_format(ret + len, DRIFT_TEXT_SIZE - len, ", unexplained%s%s",
			difference->explanation.text[0] ? ", " : "", difference->explanation.text);
}

/* Whole or not at all; true if it fitted, with room for " and 99 more". */
static bool append(char sentence[DRIFT_TEXT_SIZE], size_t size, const char *text)
{
	static const char separator[] = "; ";
	const size_t room_for_rest = sizeof("; 999 more changes");
	size_t len = strlen(sentence);

	if (!text[0])
		return true;
	if (len && len + strlen(separator) + strlen(text) + room_for_rest > size)
		return false;
	(void)text_format(sentence + len, size - len, "%s%s", len ? separator : "", text);
	return true;
}

/* Told: what is not ignored, and what was explained by more than another change, or has something
 * to be said about it. */
static bool is_told(const struct drift_difference *difference)
{
	enum explanation_how how = difference->explanation.how;

	return difference->action != RULES_IGNORE ||
	       (drift_is_explained(difference) && how != EXPLANATION_OTHER_VM &&
		       (how != EXPLANATION_FOLLOWS || difference->explanation.text[0]));
}

/* A kernel is measured as a program and as a file: one change to people. */
static bool is_told_before(const struct drift *drift, size_t index, const char *text)
{
	char earlier[DRIFT_TEXT_SIZE];

	for (size_t i = 0; i < index; i++) {
		if (!is_told(&drift->differences[i]) ||
			drift->differences[i].class != drift->differences[index].class)
			continue;
		drift_difference_text(&drift->differences[i], earlier);
		if (strcmp(earlier, text) == 0)
			return true;
	}
	return false;
}

static bool is_changed(const struct drift *drift, const struct component *component)
{
	for (size_t i = 0; i < drift->count; i++)
		if (drift->differences[i].change != DRIFT_REMOVED &&
			drift->differences[i].after.kind == component->kind &&
			memcmp(drift->differences[i].after.sha256, component->sha256,
				sizeof(component->sha256)) == 0)
			return true;
	return false;
}

static bool is_class_changed(const struct drift *drift, enum rules_class class)
{
	for (size_t i = 0; i < drift->count; i++)
		if (drift->differences[i].class == class)
			return true;
	return false;
}

static void add_title(char list[DRIFT_TEXT_SIZE], const char *title)
{
	size_t len = strlen(list);

	if (!strstr(list, title))
		(void)text_format(list + len, DRIFT_TEXT_SIZE - len, "%s%s", len ? ", " : "", title);
}

/* What people ask next: is the rest as it was? Programs from the last back to the first. */
static void list_unchanged(
	const struct components *boot, const struct drift *drift, char ret[DRIFT_TEXT_SIZE])
{
	char title[COMPONENT_TITLE_SIZE];

	ret[0] = '\0';
	for (size_t i = boot->count; i-- > 0;) {
		const struct component *component = &boot->items[i];

		if ((component->kind != COMPONENT_KERNEL && component->kind != COMPONENT_APPLICATION) ||
			is_changed(drift, component))
			continue;
		component_title(component, title);
		if (component->kind == COMPONENT_KERNEL && is_class_changed(drift, RULES_KERNEL))
			continue;
		add_title(ret, title);
	}
	if (!is_class_changed(drift, RULES_SECURE_BOOT_KEYS) && components_find(boot, COMPONENT_DB))
		add_title(ret, "Secure Boot keys");
}

/* "with it firmware, PK, db", if it is told that the VM is another one */
static void list_of_other_vm(const struct drift *drift, char ret[DRIFT_TEXT_SIZE])
{
	static const char start[] = "with it ";
	char titles[DRIFT_TEXT_SIZE] = "", title[COMPONENT_TITLE_SIZE];
	bool is_id_told = false;

	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];

		is_id_told |= drift_shown(difference)->kind == COMPONENT_VM_ID && is_told(difference);
		if (difference->explanation.how != EXPLANATION_OTHER_VM)
			continue;
		component_title(drift_shown(difference), title);
		add_title(titles, title);
	}
	if (is_id_told && titles[0] && strlen(titles) + sizeof(start) <= DRIFT_TEXT_SIZE)
		(void)text_format(ret, DRIFT_TEXT_SIZE, "%s%.*s", start,
			(int)(DRIFT_TEXT_SIZE - sizeof(start)), titles);
	else
		ret[0] = '\0';
}

/* "PCRs 8, 9 not compared" */
static void list_not_compared(uint32_t mask, char ret[DRIFT_TEXT_SIZE])
{
	ret[0] = '\0';
	for (uint32_t pcr = 0; pcr < 24; pcr++)
		if (mask & 1u << pcr)
			(void)text_format(ret + strlen(ret), DRIFT_TEXT_SIZE - strlen(ret), "%s%u",
				ret[0] ? ", " : "PCR ", pcr);
	if (ret[0])
		(void)text_format(ret + strlen(ret), DRIFT_TEXT_SIZE - strlen(ret), " not compared");
}

void drift_sentence(const struct components *boot, const struct drift *drift,
	char ret[DRIFT_TEXT_SIZE], size_t size)
{
	char text[DRIFT_TEXT_SIZE];
	size_t untold = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < drift->count; i++) {
		if (!is_told(&drift->differences[i]))
			continue;
		drift_difference_text(&drift->differences[i], text);
		if (!is_told_before(drift, i, text) && !append(ret, size, text))
			untold++;
	}
	if (untold) {
		(void)text_format(ret + strlen(ret), DRIFT_TEXT_SIZE - strlen(ret),
			"; %zu more change%s", untold, untold == 1 ? "" : "s");
		return;
	}
	list_of_other_vm(drift, text);
	(void)append(ret, size, text);
	list_not_compared(drift->not_compared, text);
	(void)append(ret, size, text);
	list_unchanged(boot, drift, text);
	if (!drift->count || !ret[0] || !text[0] ||
		strlen(text) + sizeof(" unchanged") > sizeof(text))
		return;
	(void)text_format(text + strlen(text), sizeof(text) - strlen(text), " unchanged");
	(void)append(ret, size, text);
}
