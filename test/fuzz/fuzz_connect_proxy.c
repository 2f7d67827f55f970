/* A proxy's answer to CONNECT, and the title of a page. */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "net/connect_proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	if (strnlen(text, size) == size || !text_is_utf8(bytes_of_text(text)) ||
		strpbrk(text, "\r\n\x1b"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct connect_proxy_answer answer;
	char title[40];

	connect_proxy_page_title((struct bytes){data, size}, title, sizeof(title));
	check_text(title, sizeof(title));
	if (!connect_proxy_parse_answer((struct bytes){data, size}, &answer))
		return 0;
	if (answer.status > 999)
		abort();
	check_text(answer.reason, sizeof(answer.reason));
	check_text(answer.title, sizeof(answer.title));
	check_text(answer.location, sizeof(answer.location));
	check_text(answer.schemes, sizeof(answer.schemes));
	return 0;
}
