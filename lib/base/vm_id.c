#include "base/vm_id.h"

#include <string.h>
#include "base/file.h"
#include "base/text.h"

/* not below sys/class, where folders are links */
static const char *const files[] = {"sys/devices/virtual/dmi/id/product_uuid", "etc/machine-id"};

void vm_id_read(int root_fd, char ret[VM_ID_SIZE])
{
	struct err ignored;

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret[0]; i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(VM_ID_SIZE);

		if (file_read(root_fd, files[i], FILE_NO_LINKS, &text, &ignored) == 0 && text.len)
			(void)text_format(ret, VM_ID_SIZE, "%.*s",
				(int)strcspn((const char *)text.data, "\n"), (const char *)text.data);
	}
}
