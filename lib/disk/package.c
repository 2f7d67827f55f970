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

const char *package_esp_path(const char *path)
{
	static const char *const folders[] = {"usr/lib/bootupd/updates/", "usr/lib/ostree-boot/efi/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (bytes_start_with(bytes_of_text(path), folders[i]))
			return path + strlen(folders[i]);
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
