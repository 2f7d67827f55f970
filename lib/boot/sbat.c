#include "boot/sbat.h"

#include <string.h>
#include "base/text.h"

#define MAX_GENERATION 1000000000u

/* Up to the separator, or all; what follows it stays in *rest. */
static struct bytes split(struct bytes *rest, char separator)
{
	const uint8_t *end = rest->len ? memchr(rest->data, separator, rest->len) : NULL;
	struct bytes part = {rest->data, end ? (size_t)(end - rest->data) : rest->len};

	rest->data += end ? part.len + 1 : part.len;
	rest->len -= end ? part.len + 1 : part.len;
	return part;
}

static bool is_digits(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.len > 0;
}

static bool read_generation(struct bytes text, uint32_t *ret)
{
	uint32_t number = 0;

	if (!is_digits(text))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (number > MAX_GENERATION / 10)
			return false;
		number = number * 10 + (uint32_t)(text.data[i] - '0');
	}
	*ret = number;
	return true;
}

static void read_line(struct bytes line, struct sbat *ret)
{
	struct bytes name = split(&line, ',');
	struct bytes generation = split(&line, ',');
	struct bytes date = split(&line, ',');
	struct sbat_component component;

	if (name.len == 0 || !read_generation(generation, &component.generation)) {
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
	if (!bytes_equal(bytes_of_text(component.name), name))
		ret->is_whole = false;
	ret->components[ret->count++] = component;
}

void sbat_read(struct bytes value, struct sbat *ret)
{
	*ret = (struct sbat){.is_whole = true};
	while (value.len && value.data[value.len - 1] == 0)
		value.len--;
	while (value.len) {
		struct bytes line = split(&value, '\n');

		if (line.len)
			read_line(line, ret);
	}
}

static const struct sbat_component *find(const struct sbat *sbat, const char *name)
{
	for (size_t i = 0; i < sbat->count; i++)
		if (strcmp(sbat->components[i].name, name) == 0)
			return &sbat->components[i];
	return NULL;
}

bool sbat_is_raised(const struct sbat *old, const struct sbat *new)
{
	if (!old->is_whole || !new->is_whole ||
		(old->has_sbat && (!new->has_sbat || new->generation < old->generation)))
		return false;
	for (size_t i = 0; i < old->count; i++) {
		const struct sbat_component *was = &old->components[i];
		const struct sbat_component *is = find(new, was->name);

		if (!is || is->generation < was->generation)
			return false;
	}
	return true;
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
