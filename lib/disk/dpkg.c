#include "disk/dpkg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"

#define INFO_FOLDER       "var/lib/dpkg/info"
#define STATUS_FILE       "var/lib/dpkg/status"
#define MD5SUMS_MAX_BYTES (64u << 20) /* google-cloud-cli has 5 MB, a kernel 0.4 MB */
#define MD5SUMS_PIECE     (64u << 10) /* a line is a digest and a path: below 4200 bytes */
#define STATUS_MAX_BYTES  (16u << 20)
#define MD5SUMS_MAX_FILES 20000
#define MD5SUMS_NAME_END  ".md5sums"
#define HEX_SIZE          (2 * CRYPTO_MD5_SIZE)

int dpkg_find(int root_fd, bool *ret, struct err *err)
{
	return file_find_all(root_fd, (const char *const[]){INFO_FOLDER, STATUS_FILE}, 2, ret, err);
}

bool dpkg_find_digest(struct bytes md5sums, const char *path, uint8_t ret[CRYPTO_MD5_SIZE])
{
	struct bytes line;
	struct err ignored;

	while (bytes_next_line(&md5sums, &line)) {
		struct bytes name = {line.data + HEX_SIZE + 2, line.len - HEX_SIZE - 2};

		if (line.len > HEX_SIZE + 2 && package_path_is(name, path) &&
			hex_decode((struct bytes){line.data, HEX_SIZE}, ret, CRYPTO_MD5_SIZE,
				&ignored) == 0)
			return true;
	}
	return false;
}

/* Reads the file in pieces, because the list of a package with 40000 files would take too much
 * memory. *ret_is_found false: the path is not listed. */
static int find_in_file(
	int fd, const char *path, uint8_t ret[CRYPTO_MD5_SIZE], bool *ret_is_found, struct err *err)
{
	auto_cleanup(free) uint8_t *piece = calloc(1, MD5SUMS_PIECE);
	size_t len = 0, total = 0, left;
	const uint8_t *end;
	ssize_t got;

	if (!piece)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a package's list of files.");
	while ((got = read(fd, piece + len, MD5SUMS_PIECE - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"A package's list of files cannot be read: %m.");
		len += (size_t)got;
		total += (size_t)got;
		end = memrchr(piece, '\n', len); /* the rest is an incomplete line */
		left = end ? len - (size_t)(end - piece) - 1 : len;
		*ret_is_found = dpkg_find_digest((struct bytes){piece, len - left}, path, ret);
		if (*ret_is_found)
			return 0;
		if (total > MD5SUMS_MAX_BYTES || left == MD5SUMS_PIECE)
			return err_set(err, ERR_IO, 0, "A package's list of files is too long.");
		memmove(piece, piece + len - left, left);
		len = left;
	}
	*ret_is_found = dpkg_find_digest((struct bytes){piece, len}, path, ret);
	return 0;
}

/* Gets the value of a line "Field: value". */
static bool value_of(struct bytes line, const char *field, struct bytes *ret)
{
	size_t len = strlen(field);

	if (line.len < len + 2 || memcmp(line.data, field, len) != 0 || line.data[len] != ':' ||
		line.data[len + 1] != ' ')
		return false;
	*ret = (struct bytes){line.data + len + 2, line.len - len - 2};
	return true;
}

/* One paragraph of the status file. */
struct paragraph {
	struct bytes package, architecture, version, status;
};

/* Reads up to the next empty line; false at the end of the file. */
static bool next_paragraph(struct bytes *rest, struct paragraph *ret)
{
	struct bytes line;
	bool is_there = false;

	*ret = (struct paragraph){0};
	while (bytes_next_line(rest, &line)) {
		if (line.len == 0 && is_there)
			return true;
		is_there |= line.len > 0;
		if (!value_of(line, "Package", &ret->package) &&
			!value_of(line, "Architecture", &ret->architecture) &&
			!value_of(line, "Version", &ret->version))
			(void)value_of(line, "Status", &ret->status);
	}
	return is_there;
}

bool dpkg_find_version(struct bytes status, const char *package, char ret[PACKAGE_VERSION_SIZE],
	bool *ret_is_settled)
{
	size_t len = strcspn(package, ":");
	struct bytes name = {(const uint8_t *)package, len};
	struct bytes architecture = bytes_of_text(package[len] ? package + len + 1 : "");
	struct paragraph found;

	while (next_paragraph(&status, &found)) {
		if (!bytes_equal(found.package, name) ||
			(architecture.len && !bytes_equal(found.architecture, architecture)))
			continue;
		text_clean(ret, PACKAGE_VERSION_SIZE, found.version);
		*ret_is_settled = bytes_are_text(found.status, "install ok installed") ||
				  bytes_are_text(found.status, "hold ok installed");
		return true;
	}
	return false;
}

/* One search. The file is digested at most once, however many packages list it. */
struct search {
	int root_fd;
	DIR *info;
	const struct bootfile *file;
	bool has_md5;
	uint8_t md5[CRYPTO_MD5_SIZE];
};

static int find_md5(struct search *search, struct err *err)
{
	auto_cleanup(fd) int fd = -1;

	if (search->has_md5)
		return 0;
	if (bootfiles_open(search->root_fd, search->file, &fd, err) < 0 ||
		filedigest_md5(fd, search->md5, err) < 0)
		return -1;
	search->has_md5 = true;
	return 0;
}

static int64_t installed_at(int info_fd, const char *package)
{
	char name[PACKAGE_NAME_SIZE + 8];
	struct stat info;

	(void)text_format(name, sizeof(name), "%s.list", package);
	return fstatat(info_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_mtim.tv_sec : 0;
}

/* Adds the record of the package whose md5sums are in the file `name`. */
static int ask_package(
	struct search *search, const char *name, struct package_answer *ret, struct err *err)
{
	auto_cleanup(fd) int fd = -1;
	struct package_answer answer = {0};
	uint8_t recorded[CRYPTO_MD5_SIZE];
	bool is_found;

	if (file_open(dirfd(search->info), name, FILE_NO_LINKS, &fd, err) < 0)
		return err->native == ENOENT ? 0 : -1; /* removed meanwhile by an upgrade */
	if (find_in_file(fd, search->file->path, recorded, &is_found, err) < 0)
		return err_wrap(err, "%s", name);
	if (!is_found)
		return 0;
	if (find_md5(search, err) < 0)
		return -1;
	answer.word = memcmp(recorded, search->md5, sizeof(recorded)) == 0 ? PACKAGE_SAME
									   : PACKAGE_DIFFERS;
	if (!text_format(answer.package, sizeof(answer.package), "%.*s",
		    (int)(strlen(name) - strlen(MD5SUMS_NAME_END)), name))
		return 0;
	answer.installed_s = installed_at(dirfd(search->info), answer.package);
	package_answer_add(ret, &answer);
	return 0;
}

static int ask_all(struct search *search, struct package_answer *ret, struct err *err)
{
	unsigned int left = MD5SUMS_MAX_FILES;

	for (;;) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(search->info);
		if (!entry && errno)
			return err_set(err, ERR_IO, (unsigned long)errno,
				"'/%s' cannot be read: %m.", INFO_FOLDER);
		if (!entry)
			return 0;
		if (entry->d_name[0] == '.' || !text_ends_with(entry->d_name, MD5SUMS_NAME_END))
			continue;
		if (left-- == 0)
			return err_set(err, ERR_IO, 0, "There are too many packages.");
		if (ask_package(search, entry->d_name, ret, err) < 0)
			return -1;
		if (ret->word == PACKAGE_SAME)
			return 0;
	}
}

int dpkg_ask(int root_fd, const struct bootfile *file, struct package_answer *ret, struct err *err)
{
	int fd = openat(root_fd, INFO_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct search search = {.root_fd = root_fd, .file = file};
	auto_cleanup(buf) struct buf records = buf_with_max(STATUS_MAX_BYTES);
	struct package_answer answer = {0};
	int status;

	search.info = fd < 0 ? NULL : fdopendir(fd);
	if (!search.info) {
		fd_cleanup(&fd);
		return err_set(err, ERR_IO, (unsigned long)errno, "'/%s' cannot be read: %m.",
			INFO_FOLDER);
	}
	status = ask_all(&search, &answer, err);
	(void)closedir(search.info);
	if (status < 0 || answer.word == PACKAGE_SILENT)
		return status;
	if (file_read(root_fd, STATUS_FILE, FILE_NO_LINKS, &records, err) < 0)
		return -1;
	(void)dpkg_find_version(
		buf_bytes(&records), answer.package, answer.version, &answer.is_settled);
	package_answer_add(ret, &answer);
	return 0;
}
