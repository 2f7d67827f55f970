/* bootfiles.h - the boot files on the VM's disks now, with their digests. What was digested once is
 * not read again while it holds still: a look without change costs a stat of each file.
 *
 * "Still" means the same path, device, inode, size, time of writing and time of change. Who can
 * write to the raw disk can deceive that, and whoever is root can write both a boot file and a
 * package's record: what is found here explains a change, and proves nothing. */
#ifndef DISK_BOOTFILES_H
#define DISK_BOOTFILES_H

#include "disk/bootwalk.h"
#include "disk/filedigest.h"

#define BOOTFILES_MAX_FILE_BYTES (512u << 20)
/* digested in one look; the rest is left for the next */
#define BOOTFILES_MAX_LOOK_BYTES (1024u << 20)
#define BOOTFILES_STAMP_SIZE     16

struct bootfile {
	char path[BOOTWALK_PATH_SIZE]; /* below the root, without a leading slash */
	uint64_t size;
	int64_t written_s; /* Unix time */
	/* of its contents, name or rights, which nobody sets as he likes; at least written_s */
	int64_t changed_s;
	uint8_t stamp[BOOTFILES_STAMP_SIZE]; /* changes when the file may have changed */
	struct filedigest digest;
	int64_t seen_s; /* first look that found these bytes at this path */
	bool is_new; /* that look was in this boot */
};

struct bootfiles {
	size_t count;
	struct bootfile *files; /* owned; by path */
	/* code ERR_OK, or ERR_IO: the first thing that could not be read, or met a limit */
	struct err gap;
	uint64_t bytes_read; /* by the look that made this list */
	bool has_changed; /* it differs from what was known before that look */
};

void bootfiles_done(struct bootfiles *files);
static inline void bootfiles_cleanup(struct bootfiles *files)
{
	bootfiles_done(files);
}

/* known: of the last look, may be empty. Files that cannot be read are left out. ERR_NO_MEMORY. */
int bootfiles_look(int root_fd, const struct bootfiles *known, int64_t now_s, struct bootfiles *ret,
	struct err *err) err_check;

/* NULL if there is none. */
const struct bootfile *bootfiles_find(const struct bootfiles *files, const char *path);
/* For lists that are made in any order. Of the same path twice one stays. */
void bootfiles_sort(struct bootfiles *files);

/* Opened, and it holds still since `file` was found; ERR_IO otherwise. */
int bootfiles_open(int root_fd, const struct bootfile *file, int *ret_fd, struct err *err) err_check;

#endif
