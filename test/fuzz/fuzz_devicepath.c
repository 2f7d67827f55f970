/* A device path; its text must be clean and fit. */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "boot/devicepath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t size)
{
	if (strnlen(text, size) == size || !text_is_utf8(bytes_of_text(text)))
		abort();
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct devicepath path;

	if (!devicepath_read((struct bytes){data, size}, &path))
		return 0;
	check(path.device, sizeof(path.device));
	check(path.file, sizeof(path.file));
	return 0;
}
