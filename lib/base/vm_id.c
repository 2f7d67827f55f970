#include "base/vm_id.h"

#include <string.h>
#include "base/file.h"
#include "base/text.h"

#define MACHINE_ID_LEN 32

/* not below sys/class, where folders are links */
static const char *const files[] = {"sys/devices/virtual/dmi/id/product_uuid", "etc/machine-id"};

/* Digits that are not all the same, in groups or not. */
static bool is_id(const char *text)
{
	size_t len = strlen(text);

	return (len == VM_ID_SIZE - 1 || len == MACHINE_ID_LEN) &&
	       strspn(text, "0123456789abcdef-") == len &&
	       strspn(text, (const char[]){text[0], '-', '\0'}) < len;
}

static void take(struct bytes text, char ret[VM_ID_SIZE])
{
	(void)text_format(ret, VM_ID_SIZE, "%.*s", (int)strcspn((const char *)text.data, "\n"),
		(const char *)text.data);
	for (char *at = ret; *at; at++)
		*at = text_lower(*at);
	if (!is_id(ret))
		ret[0] = '\0';
}

void vm_id_read(int root_fd, char ret[VM_ID_SIZE])
{
	struct err ignored;

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret[0]; i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(VM_ID_SIZE);

		if (file_read(root_fd, files[i], FILE_NO_LINKS, &text, &ignored) == 0 && text.len)
			take(buf_bytes(&text), ret);
	}
}

bool vm_id_differs(const char *a, const char *b)
{
	return a[0] && strlen(a) == strlen(b) && strcmp(a, b) != 0;
}
