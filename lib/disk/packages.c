#include "disk/packages.h"

#include "disk/dpkg.h"
#include "disk/rpm.h"

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
