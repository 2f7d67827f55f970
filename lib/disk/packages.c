#include "disk/packages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "disk/dpkg.h"
#include "disk/rpm.h"

static const struct {
	const char *name;
	int (*find)(int root_fd, bool *ret, struct err *err);
	int (*ask)(int root_fd, const struct bootfile *file, struct package_answer *ret,
		struct err *err);
} managers[] = {{"dpkg", dpkg_find, dpkg_ask}, {"rpm", rpm_find, rpm_ask}};

#define MANAGERS (sizeof(managers) / sizeof(managers[0]))

int packages_find(int root_fd, bool *ret, struct err *err)
{
	bool is_found, is_any = false;

	for (size_t i = 0; i < MANAGERS; i++) {
		if (managers[i].find(root_fd, &is_found, err) < 0)
			return -1;
		is_any |= is_found;
	}
	*ret = is_any;
	return 0;
}

int packages_ask(int root_fd, const struct bootfile *file, struct package_answer *ret, struct err *err)
{
	struct package_answer answer = {0};
	bool is_found;

	for (size_t i = 0; i < MANAGERS && answer.word != PACKAGE_SAME; i++)
		if (managers[i].find(root_fd, &is_found, err) < 0 ||
			(is_found && managers[i].ask(root_fd, file, &answer, err) < 0))
			return err_wrap(err, "%s's records", managers[i].name);
	*ret = answer;
	return 0;
}

/* dpkg renames its status file at each step, and rpm's database makes files beside itself when it
 * is written: both change their folder. */
static int add_stamp(int root_fd, const char *path, struct crypto_stream *stream, struct err *err)
{
	auto_cleanup(fd) int fd =
		openat(root_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info = {0};
	uint64_t numbers[6];

	/* what a link leads to is listed by its own name */
	if ((fd < 0 && errno != ENOENT && errno != ELOOP) || (fd >= 0 && fstat(fd, &info) < 0))
		return err_set(err, ERR_IO, (unsigned long)errno, "'/%s' cannot be read: %m.", path);
	numbers[0] = (uint64_t)info.st_ino;
	numbers[1] = (uint64_t)info.st_size;
	numbers[2] = (uint64_t)info.st_mtim.tv_sec;
	numbers[3] = (uint64_t)info.st_mtim.tv_nsec;
	numbers[4] = (uint64_t)info.st_ctim.tv_sec;
	numbers[5] = (uint64_t)info.st_ctim.tv_nsec;
	crypto_stream_add(stream, (struct bytes){(const uint8_t *)numbers, sizeof(numbers)});
	return 0;
}

int packages_stamp(int root_fd, uint8_t ret[CRYPTO_SHA256_SIZE], struct err *err)
{
	static const char *const places[] = {"var/lib/dpkg", "var/lib/dpkg/status",
		"var/lib/dpkg/info", "var/lib/rpm", "var/lib/rpm/rpmdb.sqlite",
		"usr/lib/sysimage/rpm", "usr/lib/sysimage/rpm/rpmdb.sqlite", "usr/share/rpm"};
	auto_cleanup(crypto_stream) struct crypto_stream *stream = NULL;

	if (crypto_stream_open(CRYPTO_STREAM_SHA256, &stream, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (add_stamp(root_fd, places[i], stream, err) < 0)
			return -1;
	crypto_stream_finish(stream, ret);
	return 0;
}
