#include "disk/packages.h"

#include <string.h>
#include "disk/dpkg.h"
#include "disk/rpm.h"

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

int packages_find(int root_fd, bool *ret, struct err *err)
{
	bool has_dpkg, has_rpm;

	if (dpkg_find(root_fd, &has_dpkg, err) < 0 || rpm_find(root_fd, &has_rpm, err) < 0)
		return -1;
	*ret = has_dpkg || has_rpm;
	return 0;
}

static int ask_dpkg(
	int root_fd, const struct bootfile *file, struct package_answer *ret, struct err *err)
{
	bool is_found;

	if (dpkg_find(root_fd, &is_found, err) < 0)
		return -1;
	return is_found ? dpkg_ask(root_fd, file, ret, err) : 0;
}

static int ask_rpm(
	int root_fd, const struct bootfile *file, struct package_answer *ret, struct err *err)
{
	bool is_found;

	if (rpm_find(root_fd, &is_found, err) < 0)
		return -1;
	return is_found ? rpm_ask(root_fd, file, ret, err) : 0;
}

int packages_ask(int root_fd, const struct bootfile *file, struct package_answer *ret, struct err *err)
{
	struct package_answer answer = {0};

	if (ask_dpkg(root_fd, file, &answer, err) < 0)
		return err_wrap(err, "dpkg's records");
	if (answer.word != PACKAGE_SAME && ask_rpm(root_fd, file, &answer, err) < 0)
		return err_wrap(err, "rpm's records");
	*ret = answer;
	return 0;
}
