#include "disk/package.h"

#include <string.h>

void package_answer_add(struct package_answer *known, const struct package_answer *answer)
{
	if (answer->word > known->word)
		*known = *answer;
}

static struct bytes without_usr(struct bytes path)
{
	if (path.len && path.data[0] == '/')
		path = (struct bytes){path.data + 1, path.len - 1};
	if (path.len > 7 && memcmp(path.data, "usr/lib", 7) == 0)
		path = (struct bytes){path.data + 4, path.len - 4};
	return path;
}

/* The rest of the path behind its first parts; NULL if it has not more. */
static const char *behind_parts(const char *path, unsigned int parts)
{
	while (path && parts--) {
		path = strchr(path, '/');
		path = path ? path + 1 : NULL;
	}
	return path;
}

const char *package_esp_path(const char *path)
{
	static const struct {
		const char *folder;
		unsigned int parts; /* below it, in front of the path */
	} moved[] = {
		{"usr/lib/bootupd/updates/", 0}, {"usr/lib/ostree-boot/efi/", 0},
		{"usr/lib/efi/", 2}, /* package and version */
	};

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++)
		if (bytes_start_with(bytes_of_text(path), moved[i].folder))
			return behind_parts(path + strlen(moved[i].folder), moved[i].parts);
	return NULL;
}

bool package_path_is(struct bytes recorded, const char *path)
{
	static const char esp[] = PACKAGE_ESP;
	const char *moved = package_esp_path(path);

	return bytes_equal(without_usr(recorded), without_usr(bytes_of_text(path))) ||
	       (moved && bytes_start_with(recorded, esp) &&
		       bytes_equal(bytes_behind(recorded, strlen(esp)), bytes_of_text(moved)));
}
