#include "foretell/esp.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "base/file.h"
#include "base/text.h"
#include "foretell/place.h"

#define RECORD_MAX (64u << 10)
#define PATH_SIZE  64

/* The value of a line "NAME=..." as a partition's GUID. */
static bool find_value(struct bytes record, const char *name, char ret[UEFI_GUID_TEXT_SIZE])
{
	size_t len = strlen(name), left = record.len;
	const char *line = (const char *)record.data;

	while (left) {
		const char *end = memchr(line, '\n', left);
		size_t size = end ? (size_t)(end - line) : left;

		if (size == len + UEFI_GUID_TEXT_SIZE - 1 && memcmp(line, name, len) == 0) {
			memcpy(ret, line + len, UEFI_GUID_TEXT_SIZE - 1);
			ret[UEFI_GUID_TEXT_SIZE - 1] = '\0';
			return true;
		}
		size += end != NULL;
		line += size;
		left -= size;
	}
	return false;
}

static bool read_value(int root_fd, const char *path, const char *name, char ret[UEFI_GUID_TEXT_SIZE])
{
	auto_cleanup(buf) struct buf record = buf_with_max(RECORD_MAX);
	struct err ignored; /* the partition is then not known */

	return file_read(root_fd, path, FILE_FOLLOW_LINKS, &record, &ignored) == 0 && record.len &&
	       find_value(buf_bytes(&record), name, ret);
}

/* Of the partition whose file system holds this file. */
static bool read_partition(int root_fd, const struct bootfile *file, char ret[UEFI_GUID_TEXT_SIZE])
{
	char udev[PATH_SIZE], kernel[PATH_SIZE];
	struct stat info;

	if (fstatat(root_fd, file->path, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	(void)text_format(
		udev, sizeof(udev), "run/udev/data/b%u:%u", major(info.st_dev), minor(info.st_dev));
	(void)text_format(kernel, sizeof(kernel), "sys/dev/block/%u:%u/uevent", major(info.st_dev),
		minor(info.st_dev));
	return read_value(root_fd, udev, "E:ID_PART_ENTRY_UUID=", ret) ||
	       read_value(root_fd, kernel, "PARTUUID=", ret);
}

static bool is_other(int root_fd, const struct bootfile *file, const char *partition)
{
	char found[UEFI_GUID_TEXT_SIZE];

	return place_below_esp(file->path) && read_partition(root_fd, file, found) &&
	       !text_equal_nocase(found, partition);
}

int esp_files(int root_fd, const struct bootfiles *files, const uint8_t partition[UEFI_GUID_SIZE],
	struct bootfiles *ret, bool *ret_left_out, struct err *err)
{
	auto_cleanup(free) struct bootfile *kept = calloc(files->count + 1, sizeof(*kept));
	char text[UEFI_GUID_TEXT_SIZE];
	size_t count = 0;

	if (!kept)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the boot files.");
	uefi_guid_text(partition, text);
	for (size_t i = 0; i < files->count; i++)
		if (!is_other(root_fd, &files->files[i], text))
			kept[count++] = files->files[i];
	*ret_left_out = count < files->count;
	*ret = (struct bootfiles){.count = count, .files = steal_ptr(kept)};
	return 0;
}
