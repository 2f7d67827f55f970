#include "boot/sbat.h"

#include <string.h>
#include "base/text.h"

#define MAX_GENERATION 1000000000u

static bool is_digits(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.len > 0;
}

static void read_line(struct bytes line, struct sbat *ret)
{
	struct bytes name = bytes_take_until(&line, ',');
	struct bytes generation = bytes_take_until(&line, ',');
	struct bytes date = bytes_take_until(&line, ',');
	struct sbat_component component;

	if (name.len == 0 || !text_number(generation, MAX_GENERATION, &component.generation)) {
		ret->is_whole = false;
		return;
	}
	if (name.len == 4 && memcmp(name.data, "sbat", 4) == 0) {
		ret->generation = ret->has_sbat ? ret->generation : component.generation;
		ret->has_sbat = true;
		if (date.len < sizeof(ret->date) && is_digits(date) && !ret->date[0])
			text_clean(ret->date, sizeof(ret->date), date);
		return;
	}
	if (ret->count == SBAT_MAX_COMPONENTS) {
		ret->is_whole = false;
		return;
	}
	text_clean(component.name, sizeof(component.name), name);
	if (!bytes_are_text(name, component.name))
		ret->is_whole = false;
	ret->components[ret->count++] = component;
}

void sbat_read(struct bytes value, struct sbat *ret)
{
	*ret = (struct sbat){.is_whole = true};
	value = bytes_without_final_zeros(value);
	while (value.len) {
		struct bytes line = bytes_take_until(&value, '\n');

		if (line.len)
			read_line(line, ret);
	}
}

/* Generations start at 1, so a level without a line for the component revokes nothing of it; of two
 * lines for one component shim applies both (SBAT.md). */
static uint32_t generation_of(const struct sbat *sbat, struct bytes name, bool *ret_has_line)
{
	uint32_t highest = 1;

	*ret_has_line = false;
	for (size_t i = 0; i < sbat->count; i++) {
		const struct sbat_component *component = &sbat->components[i];

		if (!bytes_are_text(name, component->name))
			continue;
		*ret_has_line = true;
		if (component->generation > highest)
			highest = component->generation;
	}
	return highest;
}

/* "grub" for "grub.debian"; empty if there is no dot. */
static struct bytes parent_of(struct bytes name)
{
	while (name.len && name.data[name.len - 1] != '.')
		name.len--;
	name.len -= name.len ? 1 : 0;
	return name;
}

/* Whether the new level lets no older generation of this component start than the old one does. A
 * missing line is covered by a parent whose generation rose (SBAT.md: each later generation of what
 * a vendor builds from includes the vendor's fixes). */
static bool is_covered(const struct sbat *old, const struct sbat *new, struct bytes name)
{
	bool has_line, ignored;
	uint32_t was = generation_of(old, name, &ignored), is = generation_of(new, name, &has_line);

	if (has_line || is >= was)
		return is >= was;
	for (name = parent_of(name); name.len; name = parent_of(name))
		if (generation_of(new, name, &ignored) > generation_of(old, name, &ignored))
			return true;
	return false;
}

/* A date has ten digits (SbatLevel_Variable.txt of shim) or is missing. */
static bool is_later(const char *old, const char *new)
{
	return !old[0] ? new[0] : strlen(old) == strlen(new) && strcmp(old, new) < 0;
}

enum sbat_change sbat_compare(const struct sbat *old, const struct sbat *new)
{
	if (!old->is_whole || !new->is_whole)
		return SBAT_CHANGED;
	if (old->has_sbat && new->has_sbat &&new->generation < old->generation)
		return SBAT_LOWERED;
	for (size_t i = 0; i < old->count; i++)
		if (!is_covered(old, new, bytes_of_text(old->components[i].name)))
			return SBAT_LOWERED;
	return is_later(old->date, new->date) ? SBAT_RAISED : SBAT_CHANGED;
}

/* Is it below a line of the level? */
static bool is_below(const struct sbat *level, const struct sbat_component *component)
{
	for (size_t i = 0; i < level->count; i++)
		if (strcmp(level->components[i].name, component->name) == 0 &&
			component->generation < level->components[i].generation)
			return true;
	return false;
}

enum sbat_start sbat_judge(
	const struct sbat *level, const struct sbat *program, struct sbat_component *ret_refused)
{
	if (level->has_sbat && program->has_sbat && program->generation < level->generation) {
		*ret_refused = (struct sbat_component){"sbat", program->generation};
		return SBAT_REVOKED;
	}
	for (size_t i = 0; i < program->count; i++) {
		if (!is_below(level, &program->components[i]))
			continue;
		*ret_refused = program->components[i];
		return SBAT_REVOKED;
	}
	return level->is_whole && program->is_whole ? SBAT_STARTS : SBAT_UNCLEAR;
}

void sbat_text(const struct sbat *sbat, char *ret, size_t size)
{
	size_t len;

	(void)text_format(ret, size, "%s", sbat->date);
	for (size_t i = 0; i < sbat->count; i++) {
		const char *between = i ? ", " : sbat->date[0] ? ": " : "";

		len = strlen(ret);
		(void)text_format(ret + len, size - len, "%s%s %u", between,
			sbat->components[i].name, sbat->components[i].generation);
	}
	if (!ret[0])
		(void)text_format(ret, size, "(empty)");
}
