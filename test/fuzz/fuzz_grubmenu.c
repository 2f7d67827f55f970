/* A menu and grubenv, with a 0 between: what is found has a clean path, and what is not has a
 * reason. */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "disk/grubmenu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	struct grubmenu menu;

	grubmenu_read((struct bytes){data, len},
		end ? (struct bytes){end + 1, size - len - 1} : (struct bytes){0}, &menu);
	check(text_is_utf8(bytes_of_text(menu.chosen)) && text_is_utf8(bytes_of_text(menu.kernel)));
	check((menu.found == GRUBMENU_KERNEL) == (menu.kernel[0] && !menu.unclear) ||
		menu.found == GRUBMENU_UNCLEAR);
	check((menu.found == GRUBMENU_UNCLEAR) == (menu.unclear != NULL));
	return 0;
}
