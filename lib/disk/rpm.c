#include "disk/rpm.h"

#include <string.h>
#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"
#include "base/child.h"

#define PROGRAM         "usr/bin/rpm"
#define ROOT            "/proc/self/fd/3/" /* the child's CHILD_ROOT_FD: works for any root folder */
#define TIMEOUT_MS      20000
#define ANSWER_MAX      (8u << 20) /* a kernel's package has 10000 files */
#define QUESTION_SIZE   (BOOTWALK_PATH_SIZE + 8)
#define MAX_SECONDS_LEN 18

/* *ret: the database's folder, or NULL if there is none. */
static int find_database(int root_fd, const char **ret, struct err *err)
{
	static const struct {
		const char *file, *folder;
	} places[] = {
		{"usr/share/rpm/rpmdb.sqlite", ROOT "usr/share/rpm"}, /* rpm-ostree */
		{"usr/lib/sysimage/rpm/rpmdb.sqlite", ROOT "usr/lib/sysimage/rpm"},
		{"usr/lib/sysimage/rpm/Packages.db", ROOT "usr/lib/sysimage/rpm"},
		{"var/lib/rpm/rpmdb.sqlite", ROOT "var/lib/rpm"},
		{"var/lib/rpm/Packages.db", ROOT "var/lib/rpm"},
		{"var/lib/rpm/Packages", ROOT "var/lib/rpm"},
	};
	bool is_found = false;

	*ret = NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !is_found; i++) {
		if (file_find(root_fd, places[i].file, &is_found, err) < 0)
			return -1;
		if (is_found)
			*ret = places[i].folder;
	}
	return 0;
}

int rpm_find(int root_fd, bool *ret, struct err *err)
{
	const char *database = NULL;
	bool has_program;

	if (file_find(root_fd, PROGRAM, &has_program, err) < 0 ||
		(has_program && find_database(root_fd, &database, err) < 0))
		return -1;
	*ret = database != NULL;
	return 0;
}

static int64_t number_of(struct bytes digits)
{
	int64_t number = 0;

	if (digits.len > MAX_SECONDS_LEN)
		return 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return 0;
		number = 10 * number + (digits.data[i] - '0');
	}
	return number;
}

static bool is_digest(struct bytes hex, const uint8_t *digest, size_t size)
{
	uint8_t recorded[CRYPTO_SHA256_SIZE];
	struct err ignored;

	return hex.len == 2 * size && hex_decode(hex, recorded, size, &ignored) == 0 &&
	       memcmp(recorded, digest, size) == 0;
}

void rpm_read(struct bytes text, const char *path, const uint8_t sha256[CRYPTO_SHA256_SIZE],
	const uint8_t md5[CRYPTO_MD5_SIZE], struct package_answer *ret)
{
	struct package_answer package = {0};
	struct bytes line;

	while (bytes_next_line(&text, &line)) {
		struct bytes mark = bytes_take_until(&line, ' ');

		if (bytes_are_text(mark, "P")) {
			package = (struct package_answer){.is_settled = true};
			text_clean(package.package, sizeof(package.package),
				bytes_take_until(&line, ' '));
			text_clean(package.version, sizeof(package.version),
				bytes_take_until(&line, ' '));
			package.installed_s = number_of(bytes_take_until(&line, ' '));
		} else if (bytes_are_text(mark, "F") && package.package[0]) {
			struct bytes digest = bytes_take_until(&line, ' ');

			if (digest.len == 0 || !package_path_is(line, path))
				continue;
			package.word = is_digest(digest, sha256, CRYPTO_SHA256_SIZE) ||
						       is_digest(digest, md5, CRYPTO_MD5_SIZE)
					       ? PACKAGE_SAME
					       : PACKAGE_DIFFERS;
			package_answer_add(ret, &package);
		}
	}
}

/* Queries all paths at which the file may be recorded (package_path_is), and rpm's own. rpm reports
 * those that no package owns, which does no harm, on its output if the file exists: so there is
 * output if the database can be read. */
static int query(int root_fd, const char *path, struct buf *ret, struct err *err)
{
	char program[] = ROOT PROGRAM, what[] = "-qf", database_option[] = "--dbpath", database[64];
	char format_option[] = "--queryformat", format[] = RPM_FORMAT, own[] = "/" PROGRAM;
	char merged[QUESTION_SIZE], other[QUESTION_SIZE];
	bool has_two = strncmp(path, "usr/lib/", 8) == 0;
	const char *folder, *moved = package_esp_path(path);
	char *const argv[] = {program, database_option, database, what, format_option, format, own,
		merged, has_two ? other : NULL, NULL};
	int exit_code;

	if (find_database(root_fd, &folder, err) < 0)
		return -1;
	if (!folder || !text_format(database, sizeof(database), "%s", folder) ||
		!text_format(merged, sizeof(merged), "/%s", path) ||
		!text_format(other, sizeof(other), "%s%s", moved ? PACKAGE_ESP : "",
			moved ? moved : path + (has_two ? 3 : 0)))
		return err_set(err, ERR_SERVICE, 0, "rpm cannot be asked.");
	if (child_run(&(struct child){.path = program,
			      .argv = argv,
			      .root_fd = root_fd,
			      .stream = CHILD_STDOUT,
			      .timeout_ms = TIMEOUT_MS},
		    ret, &exit_code, err) < 0)
		return -1;
	/* The exit code counts paths that no package owns, so it is an error only without output.
	 */
	if (exit_code != 0 && ret->len == 0)
		return err_set(err, ERR_SERVICE, (unsigned long)exit_code, "rpm ended with %d.",
			exit_code);
	return 0;
}

int rpm_ask(int root_fd, const struct bootfile *file, struct package_answer *ret, struct err *err)
{
	auto_cleanup(buf) struct buf output = buf_with_max(ANSWER_MAX);
	auto_cleanup(fd) int fd = -1;
	uint8_t md5[CRYPTO_MD5_SIZE];

	if (bootfiles_open(root_fd, file, &fd, err) < 0 || filedigest_md5(fd, md5, err) < 0 ||
		query(root_fd, file->path, &output, err) < 0)
		return -1;
	rpm_read(buf_bytes(&output), file->path, file->digest.sha256, md5, ret);
	return 0;
}
