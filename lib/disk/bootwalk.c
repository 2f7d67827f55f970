#include "disk/bootwalk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/text.h"

/* Patterns of paths. If the last part matches a folder, its files are visited, and folders below it
 * down to `floors` levels. */
static const struct place {
	const char *pattern;
	unsigned int floors;
} places[] = {
	{"usr/lib/shim", 0},
	{"usr/lib/grub/*-signed", 0},
	{"usr/lib/systemd/boot/efi", 0},
	{"usr/lib/efi", 4},
	{"usr/lib/linux/efi", 0},
	{"usr/lib/nullboot/shim", 0},
	{"usr/lib/bootupd/updates", 3},
	{"usr/lib/fwupd/efi", 0},
	{"usr/libexec/fwupd/efi", 0},
	{"usr/lib64/efi", 0},
	{"usr/share/efi", 1},
	{"usr/share/grub*/*-efi/*.efi", 0},
	{"usr/lib/modules/*/vmlinuz*", 0},
	{"lib/modules/*/vmlinuz*", 0},
	{"usr/lib/ostree-boot", 3},
	{"usr/boot", 1},
	{"usr/share/grub*/*.pf2", 0},
	{"boot", 6},
	{"efi", 6},
};

struct walk {
	struct bootwalk_visitor visitor;
	unsigned int files, entries;
	struct err gap; /* the first one only */
	char path[BOOTWALK_PATH_SIZE]; /* of the current folder or file */
};

static int open_folder(int dir_fd, const char *name)
{
	return openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void keep_unread_gap(struct walk *walk, const char *name)
{
	if (walk->gap.code == ERR_OK)
		err_fill(&walk->gap, ERR_IO, (unsigned long)errno,
			"'/%.100s%s%.40s' cannot be read: %m.", walk->path,
			walk->path[0] && name[0] ? "/" : "", name);
}

static void keep_limit_gap(struct walk *walk, const char *what, unsigned int limit)
{
	if (walk->gap.code == ERR_OK)
		err_fill(&walk->gap, ERR_IO, 0,
			"There are more than %u %s where boot files live, e.g. in '/%.80s'.", limit,
			what, walk->path);
}

/* Appends "/name" to the path; false if it is too long. */
static bool append_path(struct walk *walk, const char *name)
{
	size_t len = strlen(walk->path), more = strlen(name);
	size_t slash = len ? 1 : 0;

	if (len + slash + more >= sizeof(walk->path)) {
		if (walk->gap.code == ERR_OK)
			err_fill(&walk->gap, ERR_IO, 0,
				"In '/%.80s' is a path of more than %u bytes.", walk->path,
				BOOTWALK_PATH_SIZE - 1);
		return false;
	}
	if (slash)
		walk->path[len] = '/';
	memcpy(walk->path + len + slash, name, more + 1);
	return true;
}

static void cut_path(struct walk *walk, size_t len)
{
	walk->path[len] = '\0';
}

static void visit_file(struct walk *walk, int dir_fd, const char *name, const struct stat *info)
{
	if (!walk->visitor.visit || text_ends_with(name, ".mod"))
		return;
	if (++walk->files > BOOTWALK_MAX_FILES) {
		keep_limit_gap(walk, "files", BOOTWALK_MAX_FILES);
		return;
	}
	walk->visitor.visit(walk->visitor.context,
		&(struct bootwalk_file){
			.path = walk->path, .dir_fd = dir_fd, .name = name, .info = info});
}

/* What to visit in a folder: names that match `pattern` up to its next slash, then the rest of the
 * pattern below them. Without a pattern: everything, `floors` levels deep. */
struct wanted {
	const char *pattern; /* "": everything */
	unsigned int floors;
};

static void visit_folder(
	struct walk *walk, int parent_fd, const char *name, const struct wanted *wanted);

static void visit_entry(struct walk *walk, int dir_fd, const char *name, const struct wanted *wanted)
{
	size_t len = strlen(walk->path), part = strcspn(wanted->pattern, "/");
	const char *rest = wanted->pattern + part + (wanted->pattern[part] == '/');
	struct stat info;

	if (fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			keep_unread_gap(walk, name);
		return;
	}
	if (!append_path(walk, name))
		return;
	if (S_ISREG(info.st_mode) && rest[0] == '\0')
		visit_file(walk, dir_fd, name, &info);
	else if (S_ISDIR(info.st_mode) && wanted->pattern[0])
		visit_folder(walk, dir_fd, name, &(struct wanted){rest, wanted->floors});
	else if (S_ISDIR(info.st_mode) && wanted->floors)
		visit_folder(walk, dir_fd, name, &(struct wanted){"", wanted->floors - 1});
	cut_path(walk, len);
}

static bool is_wanted(const char *name, const struct wanted *wanted)
{
	char part[BOOTWALK_PATH_SIZE];
	size_t len = strcspn(wanted->pattern, "/");

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (wanted->pattern[0] == '\0')
		return true;
	(void)text_format(part, sizeof(part), "%.*s", (int)len, wanted->pattern);
	return fnmatch(part, name, FNM_PERIOD) == 0;
}

/* Returns NULL at the end with errno 0. */
static struct dirent *read_entry(DIR *dir)
{
	errno = 0;
	return readdir(dir);
}

/* A folder that is absent or a link is no gap; one that cannot be read is. */
static void visit_folder(
	struct walk *walk, int parent_fd, const char *name, const struct wanted *wanted)
{
	int fd = open_folder(parent_fd, name);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0 || (errno != ENOENT && errno != ENOTDIR && errno != ELOOP))
			keep_unread_gap(walk, "");
		fd_cleanup(&fd);
		return;
	}
	if (walk->visitor.visit_folder)
		walk->visitor.visit_folder(walk->visitor.context, dirfd(dir));
	for (struct dirent *entry = read_entry(dir); entry; entry = read_entry(dir)) {
		if (++walk->entries > BOOTWALK_MAX_ENTRIES) {
			keep_limit_gap(walk, "entries", BOOTWALK_MAX_ENTRIES);
			break;
		}
		if (is_wanted(entry->d_name, wanted))
			visit_entry(walk, dirfd(dir), entry->d_name, wanted);
	}
	if (errno)
		keep_unread_gap(walk, "");
	(void)closedir(dir);
}

/* Opens the parts without wildcards directly: usr/lib has thousands of entries to search. */
static void visit_place(struct walk *walk, int dir_fd, const struct wanted *wanted)
{
	size_t part = strcspn(wanted->pattern, "/"), len = strlen(walk->path);
	const char *rest = wanted->pattern + part + (wanted->pattern[part] == '/');
	char name[BOOTWALK_PATH_SIZE];
	auto_cleanup(fd) int fd = -1;

	if (wanted->pattern[0] == '\0' || memchr(wanted->pattern, '*', part)) {
		visit_folder(walk, dir_fd, ".", wanted);
		return;
	}
	(void)text_format(name, sizeof(name), "%.*s", (int)part, wanted->pattern);
	fd = open_folder(dir_fd, name);
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
			keep_unread_gap(walk, name);
		return;
	}
	if (append_path(walk, name))
		visit_place(walk, fd, &(struct wanted){rest, wanted->floors});
	cut_path(walk, len);
}

void bootwalk(int root_fd, struct bootwalk_visitor visitor, struct err *ret_gap)
{
	struct walk walk = {.visitor = visitor};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		visit_place(&walk, root_fd, &(struct wanted){places[i].pattern, places[i].floors});
	*ret_gap = walk.gap;
}
