#include "boot/efivars.h"

#include <string.h>
#include "base/file.h"
#include "base/text.h"

#define ATTRIBUTES_SIZE 4 /* in front of the contents */

int efivars_read(int root_fd, const uint8_t guid[UEFI_GUID_SIZE], const char *name, struct buf *ret,
	struct err *err)
{
	auto_cleanup(buf) struct buf file = buf_with_max(EFIVARS_MAX);
	char vendor[UEFI_GUID_TEXT_SIZE], path[256];

	*ret = buf_with_max(EFIVARS_MAX);
	uefi_guid_text(guid, vendor);
	for (char *c = vendor; *c; c++) /* as efivarfs writes it */
		*c = text_lower(*c);
	(void)text_format(path, sizeof(path), "sys/firmware/efi/efivars/%s-%s", name, vendor);
	if (file_read(root_fd, path, FILE_NO_LINKS, &file, err) < 0)
		return -1;
	if (file.len < ATTRIBUTES_SIZE)
		return 0;
	return buf_append(ret, file.data + ATTRIBUTES_SIZE, file.len - ATTRIBUTES_SIZE, err);
}
