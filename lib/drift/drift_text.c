/* The words of drift.h: one sentence about all differences, and one about each. */
#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "drift/drift.h"
#include "drift/drift_line.h"

#define NAME_SHOWN 64
#define WORDS_SIZE 96
#define ITEM_SIZE  DRIFT_TEXT_SIZE

static bool is_file(enum component_kind kind)
{
	return kind == COMPONENT_APPLICATION || kind == COMPONENT_KERNEL ||
	       kind == COMPONENT_INITRD || kind == COMPONENT_BOOT_FILE || kind == COMPONENT_DRIVER;
}

/* The shortest name that identifies it: the file, the common name, the option's title. */
static void short_name(const struct component *component, char ret[NAME_SHOWN])
{
	const char *name = component->label[0] ? component->label : component->name;

	if (is_file(component->kind))
		name = component_file(component);
	if (component->kind == COMPONENT_MOK && component->facts.mok != EVENT_MOK_NONE)
		name = event_mok_name(component->facts.mok);
	if (strlen(name) < NAME_SHOWN)
		(void)text_format(ret, NAME_SHOWN, "%s", name);
	else
		(void)text_format(ret, NAME_SHOWN, "%.*s...", NAME_SHOWN - 4, name);
}

const char *drift_before(const struct drift_difference *difference)
{
	if (difference->change != DRIFT_CHANGED && difference->change != DRIFT_REMOVED)
		return NULL;
	return difference->before_text ? difference->before_text : difference->before.name;
}

const char *drift_after(const struct drift_difference *difference)
{
	if (difference->change != DRIFT_CHANGED && difference->change != DRIFT_ADDED)
		return NULL;
	return difference->after_text ? difference->after_text : difference->after.name;
}

/* A text, or its beginning and its end, where words are added. */
static void show_ends(const char *text, char ret[NAME_SHOWN])
{
	static const char gap[] = " ... ";
	const size_t part = (NAME_SHOWN - sizeof(gap)) / 2;
	const char *end = text + strlen(text) - part;

	if (text_format(ret, NAME_SHOWN, "%s", text))
		return;
	while (*end == ' ' || (*end & 0xC0) == 0x80) /* within a character of UTF-8 */
		end++;
	(void)text_format(ret, NAME_SHOWN, "%.*s%s%s", (int)part, text, gap, end);
}

static bool is_whole(const struct component *line, const char *text)
{
	return text != line->name || strlen(text) + 1 < COMPONENT_NAME_SIZE;
}

/* The words that the other line lacks. A line whose text the log lacks is described whole. */
static void list_words(const struct component *line, const char *text,
	const struct component *other, const char *other_text, char ret[WORDS_SIZE])
{
	if (line->is_bound)
		drift_line_words(text, other->is_bound ? other_text : "", ret, WORDS_SIZE);
	else
		(void)text_format(ret, WORDS_SIZE, "%s", text);
}

/* The words that came and those that went. Of a line that was not kept whole, or whose words only
 * changed their order, both ends are shown. */
static void describe_line(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	const char *old = drift_before(difference), *new = drift_after(difference);
	char added[WORDS_SIZE], removed[WORDS_SIZE], ends[NAME_SHOWN];

	list_words(&difference->after, new, &difference->before, old, added);
	list_words(&difference->before, old, &difference->after, new, removed);
	show_ends(new, ends);
	if (!is_whole(&difference->before, old) || !is_whole(&difference->after, new) ||
		(!added[0] && !removed[0]))
		(void)text_format(ret, ITEM_SIZE, "kernel command line changed: %s", ends);
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

static const char *level_verb(const struct drift_difference *difference)
{
	if (difference->explanation.how == EXPLANATION_GREW)
		return "raised";
	return sbat_compare(&difference->before.facts.sbat, &difference->after.facts.sbat) ==
			       SBAT_LOWERED
		       ? "lowered"
		       : "changed";
}

static void describe_change(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	char old[NAME_SHOWN], new[NAME_SHOWN];
	const char *title = component_title(&difference->before); /* the known one keeps its title
								   */

	short_name(&difference->before, old);
	short_name(&difference->after, new);
	if (difference->after.kind == COMPONENT_SECURE_BOOT)
		(void)text_format(ret, ITEM_SIZE, "Secure Boot switched %s", new);
	else if (difference->after.kind == COMPONENT_SBAT)
		(void)text_format(ret, ITEM_SIZE, "SBAT level %s: %s (was %s)",
			level_verb(difference), new, old);
	else if (difference->after.kind == COMPONENT_BOOT_COMMANDS || (!new[0] && !old[0]))
		(void)text_format(ret, ITEM_SIZE, "%s changed", title);
	else if (strcmp(old, new) == 0 || !old[0] || is_file(difference->after.kind))
		(void)text_format(ret, ITEM_SIZE, "%s changed: %s", title, new);
	else
		(void)text_format(ret, ITEM_SIZE, "%s changed: %s (was %s)", title, new, old);
}

static void describe_one(const struct drift_difference *difference, char ret[ITEM_SIZE])
{
	const char *title = component_title(drift_shown(difference));
	enum component_kind kind = drift_shown(difference)->kind;
	bool is_key = kind == COMPONENT_PK || kind == COMPONENT_KEK || kind == COMPONENT_DB;
	char name[NAME_SHOWN];

	short_name(drift_shown(difference), name);
	if (kind == COMPONENT_COMMAND_LINE)
		show_ends(difference->change == DRIFT_ADDED ? drift_after(difference)
							    : drift_before(difference),
			name);
	if (is_key)
		(void)text_format(ret, ITEM_SIZE,
			difference->change == DRIFT_ADDED ? "%s added to %s" : "%s removed from %s",
			name, title);
	else
		(void)text_format(ret, ITEM_SIZE, "%s %s%s%s", title,
			difference->change == DRIFT_ADDED ? "added" : "removed",
			name[0] ? ": " : "", name);
}

void drift_difference_text(const struct drift_difference *difference, char ret[DRIFT_TEXT_SIZE])
{
	static const struct {
		const char *what, *why;
	} uncompared[] = {
		[DRIFT_HIDDEN] = {"hidden", "holds more than the log tells"},
		[DRIFT_UNREAD] = {"not compared", "could not be read"},
		[DRIFT_UNLISTED] = {"not compared", "of the accepted boot is not known"},
	};
	size_t len;

	if (!drift_has_component(difference))
		(void)text_format(ret, ITEM_SIZE, "%s %s: PCR %u %s",
			component_title(&difference->after), uncompared[difference->change].what,
			difference->after.pcr, uncompared[difference->change].why);
	else if (difference->change != DRIFT_CHANGED)
		describe_one(difference, ret);
	else if (difference->after.kind == COMPONENT_DBX)
		describe_entries(difference, ret);
	else if (difference->after.kind == COMPONENT_COMMAND_LINE &&
		 difference->after.pcr != PCR_FILES) /* there the kernel only repeats it */
		describe_line(difference, ret);
	else
		describe_change(difference, ret);
	len = strlen(ret);
	if (drift_is_explained(difference) && difference->explanation.text[0])
		(void)text_format(
			ret + len, DRIFT_TEXT_SIZE - len, ", %s", difference->explanation.text);
	else if (difference->action == RULES_UNHEALTHY &&
		 difference->explanation.how == EXPLANATION_UNKNOWN)
		(void)text_format(ret + len, DRIFT_TEXT_SIZE - len, ", reason not found out");
	else if (difference->action == RULES_UNHEALTHY && !drift_is_unclear(difference))
		(void)text_format(ret + len, DRIFT_TEXT_SIZE - len, ", unexplained%s%s",
			difference->explanation.text[0] ? ", " : "", difference->explanation.text);
}

/* Appends a text whole or not at all; the first one is cut if it is too long. False if it did not
 * fit with room for the count of the rest.
 */
static bool append(char sentence[DRIFT_TEXT_SIZE], size_t size, const char *text)
{
	static const char separator[] = "; ";
	const size_t room_for_rest = sizeof("; 999 more changes");
	size_t len = strlen(sentence);

	if (!text[0])
		return true;
	if (len && len + strlen(separator) + strlen(text) + room_for_rest > size)
		return false;
	if (!text_format(sentence + len, size - len, "%s%s", len ? separator : "", text))
		(void)text_format(sentence, size, "%.*s...", (int)(size - sizeof("...")), text);
	return true;
}

/* Differences that are not ignored are shown, and explained ones, except those that only follow
 * from another change, or from another VM. */
static bool is_shown(const struct drift_difference *difference)
{
	enum explanation_how how = difference->explanation.how;

	return difference->action != RULES_IGNORE ||
	       (drift_is_explained(difference) && how != EXPLANATION_OTHER_VM &&
		       (how != EXPLANATION_FOLLOWS || difference->explanation.text[0]));
}

static bool is_renewal(const struct drift_difference *difference)
{
	return difference->class == RULES_CERTIFICATES_RENEWED;
}

static bool reads_alike(const struct drift_difference *one, const struct drift_difference *other)
{
	const struct component *a = drift_shown(one), *b = drift_shown(other);

	if (is_renewal(one) && is_renewal(other) && one->action == other->action)
		return true;
	if (one->change != other->change || one->action != other->action || a->kind != b->kind ||
		one->explanation.how != other->explanation.how ||
		strcmp(one->explanation.text, other->explanation.text) != 0)
		return false;
	if (!drift_has_component(one))
		return a->pcr == b->pcr;
	if (is_file(a->kind))
		return component_title(&one->before) == component_title(&other->before) &&
		       strcmp(component_file(a), component_file(b)) == 0;
	return strcmp(a->name, b->name) == 0 && strcmp(one->before.name, other->before.name) == 0;
}

/* A kernel is measured as a program and as a file: that is shown as one change. */
static bool is_shown_before(const struct drift *drift, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_shown(&drift->differences[i]) &&
			reads_alike(&drift->differences[i], &drift->differences[index]))
			return true;
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

/* Titles, each once. They come from component_title, which returns the same pointer for the same
 * title. */
struct titles {
	size_t count;
	const char *items[COMPONENT_KINDS + 8];
};

static void add_title(struct titles *titles, const char *title)
{
	for (size_t i = 0; i < titles->count; i++)
		if (titles->items[i] == title)
			return;
	if (titles->count < sizeof(titles->items) / sizeof(titles->items[0]))
		titles->items[titles->count++] = title;
}

static void list_titles(const struct titles *titles, char ret[DRIFT_TEXT_SIZE])
{
	ret[0] = '\0';
	for (size_t i = 0; i < titles->count; i++)
		(void)text_format(ret + strlen(ret), DRIFT_TEXT_SIZE - strlen(ret), "%s%s",
			i ? ", " : "", titles->items[i]);
}

/* Lists what did not change: programs from the last to the first, then the keys. */
static void list_unchanged(
	const struct components *boot, const struct drift *drift, char ret[DRIFT_TEXT_SIZE])
{
	struct titles titles = {0};

	for (size_t i = boot->count; i-- > 0;) {
		const struct component *component = &boot->items[i];

		if ((component->kind != COMPONENT_KERNEL && component->kind != COMPONENT_APPLICATION) ||
			is_changed(drift, component))
			continue;
		if (component->kind == COMPONENT_KERNEL && is_class_changed(drift, RULES_KERNEL))
			continue;
		add_title(&titles, component_title(component));
	}
	if (!is_class_changed(drift, RULES_SECURE_BOOT_KEYS) &&
		!is_class_changed(drift, RULES_CERTIFICATES_RENEWED) &&
		components_find(boot, COMPONENT_DB))
		add_title(&titles, "Secure Boot keys");
	list_titles(&titles, ret);
}

/* "with it firmware, PK, db", if the sentence shows that this is another VM. */
static void list_of_other_vm(const struct drift *drift, char ret[DRIFT_TEXT_SIZE])
{
	static const char start[] = "with it ";
	struct titles titles = {0};
	char text[DRIFT_TEXT_SIZE];
	bool is_id_shown = false;

	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];

		is_id_shown |=
			drift_shown(difference)->kind == COMPONENT_VM_ID && is_shown(difference);
		if (difference->explanation.how != EXPLANATION_OTHER_VM)
			continue;
		add_title(&titles, component_title(drift_shown(difference)));
	}
	list_titles(&titles, text);
	if (is_id_shown && text[0] && strlen(text) + sizeof(start) <= DRIFT_TEXT_SIZE)
		(void)text_format(ret, DRIFT_TEXT_SIZE, "%s%.*s", start,
			(int)(DRIFT_TEXT_SIZE - sizeof(start)), text);
	else
		ret[0] = '\0';
}

/* The renewal of several certificates is one change: "Secure Boot certificates renewed in KEK, db".
 */
static void describe_renewal(
	const struct drift *drift, const struct drift_difference *first, char ret[DRIFT_TEXT_SIZE])
{
	const char *why = first->explanation.text;
	struct titles titles = {0};
	char lists[DRIFT_TEXT_SIZE];

	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];

		if (!is_renewal(difference) || !reads_alike(first, difference))
			continue;
		add_title(&titles, component_title(drift_shown(difference)));
		if (strcmp(difference->explanation.text, why) != 0)
			why = "";
	}
	list_titles(&titles, lists);
	(void)text_format(ret, DRIFT_TEXT_SIZE, "Secure Boot certificates renewed in %.64s%s%s%s",
		lists, first->action == RULES_UNHEALTHY ? ", unexplained" : "", why[0] ? ", " : "",
		why);
}

void drift_sentence(const struct components *boot, const struct drift *drift,
	char ret[DRIFT_TEXT_SIZE], size_t size)
{
	char text[DRIFT_TEXT_SIZE];
	size_t omitted = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < drift->count; i++) {
		if (!is_shown(&drift->differences[i]) || is_shown_before(drift, i))
			continue;
		if (is_renewal(&drift->differences[i]))
			describe_renewal(drift, &drift->differences[i], text);
		else
			drift_difference_text(&drift->differences[i], text);
		omitted += !append(ret, size, text);
	}
	if (omitted) {
		(void)text_format(ret + strlen(ret), DRIFT_TEXT_SIZE - strlen(ret),
			"; %zu more change%s", omitted, omitted == 1 ? "" : "s");
		return;
	}
	list_of_other_vm(drift, text);
	(void)append(ret, size, text);
	list_unchanged(boot, drift, text);
	if (!drift->count || !ret[0] || !text[0] ||
		strlen(text) + sizeof(" unchanged") > sizeof(text))
		return;
	(void)text_format(text + strlen(text), sizeof(text) - strlen(text), " unchanged");
	(void)append(ret, size, text);
}
