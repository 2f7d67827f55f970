/* files.c - what the commands read and write: a file, or standard input where '-' stands for it. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include "base/file.h"
#include "commands.h"

static int read_standard_input(struct buf *ret, struct err *err)
{
	uint8_t chunk[16384];
	ssize_t got;

	while ((got = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(
				err, ERR_IO, (unsigned long)errno, "Standard input cannot be read: %m.");
		if (buf_append(ret, chunk, (size_t)got, err) < 0)
			return err_wrap(err, "Standard input");
	}
	return 0;
}

int read_input(const char *path, struct buf *ret, struct err *err)
{
	if (strcmp(path, "-") == 0)
		return read_standard_input(ret, err);
	return file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, ret, err);
}

int write_private(const char *path, struct bytes contents, struct err *err)
{
	auto_cleanup(free) char *for_folder = strdup(path);
	auto_cleanup(free) char *for_name = strdup(path);
	auto_cleanup(fd) int folder = -1;

	if (!for_folder || !for_name)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a path.");
	if (dir_open(dirname(for_folder), &folder, err) < 0)
		return -1;
	return file_write(folder, basename(for_name), contents, 0600, err);
}
