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

bool package_path_is(struct bytes recorded, const char *path)
{
	return bytes_equal(without_usr(recorded), without_usr(bytes_of_text(path)));
}
