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

	if (name.len == 0 || !read_generation(generation, &component.generation))
		return;
	if (name.len == 4 && memcmp(name.data, "sbat", 4) == 0) {
		if (date.len < sizeof(ret->date) && is_digits(date) && !ret->date[0])
			text_clean(ret->date, sizeof(ret->date), date);
		return;
	}
	if (ret->count == SBAT_MAX_COMPONENTS)
		return;
	text_clean(component.name, sizeof(component.name), name);
	ret->components[ret->count++] = component;
}

void sbat_read(struct bytes value, struct sbat *ret)
{
	*ret = (struct sbat){0};
	while (value.len && value.data[value.len - 1] == 0)
		value.len--;
	while (value.len)
		read_line(split(&value, '\n'), ret);
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
