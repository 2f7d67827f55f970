#include "setup/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"

static const char *const programs[] = {"guest-attest", "monitor"};

/* In the order in which they are tried. `parent` may be a link (/opt is one on image-based
 * distributions); the folders below it belong to the extension and are never links. */
static const struct place {
	const char *parent, *folder;
} places[] = {
	{"opt", "guest-attestation"},
	{"var/lib", "guest-attestation/programs"},
};
static const struct place packaged = {"usr/lib", "guest-attestation"};

#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))
#define PLACE_COUNT   (sizeof(places) / sizeof(places[0]))

static int fail_at(const struct place *place, const char *name, const char *what, struct err *err)
{
	return err_set(err, ERR_IO, (unsigned long)errno, "Folder '/%s/%s%s%s' cannot be %s: %m.",
		place->parent, place->folder, name[0] ? "/" : "", name, what);
}

/* -1 with errno. */
static int open_parent(int root_fd, const struct place *place)
{
	return openat(root_fd, place->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* *ret_fd: -1 if the folder does not exist. */
static int open_place(int root_fd, const struct place *place, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int parent = open_parent(root_fd, place);

	*ret_fd = parent < 0 ? -1
			     : openat(parent, place->folder,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd >= 0 || errno == ENOENT ? 0 : fail_at(place, "", "opened", err);
}

static int make_folder(
	int root_fd, const struct place *place, const char *version, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int parent = open_parent(root_fd, place);
	char path[PROGRAMS_PATH_SIZE];

	if (!text_format(path, sizeof(path), "%s/%s", place->folder, version))
		return err_set(err, ERR_INTERNAL, 0, "Version '%s' is too long.", version);
	if (parent < 0 && errno == ENOENT &&
		dir_make(root_fd, place->parent, 0755, &parent, err) < 0) {
		errno = (int)err->native;
		return fail_at(place, version, "made", err);
	}
	if (parent < 0)
		return fail_at(place, "", "opened", err);
	if (dir_make(parent, path, 0755, ret_fd, err) == 0)
		return 0;
	errno = (int)err->native;
	return fail_at(place, version, "made", err);
}

/* One program under all names: by its name it knows what to be. */
static int copy_programs(int from_fd, int to_fd, struct err *err)
{
	auto_cleanup(buf) struct buf program = buf_with_max(PROGRAMS_MAX_BYTES);

	if (file_read(from_fd, programs[0], FILE_NO_LINKS, &program, err) < 0)
		return err_wrap(err, "Package");
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		tree_sweep(to_fd, programs[i]);
		if (file_write(to_fd, programs[i], buf_bytes(&program), 0755, err) < 0)
			return -1;
	}
	return 0;
}

/* Programs on a read-only file system may be older ones, and execve(2) fails on a file system that
 * is mounted noexec. */
static int check_mount(int fd, const struct place *place, struct err *err)
{
	struct statvfs info;

	if (fstatvfs(fd, &info) < 0)
		return fail_at(place, "", "looked at", err);
	if (info.f_flag & (ST_RDONLY | ST_NOEXEC))
		return err_set(err, ERR_IO, EROFS, "The file system of '/%s/%s' is mounted %s.",
			place->parent, place->folder,
			info.f_flag & ST_RDONLY ? "read-only" : "noexec");
	return 0;
}

static int install_at(
	int root_fd, const struct place *place, int from_fd, const char *version, struct err *err)
{
	auto_cleanup(fd) int folder = -1;

	if (make_folder(root_fd, place, version, &folder, err) < 0 ||
		check_mount(folder, place, err) < 0)
		return -1;
	return copy_programs(from_fd, folder, err);
}

/* Also removes the place itself if it contains no other version. */
static int remove_version(int root_fd, const struct place *place, const char *version, struct err *err)
{
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(fd) int parent = -1;

	if (open_place(root_fd, place, &folder, err) < 0)
		return -1;
	if (folder < 0)
		return 0;
	if (tree_remove(folder, version, err) < 0)
		return err_wrap(err, "Folder '/%s/%s'", place->parent, place->folder);
	parent = open_parent(root_fd, place);
	if (parent < 0 || (unlinkat(parent, place->folder, AT_REMOVEDIR) < 0 &&
				  errno != ENOTEMPTY && errno != EEXIST))
		return fail_at(place, "", "removed", err);
	return 0;
}

int programs_install(int root_fd, int from_fd, const char *version, struct err *err)
{
	struct err first, ignored;

	if (install_at(root_fd, &places[0], from_fd, version, err) == 0)
		return 0;
	if (err->native != EROFS)
		return err_wrap(err, "Installation");
	first = *err;
	/* on a noexec file system the programs were copied: remove them */
	(void)!remove_version(root_fd, &places[0], version, &ignored);
	if (install_at(root_fd, &places[1], from_fd, version, err) == 0)
		return 0;
	return err_wrap(err, "Installation: %s", first.msg);
}

/* On a file system that was mounted noexec since they were installed, programs cannot be started,
 * as if they were absent. */
static bool is_noexec(int root_fd, const struct place *place)
{
	auto_cleanup(fd) int parent = open_parent(root_fd, place);
	struct statvfs info;

	return parent >= 0 && fstatvfs(parent, &info) == 0 && (info.f_flag & ST_NOEXEC);
}

/* A link or a pipe in a program's place is none: install puts the program there. A package may link
 * one name to the other. */
static bool is_program(int root_fd, const struct place *place, const char *path)
{
	int links = place == &packaged ? 0 : O_NOFOLLOW;
	auto_cleanup(fd) int fd = openat(root_fd, path, O_PATH | O_CLOEXEC | links);
	struct stat info;

	return fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

static int find_at(int root_fd, const struct place *place, const char *version,
	char ret[PROGRAMS_PATH_SIZE], struct err *err)
{
	char paths[PROGRAM_COUNT][PROGRAMS_PATH_SIZE + 32];
	const char *all[PROGRAM_COUNT];
	bool is_found;

	if (!text_format(ret, PROGRAMS_PATH_SIZE, "/%s/%s/%s", place->parent, place->folder, version))
		return err_set(err, ERR_INTERNAL, 0, "Version '%s' is too long.", version);
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		all[i] = paths[i];
		(void)text_format(paths[i], sizeof(paths[i]), "%s/%s", ret + 1, programs[i]);
	}
	if (file_find_all(root_fd, all, PROGRAM_COUNT, &is_found, err) < 0)
		return -1;
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		is_found = is_found && is_program(root_fd, place, paths[i]);
	if (!is_found || is_noexec(root_fd, place))
		ret[0] = '\0';
	return 0;
}

int programs_find(int root_fd, const char *home, const char *version, char ret[PROGRAMS_PATH_SIZE],
	struct err *err)
{
	char path[PROGRAMS_PATH_SIZE] = "";

	if (strcmp(home, PROGRAMS_PACKAGED) == 0)
		return find_at(root_fd, &packaged, version, ret, err);
	for (size_t i = 0; i < PLACE_COUNT && !path[0]; i++)
		if (find_at(root_fd, &places[i], version, path, err) < 0)
			return -1;
	(void)text_format(ret, PROGRAMS_PATH_SIZE, "%s", path);
	return 0;
}

bool programs_are_at(const char *path)
{
	char place[PROGRAMS_PATH_SIZE];

	for (size_t i = 0; i < PLACE_COUNT; i++) {
		(void)text_format(
			place, sizeof(place), "/%s/%s/", places[i].parent, places[i].folder);
		if (strncmp(path, place, strlen(place)) == 0)
			return true;
	}
	return false;
}

int programs_remove_others(int root_fd, const char *version, struct err *err)
{
	const char *const except[] = {version, NULL};

	for (size_t i = 0; i < PLACE_COUNT; i++) {
		auto_cleanup(fd) int folder = -1;

		if (open_place(root_fd, &places[i], &folder, err) < 0 ||
			(folder >= 0 && tree_clear(folder, except, err) < 0))
			return -1;
	}
	return 0;
}

static int remove_all_versions(int root_fd, const struct place *place, struct err *err)
{
	auto_cleanup(fd) int parent = open_parent(root_fd, place);

	if (parent < 0)
		return errno == ENOENT ? 0 : fail_at(place, "", "opened", err);
	return tree_remove(parent, place->folder, err) == 0
		       ? 0
		       : err_wrap(err, "Folder '/%s/%s'", place->parent, place->folder);
}

int programs_remove(int root_fd, const char *version, struct err *err)
{
	for (size_t i = 0; i < PLACE_COUNT; i++)
		if ((version ? remove_version(root_fd, &places[i], version, err)
			     : remove_all_versions(root_fd, &places[i], err)) < 0)
			return -1;
	return 0;
}
