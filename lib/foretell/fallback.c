#include "foretell/fallback.h"

#include <string.h>
#include <strings.h>
#include "base/file.h"
#include "base/text.h"
#include "boot/uefivar.h"
#include "foretell/place.h"

#define LIST_MAX       (64u << 10)
#define BYTE_ORDER_LEN 2 /* a mark that may precede the text */

static const char names[][16] = {"BOOTX64.CSV", "BOOTAA64.CSV", "BOOT.CSV"};

/* EFI/FOLDER/NAME; not in the folder of the default path. */
static bool is_list(const struct bootfile *file)
{
	const char *path = place_below_esp(file->path);
	const char *folder = path ? path + strlen("EFI/") : NULL;
	const char *slash = folder ? strchr(folder, '/') : NULL;

	if (!slash || strncasecmp(folder, "BOOT/", strlen("BOOT/")) == 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(slash + 1, names[i]) == 0)
			return true;
	return false;
}

static const struct bootfile *find_list(const struct bootfiles *files)
{
	const struct bootfile *found = NULL;

	for (size_t i = 0; i < files->count; i++) {
		if (!is_list(&files->files[i]))
			continue;
		if (found)
			return NULL;
		found = &files->files[i];
	}
	return found;
}

/* Up to the first comma of a text in UTF-16. */
static void read_first(struct bytes list, char ret[BOOTOPTION_PATH_SIZE])
{
	size_t len = 0;

	if (list.len >= BYTE_ORDER_LEN && list.data[0] == 0xFF && list.data[1] == 0xFE)
		list = bytes_behind(list, BYTE_ORDER_LEN);
	while (len + 2 <= list.len && (list.data[len] != ',' || list.data[len + 1]))
		len += 2;
	ret[0] = '\0';
	if (len + 2 <= list.len)
		uefi_text((struct bytes){list.data, len}, ret, BOOTOPTION_PATH_SIZE);
}

int fallback_find(
	int root_fd, const struct bootfiles *files, char ret[BOOTOPTION_PATH_SIZE], struct err *err)
{
	const struct bootfile *file = find_list(files);
	auto_cleanup(buf) struct buf list = buf_with_max(LIST_MAX);
	char name[BOOTOPTION_PATH_SIZE];
	const char *folder;

	ret[0] = '\0';
	if (!file)
		return 0;
	if (file_read(root_fd, file->path, FILE_NO_LINKS, &list, err) < 0)
		return err_wrap(err, "'/%s'", file->path);
	read_first(buf_bytes(&list), name);
	folder = place_below_esp(file->path) + strlen("EFI/");
	if (name[0] && !text_format(ret, BOOTOPTION_PATH_SIZE, "\\EFI\\%.*s\\%s",
			       (int)strcspn(folder, "/"), folder, name))
		ret[0] = '\0';
	return 0;
}
