/* Takes the place of page_changes.c in a build without drift/. */
#include "page/page_parts.h"

void page_changes(struct html *html, const struct page_inputs *inputs)
{
	if (inputs->check)
		html_put(html,
			"<section><h2>What changed</h2>\n<p class=\"lead\">This build compares nothing.</p>\n</section>\n");
}
