/* fuzz_html.c - any bytes as text of a page: no markup but our own, no invisible character, valid
 * UTF-8. The same of text that goes anywhere else. */
#include <string.h>
#include "page/html.h"
#include "base/text.h"

#define ODD "<span class=\"odd\">"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct bytes page)
{
	if (!text_is_utf8(page))
		__builtin_trap();
	for (size_t i = 0; i < page.len; i++) {
		bool is_ours = (page.len - i >= sizeof(ODD) - 1 &&
				       !memcmp(page.data + i, ODD, sizeof(ODD) - 1)) ||
			       (page.len - i >= 7 && !memcmp(page.data + i, "</span>", 7));

		if (page.data[i] < 0x20 || page.data[i] == 0x7F || page.data[i] == '\'' ||
			(page.data[i] == '<' && !is_ours))
			__builtin_trap();
	}
}

static void check_clean(struct bytes text)
{
	auto_cleanup(free) char *clean = text_clean_copy(text);
	char cut[32];

	if (!clean)
		return;
	text_clean(cut, sizeof(cut), text);
	if (strncmp(cut, clean, strlen(cut)) != 0)
		__builtin_trap();
	for (struct bytes rest = bytes_of_text(clean); rest.len;) {
		uint32_t c;
		size_t length = text_character(rest, &c);

		if (!length || text_is_unseen(c))
			__builtin_trap();
		rest = (struct bytes){rest.data + length, rest.len - length};
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(html) struct html html = html_with_max(64 * size + 1);
	struct err err;

	check_clean((struct bytes){data, size});
	html_bytes(&html, (struct bytes){data, size});
	if (html_end(&html, &err) == 0)
		check(buf_bytes(&html.buf));
	return 0;
}
