#include "disk/bootfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/file.h"
#include "base/text.h"

void bootfiles_done(struct bootfiles *files)
{
	free(files->files);
	*files = (struct bootfiles){0};
}

static int compare_paths(const void *a, const void *b)
{
	const struct bootfile *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void bootfiles_sort(struct bootfiles *files)
{
	size_t kept = 0;

	if (files->count)
		qsort(files->files, files->count, sizeof(files->files[0]), compare_paths);
	for (size_t i = 0; i < files->count; i++)
		if (kept == 0 || strcmp(files->files[kept - 1].path, files->files[i].path) != 0)
			files->files[kept++] = files->files[i];
	files->count = kept;
}

const char *bootfile_name(const struct bootfile *file)
{
	const char *slash = strrchr(file->path, '/');

	return slash ? slash + 1 : file->path;
}

const struct bootfile *bootfiles_find(const struct bootfiles *files, const char *path)
{
	size_t low = 0, high = files->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(files->files[middle].path, path);

		if (order == 0)
			return &files->files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void make_stamp(const struct stat *info, uint8_t ret[BOOTFILES_STAMP_SIZE])
{
	const int64_t numbers[] = {(int64_t)info->st_dev, (int64_t)info->st_ino, info->st_size,
		info->st_mtim.tv_sec, info->st_mtim.tv_nsec, info->st_ctim.tv_sec,
		info->st_ctim.tv_nsec};
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256((struct bytes){(const uint8_t *)numbers, sizeof(numbers)}, digest);
	memcpy(ret, digest, BOOTFILES_STAMP_SIZE);
}

static bool has_stamp(int fd, const uint8_t stamp[BOOTFILES_STAMP_SIZE])
{
	uint8_t found[BOOTFILES_STAMP_SIZE];
	struct stat info;

	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
		return false;
	make_stamp(&info, found);
	return memcmp(found, stamp, sizeof(found)) == 0;
}

struct look {
	const struct bootfiles *known;
	int64_t now_s;
	struct bootfiles found;
	size_t capacity;
	struct err err; /* code ERR_NO_MEMORY: the look has failed */
};

/* A file that changes during the look is left to the next look. */
static int digest_file(const struct bootwalk_file *file, struct bootfile *found,
	struct bootfiles *all, struct err *err)
{
	auto_cleanup(fd) int fd = openat(file->dir_fd, file->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "it cannot be opened: %m.");
	if (found->size > BOOTFILES_MAX_FILE_BYTES)
		return err_set(err, ERR_IO, 0, "it is larger than %u MiB.",
			BOOTFILES_MAX_FILE_BYTES >> 20);
	if (found->size > BOOTFILES_MAX_LOOK_BYTES - all->bytes_read)
		return err_set(err, ERR_IO, 0,
			"%u MiB of others were read first; the next look goes on.",
			BOOTFILES_MAX_LOOK_BYTES >> 20);
	if (!has_stamp(fd, found->stamp))
		return err_set(err, ERR_IO, 0, "it changed meanwhile.");
	all->bytes_read += found->size;
	all->has_changed = true;
	return filedigest_read(fd, &found->digest, err);
}

static void keep_first_gap(struct look *look, const char *path, const struct err *why)
{
	if (look->found.gap.code == ERR_OK)
		err_fill(&look->found.gap, ERR_IO, why->native, "'/%.120s' was not read: %s", path,
			why->msg);
	if (why->code == ERR_NO_MEMORY)
		look->err = *why;
}

static struct bootfile *make_room(struct look *look)
{
	size_t capacity = look->capacity ? 2 * look->capacity : 64;
	struct bootfile *more;

	if (look->found.count < look->capacity)
		return &look->found.files[look->found.count];
	more = reallocarray(look->found.files, capacity, sizeof(*more));
	if (!more) {
		err_fill(&look->err, ERR_NO_MEMORY, 0, "No memory for the list of boot files.");
		return NULL;
	}
	look->found.files = more;
	look->capacity = capacity;
	return &more[look->found.count];
}

static void add_boot_file(void *context, const struct bootwalk_file *file)
{
	struct look *look = context;
	const struct bootfile *known = bootfiles_find(look->known, file->path);
	struct bootfile *found = look->err.code ? NULL : make_room(look);
	int64_t written_s = file->info->st_mtim.tv_sec, changed_s = file->info->st_ctim.tv_sec;
	struct err err;

	if (!found)
		return;
	*found = (struct bootfile){.size = (uint64_t)file->info->st_size,
		.written_s = written_s,
		/* FAT stores no time of change */
		.changed_s = changed_s > written_s ? changed_s : written_s,
		.seen_s = look->now_s,
		.is_new = true};
	(void)text_format(found->path, sizeof(found->path), "%s", file->path);
	make_stamp(file->info, found->stamp);
	if (strcmp(found->path, file->path) != 0 || strpbrk(found->path, "\"\\")) {
		err_fill(&err, ERR_IO, 0,
			"its name is no clean UTF-8, or holds a quote or backslash.");
		keep_first_gap(look, found->path, &err);
		return;
	}
	if (known && memcmp(known->stamp, found->stamp, sizeof(found->stamp)) == 0) {
		*found = *known;
	} else if (digest_file(file, found, &look->found, &err) < 0) {
		keep_first_gap(look, file->path, &err);
		return;
	} else if (known &&
		   memcmp(known->digest.sha256, found->digest.sha256, CRYPTO_SHA256_SIZE) == 0) {
		found->seen_s = known->seen_s;
		found->is_new = known->is_new;
	}
	look->found.count++;
}

int bootfiles_look(int root_fd, const struct bootfiles *known, int64_t now_s, struct bootfiles *ret,
	struct err *err)
{
	struct look look = {.known = known, .now_s = now_s};
	struct err gap;

	bootwalk(root_fd, (struct bootwalk_visitor){.visit = add_boot_file, .context = &look}, &gap);
	if (look.found.gap.code == ERR_OK)
		look.found.gap = gap;
	bootfiles_sort(&look.found);
	if (look.err.code) {
		bootfiles_done(&look.found);
		*err = look.err;
		return -1;
	}
	look.found.has_changed |= look.found.count != known->count;
	*ret = look.found;
	return 0;
}

int bootfiles_open(int root_fd, const struct bootfile *file, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int fd = -1;

	if (file_open(root_fd, file->path, FILE_NO_LINKS, &fd, err) < 0)
		return -1;
	if (!has_stamp(fd, file->stamp))
		return err_set(err, ERR_IO, 0, "'/%s' changed meanwhile.", file->path);
	*ret_fd = steal_fd(&fd);
	return 0;
}
