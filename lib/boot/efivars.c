#include "boot/efivars.h"

#include <string.h>
#include "base/file.h"
#include "base/text.h"

#define ATTRIBUTES_SIZE 4 /* in front of the contents */

/* efivarfs writes GUIDs in lower case. */
static void lower_guid_text(const uint8_t guid[UEFI_GUID_SIZE], char ret[UEFI_GUID_TEXT_SIZE])
{
	uefi_guid_text(guid, ret);
	for (char *c = ret; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
}

int efivars_read(int root_fd, const uint8_t guid[UEFI_GUID_SIZE], const char *name, struct buf *ret,
	struct err *err)
{
	auto_cleanup(buf) struct buf file = buf_with_max(EFIVARS_MAX);
	char vendor[UEFI_GUID_TEXT_SIZE], path[256];

	*ret = buf_with_max(EFIVARS_MAX);
	lower_guid_text(guid, vendor);
	(void)text_format(path, sizeof(path), "sys/firmware/efi/efivars/%s-%s", name, vendor);
	if (file_read(root_fd, path, FILE_NO_LINKS, &file, err) < 0)
		return -1;
	if (file.len < ATTRIBUTES_SIZE)
		return 0;
	return buf_append(ret, file.data + ATTRIBUTES_SIZE, file.len - ATTRIBUTES_SIZE, err);
}
