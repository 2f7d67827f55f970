/* Signature lists counted by owner: every entry is counted once, and the text is clean. */
#include <stdlib.h>
#include "base/text.h"
#include "boot/siglist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t total(const struct siglist_count *count)
{
	return count->certs + count->hashes + count->others;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct siglist list;
	char text[96];
	size_t of_owners = 0;

	siglist_read((struct bytes){data, size}, &list);
	for (size_t i = 0; i < list.owner_count; i++)
		of_owners += total(&list.owners[i].count);
	if (of_owners > total(&list.all) ||
		(list.owner_count < SIGLIST_MAX_OWNERS && of_owners != total(&list.all)))
		abort();
	siglist_owners_text(&list, text, sizeof(text));
	if (!text_is_utf8(bytes_of_text(text)))
		abort();
	return 0;
}
