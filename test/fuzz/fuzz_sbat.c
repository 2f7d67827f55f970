/* A level and a program's section, one behind the other with a 0 between: what starts has no
 * generation below the level's, a level is not lower than itself, and texts are clean. */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "boot/sbat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_level(const struct sbat *level)
{
	char text[128];

	sbat_text(level, text, sizeof(text));
	check(text[0] && text_is_utf8(bytes_of_text(text)));
	check(level->count <= SBAT_MAX_COMPONENTS);
	for (size_t i = 0; i < level->count; i++)
		check(text_is_utf8(bytes_of_text(level->components[i].name)));
	check(sbat_compare(level, level) == SBAT_CHANGED);
}

static bool has_lower(const struct sbat *level, const struct sbat *program)
{
	for (size_t i = 0; i < level->count; i++)
		for (size_t k = 0; k < program->count; k++)
			if (strcmp(level->components[i].name, program->components[k].name) == 0 &&
				program->components[k].generation < level->components[i].generation)
				return true;
	return level->has_sbat && program->has_sbat && program->generation < level->generation;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	struct sbat_component refused = {"", 0};
	struct sbat level, program;
	enum sbat_start start;

	sbat_read((struct bytes){data, len}, &level);
	sbat_read((struct bytes){data + len, size - len}, &program);
	check_level(&level);
	check_level(&program);
	start = sbat_judge(&level, &program, &refused);
	check((start == SBAT_REVOKED) == has_lower(&level, &program));
	check(start == SBAT_REVOKED || !refused.name[0]);
	check(start != SBAT_STARTS || (level.is_whole && program.is_whole));
	return 0;
}
