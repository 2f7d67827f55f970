#include "base/boot_id.h"

#include "base/file.h"
#include "base/text.h"

#define BOOT_ID_FILE "proc/sys/kernel/random/boot_id"

void boot_id_read(int root_fd, char ret[BOOT_ID_SIZE])
{
	auto_cleanup(buf) struct buf text = buf_with_max(BOOT_ID_SIZE);
	struct err ignored;

	ret[0] = '\0';
	if (file_read(root_fd, BOOT_ID_FILE, FILE_NO_LINKS, &text, &ignored) == 0)
		(void)text_format(ret, BOOT_ID_SIZE, "%.36s", (const char *)text.data);
}
