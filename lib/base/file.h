/* file.h - files below a directory that the caller opened: bounded reads, atomic writes, and no
 * links followed.
 *
 * `path` is relative to `dir_fd` and has no "..". All calls open with O_CLOEXEC. Errors: ERR_IO
 * with errno in `native`.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>
#include "base/buf.h"

enum file_links {
	FILE_NO_LINKS, /* a symbolic link anywhere in `path` is an error */
	/* only for files that distributions keep as links, e.g. etc/os-release */
	FILE_FOLLOW_LINKS,
};

/* Opens a directory by its absolute path. Links in it are followed: the caller trusts the path. */
int dir_open(const char *path, int *ret_fd, struct err *err) err_check;
/* Opens a directory below dir_fd and creates missing ones with `mode`. */
int dir_make(int dir_fd, const char *path, mode_t mode, int *ret_fd, struct err *err) err_check;

/* Opens a regular file for reading. Anything else in its place is refused, and a FIFO does not
 * block. */
int file_open(int dir_fd, const char *path, enum file_links links, int *ret_fd,
	struct err *err) err_check;
/* Reads a regular file to its end, whatever size stat returns (0 in securityfs). More than ret->max
 * bytes is ERR_FORMAT; native is ENOENT if the file does not exist. */
int file_read(int dir_fd, const char *path, enum file_links links, struct buf *ret,
	struct err *err) err_check;
/* Writes a temporary file, flushes it, renames it and flushes the directory: a reader sees the old
 * contents or the new ones. The temporary name is "." name ".<pid>.tmp" in the same directory. */
int file_write(int dir_fd, const char *path, struct bytes contents, mode_t mode,
	struct err *err) err_check;
/* Returns 0 also if it does not exist. */
int file_remove(int dir_fd, const char *path, struct err *err) err_check;
/* Whether a removal that failed with `error` found nothing to remove: a read-only file system
 * refuses without looking whether the file exists. Sets errno to `error`. */
bool file_is_absent(int dir_fd, const char *name, int error);
/* Whether a file of this name exists; a link counts as its target. Only ENOENT means no. Any other
 * failure is ERR_IO, since it leaves the question open. */
int file_find(int dir_fd, const char *path, bool *ret, struct err *err) err_check;
/* Whether all of them exist; the search ends at the first that does not. */
int file_find_all(
	int dir_fd, const char *const *paths, size_t count, bool *ret, struct err *err) err_check;

/* Locks an open file or folder, by flock(2), until the descriptor is closed or the process ends.
 * Native EWOULDBLOCK: somebody else held the lock until timeout_ms passed. */
int file_lock(int fd, int timeout_ms, struct err *err) err_check;

#endif
