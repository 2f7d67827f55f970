#include "foretell/place.h"

#include <string.h>
#include <strings.h>
#include "base/text.h"

static const char *const esp_places[] = {"boot/efi", "efi", "boot"};

/* Finds a path below one place, and whether another one there differs. */
static enum place find_below(const struct bootfiles *files, const char *place, const char *path,
	const struct bootfile **found)
{
	char whole[BOOTWALK_PATH_SIZE];

	if (!text_format(whole, sizeof(whole), "%s%s%s", place, place[0] ? "/" : "", path))
		return PLACE_ABSENT;
	for (char *c = whole; *c; c++)
		if (*c == '\\')
			*c = '/';
	for (size_t i = 0; i < files->count; i++) {
		const struct bootfile *file = &files->files[i];

		if (strcasecmp(file->path, whole) != 0)
			continue;
		if (*found && memcmp((*found)->digest.sha256, file->digest.sha256,
				      sizeof(file->digest.sha256)) != 0)
			return PLACE_TWICE;
		*found = file;
	}
	return *found ? PLACE_FOUND : PLACE_ABSENT;
}

const char *place_below_esp(const char *path)
{
	for (size_t i = 0; i < sizeof(esp_places) / sizeof(esp_places[0]); i++) {
		size_t len = strlen(esp_places[i]);

		if (strncmp(path, esp_places[i], len) == 0 &&
			strncasecmp(path + len, "/EFI/", strlen("/EFI/")) == 0)
			return path + len + 1;
	}
	return NULL;
}

static bool has_esp(const struct bootfiles *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (place_below_esp(files->files[i].path))
			return true;
	return false;
}

static enum place find_in(const struct bootfiles *files, const char *const *places, size_t count,
	const char *path, const struct bootfile **ret)
{
	enum place found = PLACE_ABSENT;

	*ret = NULL;
	while (*path == '/' || *path == '\\')
		path++;
	for (size_t i = 0; i < count && found != PLACE_TWICE; i++)
		found = find_below(files, places[i], path, ret);
	return found;
}

enum place place_on_esp(const struct bootfiles *files, const char *path, const struct bootfile **ret)
{
	enum place found =
		find_in(files, esp_places, sizeof(esp_places) / sizeof(esp_places[0]), path, ret);

	return found == PLACE_ABSENT && !has_esp(files) ? PLACE_NO_ESP : found;
}

enum place place_of_kernel(
	const struct bootfiles *files, const char *path, const struct bootfile **ret)
{
	static const char *const places[] = {"", "boot", "boot/efi", "efi"};

	return find_in(files, places, sizeof(places) / sizeof(places[0]), path, ret);
}

bool place_is_default(const char *path)
{
	return strncasecmp(path, "\\EFI\\BOOT\\BOOT", strlen("\\EFI\\BOOT\\BOOT")) == 0;
}
