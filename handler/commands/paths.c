/* paths.c - opens what the user names by a path: a file, standard input as "-", a machine. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/pem.h"
#include "commands.h"

/* Errors of the user's paths get their own code, since their remedy differs from that of the
 * program's files. */
static int recode_as_input(struct err *err)
{
	err->code = err->code == ERR_IO ? ERR_INPUT : err->code;
	return -1;
}

static int read_standard_input(struct buf *ret, struct err *err)
{
	uint8_t chunk[8192];
	ssize_t got;

	while ((got = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, ERR_INPUT, (unsigned long)errno,
				"Standard input cannot be read: %m.");
		if (buf_append(ret, chunk, (size_t)got, err) < 0)
			return err_wrap(err, "Standard input");
	}
	return 0;
}

int read_input(const char *path, struct buf *ret, struct err *err)
{
	if (strcmp(path, "-") == 0)
		return read_standard_input(ret, err);
	return file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, ret, err) < 0 ? recode_as_input(err) : 0;
}

int read_pem(const char *path, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf file = buf_with_max(ret->max);

	if (read_input(path, &file, err) == 0 && pem_of_file(buf_bytes(&file), ret, err) == 0)
		return 0;
	err->code = err->code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_CA_FILE;
	return -1;
}

int open_root(const char *path, int *ret_fd, struct err *err)
{
	return dir_open(path ? path : "/", ret_fd, err) < 0 ? recode_as_input(err) : 0;
}

/* Refuses a name that belongs to something else than a file: writing replaces it, and must not
 * write through a link. */
static int refuse_other_than_file(int folder, const char *name, const char *path, struct err *err)
{
	struct stat info;
	const char *what = "no file but a device or pipe";

	if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : err_set(err, ERR_IO, (unsigned long)errno,
						 "'%s' cannot be looked at: %m.", path);
	if (S_ISREG(info.st_mode))
		return 0;
	if (S_ISDIR(info.st_mode))
		what = "a folder";
	if (S_ISLNK(info.st_mode))
		what = "a symbolic link";
	return err_set(err, ERR_USAGE, 0,
		"'%s' is %s, and is left as it is: name a file, or '-' for standard output.", path,
		what);
}

int write_private(const char *path, struct bytes contents, struct err *err)
{
	auto_cleanup(free) char *for_folder = strdup(path);
	auto_cleanup(free) char *for_name = strdup(path);
	auto_cleanup(fd) int folder = -1;

	if (!for_folder || !for_name)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a path.");
	if (dir_open(dirname(for_folder), &folder, err) < 0 ||
		refuse_other_than_file(folder, basename(for_name), path, err) < 0)
		return -1;
	return file_write(folder, basename(for_name), contents, 0600, err);
}
