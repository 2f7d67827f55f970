/* file.h - files below a directory that the caller opened: capped reads, atomic writes, no links
 * followed.
 *
 * `path` is relative to `dir_fd`, without "..". All calls open with O_CLOEXEC. ERR_IO with errno in
 * `native`.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>
#include "base/buf.h"

enum file_links {
	FILE_NO_LINKS, /* a symbolic link anywhere in `path` is an error                       */
	/* only for what the system itself keeps as a link, e.g. etc/os-release */
	FILE_FOLLOW_LINKS,
};

/* Open a directory by its absolute path (the caller trusts the path: links in it are followed). */
int dir_open(const char *path, int *ret_fd, struct err *err) err_check;
/* Open a directory below dir_fd, creating the missing ones with `mode`. */
int dir_make(int dir_fd, const char *path, mode_t mode, int *ret_fd, struct err *err) err_check;

/* Open a regular file for reading; opening anything else in its place neither blocks nor
 * succeeds. */
int file_open(int dir_fd, const char *path, enum file_links links, int *ret_fd,
	struct err *err) err_check;
/* Reads to the end of file whatever stat says (securityfs says 0). More than ret->max bytes is
 * ERR_FORMAT; a file that does not exist has native == ENOENT. Only regular files. */
int file_read(int dir_fd, const char *path, enum file_links links, struct buf *ret,
	struct err *err) err_check;
/* Temporary file, write, fsync, rename, fsync of the directory: a reader sees the old or the new
 * contents. The temporary name is "." name ".<pid>.tmp" in the same directory. */
int file_write(int dir_fd, const char *path, struct bytes contents, mode_t mode,
	struct err *err) err_check;
/* 0 also if it does not exist. */
int file_remove(int dir_fd, const char *path, struct err *err) err_check;
/* Whether a removal that failed with `error` found nothing to remove: a read-only file system
 * refuses before it looks. errno stays as it is. */
bool file_is_absent(int dir_fd, const char *name, int error);
/* Whether something has this name; a link stands for what it leads to. Only ENOENT means no, and
 * what else keeps from looking is ERR_IO: it is no answer. */
int file_find(int dir_fd, const char *path, bool *ret, struct err *err) err_check;
/* Whether all of them are there; looking ends at the first that is not. */
int file_find_all(
	int dir_fd, const char *const *paths, size_t count, bool *ret, struct err *err) err_check;

#endif
