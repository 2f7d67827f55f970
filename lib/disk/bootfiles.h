/* bootfiles.h - the boot files on the VM's disks now, with their digests. A file that was digested
 * once is read again only if it may have changed, so a look without changes costs one stat per
 * file.
 *
 * "Unchanged" means the same path, device, inode, size, time of writing and time of change. Whoever
 * can write to the raw disk can forge that, and root can write both a boot file and a package's
 * record. So these files can explain a change, but prove nothing. */
#ifndef DISK_BOOTFILES_H
#define DISK_BOOTFILES_H

#include "disk/bootwalk.h"
#include "disk/filedigest.h"

#define BOOTFILES_MAX_FILE_BYTES (512u << 20)
/* bytes digested in one look; the next look continues */
#define BOOTFILES_MAX_LOOK_BYTES (1024u << 20)
#define BOOTFILES_STAMP_SIZE     16

struct bootfile {
	char path[BOOTWALK_PATH_SIZE]; /* below the root, without a leading slash */
	uint64_t size;
	int64_t written_s; /* Unix time */
	/* last change of contents, name or rights, which no program can set freely; at least
	 * written_s */
	int64_t changed_s;
	uint8_t stamp[BOOTFILES_STAMP_SIZE]; /* differs if the file may have changed */
	struct filedigest digest;
	int64_t seen_s; /* first look that found these bytes at this path */
	bool is_new; /* that look was made in this boot */
};

struct bootfiles {
	size_t count;
	struct bootfile *files; /* owned; sorted by path */
	/* code ERR_OK, or ERR_IO with the first file that could not be read or exceeded a limit */
	struct err gap;
	uint64_t bytes_read; /* read by the look that made this list */
	bool has_changed; /* the list differs from the one before that look */
};

void bootfiles_done(struct bootfiles *files);
static inline void bootfiles_cleanup(struct bootfiles *files)
{
	bootfiles_done(files);
}

/* known: the list of the last look, may be empty. Files that cannot be read are left out.
 * ERR_NO_MEMORY. */
int bootfiles_look(int root_fd, const struct bootfiles *known, int64_t now_s, struct bootfiles *ret,
	struct err *err) err_check;

/* The last part of its path. */
const char *bootfile_name(const struct bootfile *file);

/* Looks up a path; NULL if it is not listed. */
const struct bootfile *bootfiles_find(const struct bootfiles *files, const char *path);
/* Sorts a list by path and keeps one entry of each path. */
void bootfiles_sort(struct bootfiles *files);

/* Opens the file if it is unchanged since `file` was listed; else ERR_IO. */
int bootfiles_open(int root_fd, const struct bootfile *file, int *ret_fd, struct err *err) err_check;

#endif
